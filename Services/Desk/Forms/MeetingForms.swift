import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// What is decided about a meeting (rule 18), what the family is told (rule 22), and how it takes part (rule 7).

/// A command to Meetings, which keeps a county's calendars behind one key.
protocol CountyCommand: EventPayload, LimitedMessage {
    var county: String { get set }
}

extension MoveMeeting: CountyCommand {}
extension TellFamily: CountyCommand {}
extension RecordParticipation: CountyCommand {}

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

/// Somebody of the family is told something. Each time a person decides it.
struct TellFamilyForm: CaseForm {
    static let action = CaseAction.tellFamily
    var to = ""
    var about: [String] = []
    var channel = ""
    var email = ""

    init() {}

    init(_ typed: TypedFields) {
        (to, about) = (typed["to"], typed.all("about"))
        (channel, email) = (typed["channel"], typed["email"])
    }

    private static let channels = ["in_person", "phone", "letter", "email"]

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        TellFamily.with {
            ($0.caseReference, $0.by, $0.to, $0.about) = (reference, person, to, about)
            ($0.channel, $0.email) = (channel, channel == "email" ? email : "")
        }
    }

    func check(_ words: inout Words) {
        if to.isEmpty { words.add(Fault(.familyUnknown, at: "to")) }
        if about.isEmpty { words.add(Fault(.textMissing, at: "about")) }
        if !Self.channels.contains(channel) || channel == "email" && EmailAddress(email) == nil {
            words.add(Fault(.familyChannel, at: "channel"))
        }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let matters = FamilyMatter.allCases.map { maker.choice($0.rawValue, named: "family_matter", of: "about") }
        let channels = Self.channels.map { maker.choice($0, named: "channel", of: "channel") }
        return [
            maker.one("to", choices.family.map { ($0.value, $0.label, nil) }, to),
            maker.several("about", matters, about), maker.one("channel", channels, channel),
            maker.text("email", email, limit: TellFamily.mostBytes(of: "email"), isOptional: true),
        ]
    }
}

/// What somebody of the family was asked, and what they said of it afterwards.
struct RecordParticipationForm: CaseForm {
    static let action = CaseAction.recordParticipation
    var person = ""
    var asked = ""
    var forms: [String] = []
    var afterwards = ""

    init() {}

    init(_ typed: TypedFields) {
        (person, asked) = (typed["voice-person"], typed["voice-asked"])
        (forms, afterwards) = (typed.all("voice-forms"), typed["voice-afterwards"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RecordParticipation.with {
            ($0.caseReference, $0.by) = (reference, person)
            $0.voice = .with {
                ($0.person, $0.asked) = (self.person, asked)
                ($0.forms, $0.afterwards) = (forms, afterwards)
            }
        }
    }

    func check(_ words: inout Words) {
        if person.isEmpty { words.add(Fault(.familyUnknown, at: "voice.person")) }
        _ = words.text(asked, at: "voice.asked")
        if forms.isEmpty { words.add(Fault(.textMissing, at: "voice.forms")) }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let forms = VoiceForm.allCases.map { maker.choice($0.rawValue, named: "voice_form", of: "voice-forms") }
        return [
            maker.one("voice-person", choices.family.map { ($0.value, $0.label, nil) }, person),
            maker.area("voice-asked", asked, limit: FamilyVoice.mostBytes(of: "asked")),
            maker.several("voice-forms", forms, self.forms),
            maker.area(
                "voice-afterwards", afterwards, limit: FamilyVoice.mostBytes(of: "afterwards"), isOptional: true),
        ]
    }
}

extension CasePage {
    /// Whoever takes part and leads nothing reads here, and is offered nothing.
    func meetingActs(_ sent: SentForm?) -> [Act] {
        let (cooperation, choices) = (opened.file.cooperation, FormChoices(self))
        func mayDo(_ action: CaseAction) -> Bool { opened.denials(of: action, by: person, at: now).isEmpty }
        var acts: [Act] = []
        if mayDo(.moveMeeting) {
            let found = cooperation.proposed == nil ? "" : word("desk.move_meeting.reason.found")
            acts.append(act(MoveMeetingForm(reason: found), choices, sent: sent, style: "secondary"))
        }
        if mayDo(.tellFamily) { acts.append(act(TellFamilyForm(), choices, sent: sent, style: "secondary")) }
        if mayDo(.recordParticipation) {
            acts.append(act(RecordParticipationForm(), choices, sent: sent, style: "secondary"))
        }
        return acts + participantActs(sent) + outsiderActs(sent)
    }
}
