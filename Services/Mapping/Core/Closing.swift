import Domain

// How a case is closed. After a change for the worse, where harm is suspected, or by somebody else than the named person, it is
// explained in words, and the named person and the unit's manager are told (rules 3, 17 and 19).

extension CaseInHand {
    /// Whether this closing must be explained.
    ///
    /// - Parameter isWorse: a follow-up has judged that a measure made it worse.
    func mustExplainClosing(isWorse: Bool) -> Bool {
        isWorse || `case`.isHarmSuspected || actor != .person(`case`.owner.person)
    }

    mutating func close(reason: String, isWorse: Bool) {
        // Even if no meeting is requested now, the coordinator and the plan end with the case.
        if `case`.isMeetingRequested || `case`.coordinator != nil {
            callOff(isClosed: true)
        }
        end(reason: reason, isWorse: isWorse)
    }

    /// Closes the case without a request to Meetings, which already knows.
    mutating func end(reason: String, isWorse: Bool) {
        let told = mustExplainClosing(isWorse: isWorse) ? [`case`.owner.person, managerOrCounty].uniqued() : []
        `case`.phase = .closed(after: `case`.outcome)
        `case`.coordinator = nil
        `case`.delegate = nil
        `case`.deadlines = [:]
        (`case`.proposedMove, `case`.departure) = (nil, nil)
        report(.closed(.init(reason: reason, by: actor, to: told, county: `case`.place.county)))
        startRetention()
    }
}
