package import CloudEvents
package import Codec
package import Domain
package import Foundation
import SwiftProtobuf

/// Who a case is about, and who the guardians are: as reports tell it, and as the named person has put it right, which goes
/// before (rule 12).
///
/// It takes facts in the order of their time, and hands out names for a logged reading alone.
package struct CasePeople: Sendable {
    package struct Guardian: Sendable, Equatable {
        package let key: String
        /// Empty where nobody has told it.
        package let name: String
        /// As it was told; empty where nobody has, and for who does not read the whole case. So are address and phone.
        package let personalNumber: String
        package let email: String
        package let phone: String
        package let place: Place

        package enum Place: Sendable, Equatable {
            case onRecord(GuardianStanding)
            case removed
            /// Is the same person as the guardian with this key.
            case same(as: String)
        }

        /// When a report has named a former guardian again.
        package let reportedAgain: Date?
    }

    /// The people of a case as far as a reading goes.
    package struct Shown: Sendable, Equatable {
        package let name: String
        /// `20170315-2387`; empty where it is not known.
        package let personalNumber: String
        /// Those on record, in the case's order.
        package let guardians: [Guardian]
        /// Those who were removed, or taken to be another.
        package let former: [Guardian]

        /// What each guardian is called, by key.
        package var names: [String: String] {
            (guardians + former).reduce(into: [:]) { names, guardian in
                if !guardian.name.isEmpty { names[guardian.key] = guardian.name }
            }
        }
    }

    private var child = Child()
    private var status = CaseStatus()
    /// By key: what a person has written.
    private var written: [String: Codec.Guardian] = [:]
    private var former: [String: Guardian.Place] = [:]
    private var reportedAgain: [String: Date] = [:]

    /// - Parameter status: where the case stands, where that is known already.
    package init(_ status: CaseStatus = CaseStatus()) { self.status = status }

    /// Takes over an event about the case, opened. One that tells nothing of its people changes nothing.
    package mutating func take(_ event: Event) {
        switch event.type {
        case Child.eventType: child = (try? event.decode(Child.self)) ?? child
        case CaseStatus.eventType: status = (try? event.decode(CaseStatus.self)) ?? status
        case GuardianAdded.eventType:
            guard let fact = try? event.decode(GuardianAdded.self) else { return }
            (written[fact.guardian], former[fact.guardian]) = (fact.details, nil)
            reportedAgain[fact.guardian] = nil
        case GuardianCorrected.eventType:
            if let fact = try? event.decode(GuardianCorrected.self) { written[fact.guardian] = fact.details }
        case GuardiansMerged.eventType:
            guard let fact = try? event.decode(GuardiansMerged.self) else { return }
            former = former.mapValues { $0 == .same(as: fact.same) ? .same(as: fact.guardian) : $0 }
            former[fact.same] = .same(as: fact.guardian)
        case GuardianRemoved.eventType:
            if let fact = try? event.decode(GuardianRemoved.self) { former[fact.guardian] = .removed }
        case FormerGuardiansReported.eventType:
            guard let fact = try? event.decode(FormerGuardiansReported.self) else { return }
            for key in fact.guardians { reportedAgain[key] = event.time }
        default: break
        }
    }

    /// Who the case is about. Nil for who may not know.
    package func shown(_ reading: LoggedReading) -> Shown? {
        guard reading.permit.showsPeople else { return nil }
        let onRecord = status.guardians.map {
            guardian($0.key, .onRecord(GuardianStanding(rawValue: $0.standing) ?? .reachable), reading.permit)
        }
        let others = former.filter { $0.key != "others" }.sorted { $0.key < $1.key }
        return Shown(
            name: child.names.first?.text ?? "", personalNumber: Self.hyphenated(child.personalNumber),
            guardians: onRecord, former: others.map { guardian($0.key, $0.value, reading.permit) })
    }

    private func guardian(_ key: String, _ place: Guardian.Place, _ permit: Reading.Permit) -> Guardian {
        let reported = child.guardians.first { $0.key == key } ?? DescribedGuardian()
        func told(_ own: String?, _ statements: [Statement]) -> String { own ?? statements.first?.text ?? "" }
        let own = written[key]
        func reach(_ own: String?, _ statements: [Statement]) -> String {
            permit.showsContact ? told(own, statements) : ""
        }
        return Guardian(
            key: key, name: told(own?.name, reported.names),
            personalNumber: reach(own?.personalNumber, reported.personalNumbers),
            email: reach(own?.email, reported.emails), phone: reach(own?.phone, reported.phones), place: place,
            reportedAgain: reportedAgain[key])
    }

    private static func hyphenated(_ number: String) -> String {
        number.count == 12 ? "\(number.prefix(8))-\(number.suffix(4))" : number
    }
}
