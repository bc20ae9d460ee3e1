import Domain
import Foundation

// Mapping's requests to Meetings, and how a case is reopened (rules 10 to 12).

extension CaseInHand {
    /// Requests a meeting. The case is then in cooperation.
    ///
    /// - Returns: the cooperation, with a later last day for the meeting if that day has passed.
    @discardableResult
    mutating func callMeeting(_ cooperation: Case.Cooperation) -> Case.Cooperation {
        var cooperation = cooperation
        if cooperation.latest <= today { cooperation.latest = today.plus(settings.meetingDays) }
        `case`.phase = .cooperation(cooperation)
        set(.meeting, on: cooperation.latest)
        `case`.hasAdmittedOutsiders = `case`.admitsOutsiders(on: today)
        request(.call(MeetingCall(for: `case`, cooperation)))
        return cooperation
    }

    /// Who was invited from outside hears of it only where the consents still let them take part.
    mutating func callOff(isClosed: Bool) {
        request(
            .cancel(
                county: `case`.place.county, isClosed: isClosed, tellsOutsiders: `case`.admitsOutsiders(on: today)))
    }

    /// Cancels what was booked and planned. The family's word is answered all the same (rule 17).
    mutating func stopCooperation() {
        callOff(isClosed: false)
        for step in [Step.meeting, .invite, .bookFollowUp, .planFollowUp] { done(step) }
    }

    /// Opens the mapping again, whatever its outcome was. It is done anew (rule 10).
    mutating func reopen(reason: String) {
        `case`.beginAnew()
        `case`.deadlines = `case`.deadlines.filter {
            [.decideMove, .reviewMove, .findOwner, .answerFamily].contains($0.key)
        }
        if `case`.isMeetingRequested { callOff(isClosed: false) }
        `case`.phase = .mapping
        `case`.retention = nil
        set(.conclude, workingDays: settings.mappingDays, from: context.now)
        report(.reopened(reason: reason, by: actor))
        comeOfAge()
    }
}
