import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import Streams
import SwiftProtobuf

extension ReportTaken {
    init(
        _ id: ReportID, receivedAt: Date, position: String, digest: ReportDigest, _ format: Receipt.Format,
        _ content: OneOf_Content
    ) {
        self.init()
        (reportID, reportSource) = (id.id, id.source)
        self.receivedAt = .init(receivedAt)
        self.position = position
        (self.digest, json) = (digest.text, format == .json)
        self.content = content
    }
}

extension ReportTaken {
    /// Nil for a report that could not be read: its bytes are gone. It is refused once more, as if it were new.
    fileprivate func digest(under secret: KeySecret) throws -> ReportDigest? {
        switch content {
        case .refused, nil: nil
        case let content?: try content.digest([], secret)
        }
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

    /// Where the child or the question belongs, as the report says; nil for what is refused.
    var municipality: String? {
        switch self {
        case .report(let message): message.municipality
        case .consultation(let message): message.municipality
        case .refused: nil
        }
    }

    /// The same content has the same, whether it came as protobuf or as JSON. What could not be read is told apart by its
    /// bytes.
    func digest(_ bytes: Bytes, _ secret: KeySecret) throws -> ReportDigest {
        switch self {
        case .report(let message): ReportDigest(try message.wireBytes(), secret: secret)
        case .consultation(let message): ReportDigest(try message.wireBytes(), secret: secret)
        case .refused: ReportDigest(bytes, secret: secret)
        }
    }

    static func refused(_ faults: [Fault]) -> Self { .refused(.init(Receipt.Reason.all(of: faults))) }
}

extension ReceiveReport {
    /// - Throws: `Undecodable` for a message without content; `StateUnreadable` for reasons that this version does not
    ///   know.
    init(_ message: ReportTaken, _ directory: Directory, previous: KeySecret? = nil) throws {
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
        self.init(
            id: id, receivedAt: receivedAt, position: message.position, digest: ReportDigest(stored: message.digest),
            previousDigest: try previous.flatMap { try message.digest(under: $0) },
            format: message.json ? .json : .protobuf, content: content)
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
        self.init()
        (until, positions) = (.init(memory.until), memory.positions)
        (digest, others) = (memory.digest.text, memory.others.map(\.text))
        if case .answered(let answer) = memory.outcome { self.answer = ConcernReceipt(answer) }
    }

    /// Nil where `words` has found what this version does not know.
    func memory(_ words: inout Words) -> ReportMemory? {
        let outcome = hasAnswer ? answer.readAnswer(&words).map(ReportMemory.Outcome.answered) : .goneOn
        return outcome.map {
            ReportMemory(
                until: until.date, positions: positions, digest: ReportDigest(stored: digest),
                others: others.map(ReportDigest.init(stored:)), outcome: $0)
        }
    }
}
