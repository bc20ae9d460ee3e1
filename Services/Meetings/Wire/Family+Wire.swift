import Codec
import Domain
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// What the family is told, asked, and says (rules 7 and 22).

extension InformFamily: CaseCommand {
    init(_ message: TellFamily, _ wire: inout WireReader) {
        let channel = Channel(message.channel, email: message.email)
        if channel == nil { wire.fail(Fault(.familyChannel, at: "channel")) }
        self.init(to: message.to, of: wire.matters(message.about), channel ?? .letter)
    }

    func write(to message: inout TellFamily) {
        message.to = to
        message.about = matters.map(\.rawValue)
        message.channel = channel.word
        message.email = channel.email
    }
}

extension MeetingsCore.RecordParticipation: CaseCommand {
    init(_ message: Codec.RecordParticipation, _ wire: inout WireReader) {
        self.init(.init(message.voice, at: "voice", &wire))
    }

    func write(to message: inout Codec.RecordParticipation) { message.voice = .init(voice) }
}

extension Codec.FamilyTold {
    init(_ fact: MeetingsCore.FamilyTold, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            if let told = fact.meeting {
                $0.meeting = .init(told.meeting, of: key)
                $0.cancelled = told.isCancelled
            }
            $0.about = fact.matters.map(\.rawValue)
            $0.by = fact.by
            $0.to = fact.to
            $0.channel = fact.channel.word
            $0.email = fact.channel.email
            $0.contact = fact.contact
        }
    }
}

extension MeetingsCore.FamilyTold {
    init(_ message: Codec.FamilyTold, _ wire: inout WireReader) {
        let channel = InformFamily.Channel(message.channel, email: message.email)
        if channel == nil { wire.fail(Fault(.familyChannel, at: "channel")) }
        let meeting: OfMeeting? =
            message.hasMeeting ? .init(.init(message.meeting, &wire), isCancelled: message.cancelled) : nil
        self.init(
            meeting, of: wire.matters(message.about), by: message.by, to: message.to, channel: channel ?? .letter,
            contact: message.contact)
    }
}

extension Codec.ParticipationRecorded {
    init(_ fact: MeetingsCore.ParticipationRecorded, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.by = fact.by
            $0.voice = .init(fact.voice)
        }
    }
}

extension MeetingsCore.ParticipationRecorded {
    init(_ message: Codec.ParticipationRecorded, _ wire: inout WireReader) {
        self.init(.init(message.voice, at: "voice", &wire), by: message.by)
    }
}

// MARK: Their parts

extension WireReader {
    /// Before there was more to tell, it was the meeting.
    fileprivate mutating func matters(_ words: [String]) -> [FamilyMatter] {
        words.isEmpty ? [.meeting] : self.words(words, at: "about").uniqued()
    }
}

extension MeetingsCore.FamilyVoice {
    init(_ message: Codec.FamilyVoice, at path: String, _ wire: inout WireReader) {
        if message.forms.isEmpty { wire.fail(Fault(.textMissing, at: "\(path).forms")) }
        self.init(
            of: message.person, asked: wire.text(message.asked, at: "\(path).asked"),
            forms: wire.words(message.forms, at: "\(path).forms"), afterwards: message.afterwards.nonEmpty)
    }
}

extension Codec.FamilyVoice {
    init(_ value: MeetingsCore.FamilyVoice) {
        self = .with {
            $0.person = value.person
            $0.asked = value.asked
            $0.forms = value.forms.map(\.rawValue)
            $0.afterwards = value.afterwards ?? ""
        }
    }
}

extension InformFamily.Channel {
    /// Nil for what is no channel, and where an address is missing, is none, or is one too many.
    init?(_ word: String, email: String) {
        switch (word, email.isEmpty) {
        case ("email", _):
            guard let address = EmailAddress(email) else { return nil }
            self = .email(address)
        case ("letter", true): self = .letter
        case ("phone", true): self = .phone
        case ("in_person", true): self = .inPerson
        default: return nil
        }
    }

    var word: String {
        switch self {
        case .email: "email"
        case .letter: "letter"
        case .phone: "phone"
        case .inPerson: "in_person"
        }
    }

    /// Empty for all but e-mail.
    var email: String {
        if case .email(let address) = self { address.text } else { "" }
    }
}
