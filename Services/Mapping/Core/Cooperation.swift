import Domain
import Foundation

// What Mapping asks of Meetings, and how a case ends or goes on (rules 10 to 12 and 17).

extension CaseInHand {
    /// Asks for a meeting. The case is in cooperation from here on.
    ///
    /// - Returns: the cooperation with the meeting's last day, which may have had to move.
    @discardableResult
    mutating func callMeeting(_ cooperation: Case.Cooperation) -> Case.Cooperation {
        var cooperation = cooperation
        // The date may have passed meanwhile.
        if cooperation.latest <= today { cooperation.latest = today.plus(settings.meetingDays) }
        `case`.phase = .cooperation(cooperation)
        set(.meeting, on: cooperation.latest)
        request(.call(MeetingCall(for: `case`, cooperation)))
        return cooperation
    }

    /// What was booked and planned is not to be done any more.
    mutating func stopCooperation() {
        request(.cancel(county: `case`.place.county, isClosed: false))
        for step in [Step.meeting, .bookFollowUp, .planFollowUp, .answerFamily] { done(step) }
    }

    mutating func close(reason: String) {
        // Also where no meeting is asked for at present, its coordinator and plan end with the case.
        if `case`.isMeetingRequested || `case`.coordinator != nil {
            request(.cancel(county: `case`.place.county, isClosed: true))
        }
        end(reason: reason)
    }

    /// Closes the case where Meetings knows already that nothing is left to do.
    mutating func end(reason: String) {
        `case`.phase = .closed(after: `case`.outcome)
        `case`.coordinator = nil
        `case`.delegate = nil
        `case`.deadlines = [:]
        report(.closed(reason: reason, by: actor))
    }

    /// The mapping goes on, whatever its outcome was.
    mutating func reopen(reason: String) {
        `case`.deadlines = [:]
        if `case`.isMeetingRequested { request(.cancel(county: `case`.place.county, isClosed: false)) }
        `case`.phase = .mapping
        set(.conclude, workingDays: settings.mappingDays, from: context.now)
        report(.reopened(reason: reason, by: actor))
        comeOfAge()
    }
}
