import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// What is decided about a meeting (rule 18).

/// A command to Meetings, which keeps a county's calendars behind one key.
protocol CountyCommand: EventPayload, LimitedMessage {
    var county: String { get set }
}

extension MoveMeeting: CountyCommand {}

/// Another time, or one after all for those who wait.
struct MoveMeetingForm: CaseForm {
    static let action = CaseAction.moveMeeting
    var reason = ""
    var notBefore = ""
    var latestDate = ""
    var format = ""

    init(reason: String) { self.reason = reason }

    init(_ typed: TypedFields) {
        (reason, format) = (typed["reason"], typed["format"])
        (notBefore, latestDate) = (typed["not_before"], typed["latest_date"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        MoveMeeting.with {
            ($0.caseReference, $0.by, $0.reason, $0.format) = (reference, person, reason, format)
            ($0.notBefore, $0.latestDate) = (notBefore, latestDate)
        }
    }

    func check(_ words: inout Words) {
        _ = words.text(reason, at: "reason")
        _ = words.dayIfAny(notBefore, at: "not_before")
        _ = words.dayIfAny(latestDate, at: "latest_date")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let formats = ["room", "digital"].map { maker.choice($0, named: "desk.move_meeting.format", of: "format") }
        return [
            maker.area("reason", reason, limit: MoveMeeting.mostBytes(of: "reason")),
            maker.date("not_before", notBefore, isOptional: true),
            maker.date("latest_date", latestDate, isOptional: true),
            maker.one("format", formats, format, isOptional: true),
        ]
    }
}
