import CloudEvents
import Codec
import Domain
import MeetingsCore

/// A command of the core that travels as a message.
protocol WireCommand: Command {
    associatedtype Message: CountyMessage

    /// What cannot be read is told to the reader.
    init(_ message: Message, _ wire: inout WireReader)

    /// The other way round.
    func write(to message: inout Message)

    static func actor(of message: Message) -> Actor
}

/// A command about one case.
protocol CaseCommand: WireCommand where Subject == Planning, Message: CaseMessage {}

/// A message to the county whose calendars it concerns.
protocol CountyMessage: EventPayload {
    var county: String { get set }
    /// The case under which an answer is filed; empty where the command is about none.
    var caseName: String { get }
}

/// A message about one case.
protocol CaseMessage: CountyMessage {
    var caseReference: String { get set }
}

/// A message that says who gives the command.
protocol PersonMessage: CaseMessage {
    /// The directory's id.
    var by: String { get set }
}

extension CountyMessage {
    var caseName: String { "" }
}

extension CaseMessage {
    var caseName: String { caseReference }
    var key: CaseKey { CaseKey(caseReference, county: county) }
}

extension WireCommand {
    static func actor(of message: Message) -> Actor { .suite }
}

extension WireCommand where Message: PersonMessage {
    static func actor(of message: Message) -> Actor { Actor(by: message.by) }
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

extension CallMeeting: CaseMessage {}
extension CancelMeeting: CaseMessage {}
extension ProtectMeeting: CaseMessage {}
extension HandOverMeeting: CaseMessage {}
extension AnswerMeeting: CaseMessage {}
extension MoveMeeting: PersonMessage {}
extension ChangeParticipants: PersonMessage {}
extension RecordMeeting: PersonMessage {}
extension RecordNotHeld: PersonMessage {}
extension ReportPlanConcern: PersonMessage {}
extension AnswerPlanConcern: PersonMessage {}
extension RecordPlanFollowUp: PersonMessage {}
extension BookPlanFollowUp: PersonMessage {}
extension TellFamily: PersonMessage {}
extension PublishBusyTimes: CountyMessage {}
extension BookConsultation: CountyMessage {}
