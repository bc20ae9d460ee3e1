import CloudEvents
import Codec
package import Domain
package import MeetingsCore
package import ServiceKit
import SwiftProtobuf

/// A command of the core that travels as a message.
protocol WireCommand: Command {
    associatedtype Message: CountyMessage

    /// The reader collects what cannot be read. Nil where no harmless word can stand in for it.
    init?(_ message: Message, _ wire: inout WireReader)

    /// Writes the command into a message.
    func write(to message: inout Message)
}

/// A command about one case.
protocol CaseCommand: WireCommand where Subject == Planning, Message: CaseMessage {}

/// A message to the county whose calendars it concerns.
package protocol CountyMessage: CommandMessage {
    var county: String { get set }
}

/// A message about one case.
package protocol CaseMessage: CountyMessage {
    var caseReference: String { get set }
}

/// A message that says who gives the command.
package protocol PersonMessage: CaseMessage {
    /// The directory's id.
    var by: String { get set }
}

extension CountyMessage {
    package var actor: Actor { .suite }

    fileprivate func read<C: WireCommand>(_ words: inout Words) -> C? where C.Message == Self {
        var wire = WireReader(words)
        defer { words = wire.words }
        return C(self, &wire)
    }
}

extension CaseMessage {
    package var address: CommandAddress { CommandAddress(caseReference, key: county) }
    var key: CaseKey { CaseKey(caseReference, county: county) }
}

extension PersonMessage {
    package var actor: Actor { Actor(by: by) }
}

extension CaseCommand {
    func message(_ key: CaseKey) -> Message {
        .with {
            $0.caseReference = key.reference
            $0.county = key.county
            write(to: &$0)
        }
    }
}

extension CaseCommand where Message: PersonMessage {
    func message(_ key: CaseKey, by actor: Actor) -> Message {
        var message = message(key)
        message.by = actor.id
        return message
    }
}

// MARK: Which message is which command

extension CallMeeting: CaseMessage {
    package func command(_ words: inout Words) -> Call? { read(&words) }
}

extension CancelMeeting: CaseMessage {
    package func command(_ words: inout Words) -> Cancel? { read(&words) }
}

extension EraseCooperation: CaseMessage {
    package func command(_ words: inout Words) -> Erase? { read(&words) }
}

extension ProtectMeeting: CaseMessage {
    package func command(_ words: inout Words) -> Protect? { read(&words) }
}

extension Codec.SeatGuardians: CaseMessage {
    package func command(_ words: inout Words) -> MeetingsCore.SeatGuardians? { read(&words) }
}

extension HandOverMeeting: CaseMessage {
    package func command(_ words: inout Words) -> HandOver? { read(&words) }
}

extension RelocateMeeting: CaseMessage {
    package func command(_ words: inout Words) -> Relocate? { read(&words) }
}

extension Codec.AdmitOutsiders: CaseMessage {
    package func command(_ words: inout Words) -> MeetingsCore.AdmitOutsiders? { read(&words) }
}

extension Codec.InviteOutsider: PersonMessage {
    package func command(_ words: inout Words) -> MeetingsCore.InviteOutsider? { read(&words) }
}

extension Codec.DismissOutsider: PersonMessage {
    package func command(_ words: inout Words) -> MeetingsCore.DismissOutsider? { read(&words) }
}

extension AnswerMeeting: CaseMessage {
    /// Their own, or what their mail says, which the door has found to be theirs by its secret address.
    package var speaker: Speaker { Speaker(person.isEmpty ? nil : person, orOf: [.mail]) }
    package func command(_ words: inout Words) -> MeetingsCore.Answer? { read(&words) }
}

extension ForwardMail: CaseMessage {
    package var speaker: Speaker { Speaker(nil, orOf: [.mail]) }
    package func command(_ words: inout Words) -> Forward? { read(&words) }
}

extension MoveMeeting: PersonMessage {
    package func command(_ words: inout Words) -> Move? { read(&words) }
}

extension ChangeParticipants: PersonMessage {
    package func command(_ words: inout Words) -> ChangeAttendees? { read(&words) }
}

extension RecordMeeting: PersonMessage {
    package func command(_ words: inout Words) -> Record? { read(&words) }
}

extension RecordNotHeld: PersonMessage {
    package func command(_ words: inout Words) -> CallAgain? { read(&words) }
}

extension ReportPlanConcern: PersonMessage {
    package func command(_ words: inout Words) -> ReportConcern? { read(&words) }
}

extension AnswerPlanConcern: PersonMessage {
    package func command(_ words: inout Words) -> AnswerConcern? { read(&words) }
}

extension RecordPlanFollowUp: PersonMessage {
    package func command(_ words: inout Words) -> FollowUp? { read(&words) }
}

extension BookPlanFollowUp: PersonMessage {
    package func command(_ words: inout Words) -> BookFollowUp? { read(&words) }
}

extension RecordChildsWish: PersonMessage {
    package func command(_ words: inout Words) -> RecordWish? { read(&words) }
}

extension Codec.ChangeCoordinator: PersonMessage {
    package func command(_ words: inout Words) -> MeetingsCore.ChangeCoordinator? { read(&words) }
}

extension TellFamily: PersonMessage {
    package func command(_ words: inout Words) -> InformFamily? { read(&words) }
}

extension Codec.RecordParticipation: PersonMessage {
    package func command(_ words: inout Words) -> MeetingsCore.RecordParticipation? { read(&words) }
}

extension PublishBusyTimes: CountyMessage {
    package var speaker: Speaker { Speaker(person, orOf: [.system]) }
    package var address: CommandAddress { CommandAddress(person, key: county, about: "") }
    package func command(_ words: inout Words) -> PublishTimes? { read(&words) }
}

extension BookConsultation: CountyMessage {
    package var address: CommandAddress { CommandAddress(reference, key: county, about: "") }
    package func command(_ words: inout Words) -> PlaceConsultation? { read(&words) }
}
