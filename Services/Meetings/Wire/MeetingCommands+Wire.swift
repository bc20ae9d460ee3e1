import Codec
import Domain
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// The life of a meeting.

extension Call: CaseCommand {
    init(_ message: CallMeeting, _ wire: inout WireReader) { self.init(Request(message, &wire)) }

    func write(to message: inout CallMeeting) { message.write(request) }
}

extension Request {
    init(_ message: CallMeeting, _ wire: inout WireReader) {
        self.init(
            unit: message.unit, namedPerson: message.namedPerson, stage: wire.word(message.stage, at: "stage"),
            attends: message.attends.nonEmpty, areas: wire.words(message.areas, at: "areas"),
            organisations: wire.words(message.organisations, at: "organisations"),
            latestDate: wire.date(message.latestDate, at: "latest_date", else: .latestDate),
            isProtected: message.protectedIdentity, guardians: message.guardians, unwritten: message.unwritten,
            admitsOutsiders: message.outsiders)
    }
}

extension CallMeeting {
    mutating func write(_ request: Request) {
        unit = request.unit
        namedPerson = request.namedPerson
        stage = request.stage.rawValue
        attends = request.attends ?? ""
        areas = request.areas.map(\.rawValue)
        organisations = request.organisations.map(\.rawValue)
        latestDate = request.latestDate.description
        protectedIdentity = request.isProtected
        guardians = request.guardians
        unwritten = request.unwritten
        outsiders = request.admitsOutsiders
    }
}

extension Cancel: CaseCommand {
    init(_ message: CancelMeeting, _ wire: inout WireReader) {
        self.init(isClosed: message.closed, tellsOutsiders: message.tellsOutsiders)
    }

    func write(to message: inout CancelMeeting) {
        message.closed = isClosed
        message.tellsOutsiders = tellsOutsiders
    }
}

extension MeetingsCore.SeatGuardians: CaseCommand {
    init(_ message: Codec.SeatGuardians, _ wire: inout WireReader) {
        self.init(
            guardians: message.guardians, unwritten: message.unwritten, isProtected: message.protectedIdentity)
    }

    func write(to message: inout Codec.SeatGuardians) {
        message.guardians = guardians
        message.unwritten = unwritten
        message.protectedIdentity = isProtected
    }
}

extension Erase: CaseCommand {
    init(_ message: EraseCooperation, _ wire: inout WireReader) { self.init() }

    func write(to message: inout EraseCooperation) {}
}

extension Protect: CaseCommand {
    init(_ message: ProtectMeeting, _ wire: inout WireReader) { self.init() }

    func write(to message: inout ProtectMeeting) {}
}

extension HandOver: CaseCommand {
    init(_ message: HandOverMeeting, _ wire: inout WireReader) {
        let schooling = message.stage.nonEmpty.map {
            Schooling(wire.word($0, at: "stage"), attends: message.attends.nonEmpty)
        }
        self.init(unit: message.unit, namedPerson: message.namedPerson, schooling)
    }

    func write(to message: inout HandOverMeeting) {
        message.unit = unit
        message.namedPerson = namedPerson
        message.stage = schooling?.stage.rawValue ?? ""
        message.attends = schooling?.attends ?? ""
    }
}

extension Relocate: CaseCommand {
    init(_ message: RelocateMeeting, _ wire: inout WireReader) {
        self.init(
            from: Domain.Departure(municipalities: message.municipalities, units: message.units), kept: message.people,
            keepsPlace: message.keepsPlace)
    }

    func write(to message: inout RelocateMeeting) {
        message.municipalities = departure.municipalities
        message.units = departure.units
        message.people = kept
        message.keepsPlace = keepsPlace
    }
}

extension MeetingsCore.Answer: CaseCommand {
    init(_ message: AnswerMeeting, _ wire: inout WireReader) {
        // What names no meeting could be meant for one that is over.
        if message.meeting.isEmpty { wire.fail(Fault(.meetingMissing, at: "meeting")) }
        self.init(
            person: message.person, email: message.email.nonEmpty,
            Reply(wire.word(message.answer, at: "answer"), delegate: message.delegateTo),
            to: .init(MeetingID(message.meeting), message.sequence),
            stamp: message.hasStamp ? message.stamp.date : nil, replyTo: message.replyTo.nonEmpty)
    }

    func write(to message: inout AnswerMeeting) {
        message.person = person
        message.email = email ?? ""
        message.answer = reply.attendance.rawValue
        message.delegateTo = reply.delegate
        message.replyTo = replyTo ?? ""
        message.meeting = invitation.meeting.text
        message.sequence = invitation.sequence
        if let stamp { message.stamp = .init(stamp) }
    }
}

extension Forward: CaseCommand {
    init(_ message: ForwardMail, _ wire: inout WireReader) {
        if message.meeting.isEmpty { wire.fail(Fault(.meetingMissing, at: "meeting")) }
        self.init(
            meeting: MeetingID(message.meeting), wire.word(message.what, at: "what"), person: message.person.nonEmpty,
            email: message.email, replyTo: message.replyTo.nonEmpty)
    }

    func write(to message: inout ForwardMail) {
        message.meeting = meeting.text
        message.what = what.rawValue
        message.person = person ?? ""
        message.email = email
        message.replyTo = replyTo ?? ""
    }
}

extension MeetingsCore.Answer.Reply {
    init(_ attendance: Attendance, delegate: String) {
        switch attendance {
        case .accepted: self = .accepted
        case .declined: self = .declined
        case .tentative: self = .tentative
        case .delegated: self = .delegated(to: delegate)
        }
    }

    /// Empty where nobody comes instead.
    var delegate: String {
        if case .delegated(let person) = self { person } else { "" }
    }
}

extension Move: CaseCommand {
    init(_ message: MoveMeeting, _ wire: inout WireReader) {
        let form = Cooperation.Form(rawValue: message.format)
        self.init(
            reason: wire.text(message.reason, at: "reason"),
            notBefore: wire.dateIfAny(message.notBefore, at: "not_before"),
            latestDate: wire.dateIfAny(message.latestDate, at: "latest_date"), form: form)
        if form == nil, !message.format.isEmpty { wire.fail(Fault(.meetingFormat, at: "format")) }
    }

    func write(to message: inout MoveMeeting) {
        message.reason = reason
        message.notBefore = notBefore?.description ?? ""
        message.latestDate = latestDate?.description ?? ""
        message.format = form?.rawValue ?? ""
    }
}

extension ChangeAttendees: CaseCommand {
    init(_ message: ChangeParticipants, _ wire: inout WireReader) {
        self.init(
            added: message.add, removed: message.remove, notNeeded: wire.words(message.notNeeded, at: "not_needed"),
            reason: wire.text(message.reason, at: "reason"))
    }

    func write(to message: inout ChangeParticipants) {
        message.add = added
        message.remove = removed
        message.notNeeded = notNeeded.map(\.rawValue)
        message.reason = reason
    }
}
