import ArgumentParser
import CloudEvents
import Codec
import Domain
import SwiftProtobuf

/// Why a case is erased, as somebody orders it. What retention ends, the suite ends by itself.
enum OrderedGround: String, ExpressibleByArgument, CaseIterable {
    case request, order, mistake
}

extension CaseCommand {
    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erases a case and all that is known of its child, everywhere. It cannot be undone.",
            discussion: """
                The county's function may, where nothing holds the case. Meetings are called off first. The data key goes \
                last, and with it whatever is sealed under it, also in copies. `erasure verify` shows what is left. Where a new \
                concern comes first, the case stays, and the function is told. Exit \
                code 1 where it is refused.
                """)

        @OptionGroup var command: GivenCommand
        @Option(help: "request (a guardian or the youth asks), order (an authority or a court) or mistake.")
        var ground: OrderedGround
        @Option(help: "The legal ground, or the decision's number. It is kept, and must name nobody.")
        var legal: String

        func run() async throws {
            let message = EraseChild.with {
                ($0.caseReference, $0.by) = (command.reference, command.person)
                $0.ground = .with { ($0.reason, $0.legal) = (ground.rawValue, legal) }
            }
            try await command.give(message) { $0.type == ErasureOrdered.eventType }
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps a case from being erased, until the hold is lifted.",
            discussion: "The owner's side may, and the county's function. Exit code 1 where it is refused.")

        @OptionGroup var command: GivenCommand
        @Option(help: "Why it is still needed.")
        var reason: String

        func run() async throws {
            let message = HoldErasure.with {
                ($0.caseReference, $0.by, $0.reason) = (command.reference, command.person, reason)
            }
            try await command.give(message) { $0.type == ErasureHeld.eventType }
        }
    }

    struct LiftHold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lift-hold",
            abstract: "Ends a hold. Where the case's time has ended, it is erased after a new warning.",
            discussion: "The county's function may. Exit code 1 where it is refused.")

        @OptionGroup var command: GivenCommand

        func run() async throws {
            let message = Codec.LiftHold.with { ($0.caseReference, $0.by) = (command.reference, command.person) }
            try await command.give(message) { $0.type == HoldLifted.eventType }
        }
    }
}
