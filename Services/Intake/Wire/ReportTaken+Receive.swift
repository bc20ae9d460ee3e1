import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import Streams
import SwiftProtobuf

extension ReportTaken {
    init(_ id: ReportID, receivedAt: Date, position: String, _ content: OneOf_Content) {
        self.init()
        (reportID, reportSource) = (id.id, id.source)
        self.receivedAt = .init(receivedAt)
        self.position = position
        self.content = content
    }
}

extension ReportTaken.OneOf_Content {
    /// What goes on of an event as it came. Of one that is refused here, only the reasons are kept.
    ///
    /// A report goes on whole. A consultation does so only when its words have been read, since its text could say whom
    /// it is about (rule 5).
    init(_ event: Event, _ directory: Directory) {
        do throws(Refusal) {
            switch try ReportMessage(event) {
            case .concern(let message): self = .report(message)
            case .consultation(let message):
                self = .consultation(
                    ConsultationRequested(try Words.read(directory) { message.consultation(&$0) }))
            }
        } catch { self = .refused(error.faults) }
    }

    static func refused(_ faults: [Fault]) -> Self { .refused(.init(Receipt.Reason.all(of: faults))) }
}

extension ReceiveReport {
    /// - Throws: `Undecodable` for a message without content; `StateUnreadable` for reasons that this version does not
    ///   know.
    init(_ message: ReportTaken, _ directory: Directory) throws {
        let id = ReportID(source: message.reportSource, id: message.reportID)
        let receivedAt = message.receivedAt.date
        let content: Content
        switch message.content {
        case .report(let report): content = Self.content(.concern(report), received: receivedAt, directory)
        case .consultation(let question):
            content = Self.content(.consultation(question), received: receivedAt, directory)
        case .refused(let refused):
            content = .refused(try Words.stored(in: Topic.intakeRepartition.rawValue) { refused.read(&$0) })
        case nil: throw Undecodable("content", "missing")
        }
        self.init(id: id, receivedAt: receivedAt, position: message.position, content: content)
    }

    private static func content(
        _ message: ReportMessage, received: Date, _ directory: Directory
    ) -> Content {
        do throws(Refusal) { return try message.content(received: received, directory) } catch {
            return .refused(Receipt.Reason.all(of: error.faults))
        }
    }
}

extension TakenReport {
    init(_ memory: ReportMemory) {
        self = .with { ($0.until, $0.positions) = (.init(memory.until), memory.positions) }
    }

    var memory: ReportMemory { ReportMemory(until: until.date, positions: positions) }
}
