import Codec
import Domain
import Streams

// The family is told by a person's decision, each time (rule 22).

extension MeetingsProcessor {
    /// The named person or the coordinator has decided that the child or a guardian is told of the meeting as it is now,
    /// or that it is called off.
    func tellFamily(_ command: TellFamily, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        var faults = cooperation.isResponsible(command.by, on: CivilTime.day(of: turn.now))
        let isCancelled = cooperation.state.hasMeeting && cooperation.state.cancelled
        let isKnown = cooperation.hasMeeting || isCancelled
        if !isKnown { faults.append(Fault(.meetingNone, at: "case_reference")) }
        let family = cooperation.state.meeting.participants.filter(\.family).map(\.person)
        if isKnown, !family.contains(command.to) { faults.append(Fault(.familyUnknown, at: "to")) }
        let channel = FamilyChannel(rawValue: command.channel)
        let isAddressed = channel == .email ? EmailAddress(command.email) != nil : command.email.isEmpty
        if channel == nil || !isAddressed {
            faults.append(Fault(.familyChannel, at: "channel"))
        }
        guard faults.isEmpty else { return faults }
        // From there they may answer.
        if !command.email.isEmpty { cooperation.state.told[command.email.lowercased()] = command.to }
        try publish(
            FamilyTold.with { [meeting = cooperation.state.meeting] in
                ($0.meeting, $0.by, $0.to) = (meeting, command.by, command.to)
                ($0.channel, $0.email, $0.cancelled) = (command.channel, command.email, isCancelled)
            }, cooperation, &turn)
        return []
    }
}

/// How a family is told. For all but e-mail a person does it.
enum FamilyChannel: String, CaseIterable, Sendable {
    case email
    case letter
    case phone
    case inPerson = "in_person"
}
