package import Domain

// Rule 12: who must consent. Reports name guardians by key, and the named person puts them right: adds, merges, corrects and
// removes them. What a report says later does not undo that.

extension Case {
    /// Somebody who must consent. What they are called is in the facts alone.
    package struct Guardian: Sendable, Equatable {
        /// Intake's, for one whom a report has named.
        package var key: String
        package var standing: GuardianStanding

        package init(_ key: String, _ standing: GuardianStanding = .reachable) {
            (self.key, self.standing) = (key, standing)
        }

        /// What a person has written of a guardian. It goes before what reports say.
        package struct Details: Sendable, Equatable {
            package var name: String
            package var personalNumber: String
            package var email: String
            package var phone: String

            package init(name: String, personalNumber: String = "", email: String = "", phone: String = "") {
                (self.name, self.personalNumber) = (name, personalNumber)
                (self.email, self.phone) = (email, phone)
            }
        }
    }

    /// What became of a guardian who is not on record any more.
    package enum FormerGuardian: Sendable, Equatable {
        case removed
        /// Is the same person as the guardian with this key.
        case same(as: String)
    }

    /// The guardians as Meetings needs them: who has a seat, and how they may be told (rule 22).
    package struct Seats: Sendable, Equatable {
        package var guardians: [String]
        /// Those of them to whom nobody writes.
        package var unwritten: [String]
        /// The child's identity or a guardian's is protected: no place is named.
        package var isProtected: Bool

        package init(guardians: [String], unwritten: [String] = [], isProtected: Bool) {
            (self.guardians, self.unwritten, self.isProtected) = (guardians, unwritten, isProtected)
        }
    }

    var seats: Seats {
        let unwritten = guardians.filter { $0.standing == .protected }.map(\.key)
        return Seats(
            guardians: consenting.map(\.key), unwritten: unwritten, isProtected: isProtected || !unwritten.isEmpty)
    }

    /// The guardians whose consent is awaited.
    var consenting: [Guardian] { guardians.filter { $0.standing != .deceased } }

    func isGuardian(_ key: String) -> Bool { guardians.contains { $0.key == key } }

    /// Who speaks: one who was merged is the guardian who stayed.
    func resolved(_ giver: Giver) -> Giver {
        guard case .guardian(let key) = giver, case .same(let other) = formerGuardians[key] else { return giver }
        return .guardian(other)
    }

    /// Whether the case asks for this giver's consent, or may have to.
    func isOnRecord(_ giver: Giver) -> Bool {
        switch giver {
        case .youth: true
        case .others: hasMoreGuardians
        case .guardian(let key): consenting.contains { $0.key == key }
        }
    }

    /// Those who have said no and are not on record. Each counts until the case's owner ends it (rule 13).
    package var objections: [Giver] {
        consents.values.filter { !$0.isGiven && !isOnRecord($0.giver) }.map(\.giver).sorted { $0.name < $1.name }
    }

    /// Who has said no, as far as the case can tell: one whom it does not know and has no room for counts among the others.
    func teller(_ giver: Giver) -> Giver {
        guard !isOnRecord(giver), consents[giver] == nil else { return giver }
        let known = objections.filter { $0 != .others }
        return known.count < Self.unknownGiversLimit ? giver : .others
    }
}

extension Case {
    /// Puts guardians on record whom a report names. Those for whom there is no room are awaited as the others.
    ///
    /// - Returns: the keys of former guardians among them, who do not come back.
    mutating func record(_ reported: [String]) -> [String] {
        let former = reported.filter { formerGuardians[$0] != nil }
        let new = reported.uniqued().filter { formerGuardians[$0] == nil && !isGuardian($0) }
        let room = Self.guardiansLimit - guardians.count
        guardians += new.prefix(room).map { Guardian($0) }
        guard new.count > room else { return former }
        hasMoreGuardians = true
        // Whoever was agreed on before, this may be somebody else.
        if consents[.others]?.isGiven == true { consents[.others] = nil }
        return former
    }

    /// Nobody asks this giver any more: a consent does not count. A no does, until the owner ends it (rule 13).
    mutating func leaveOut(_ giver: Giver) {
        guard !isOnRecord(giver), var consent = consents[giver] else { return }
        consents[giver] = nil
        if consent.isGiven { return }
        consent.giver = teller(giver)
        consents[consent.giver] = consent
    }

    /// Two on record are one person. Their consents become one, the stricter; who is protected stays protected.
    mutating func merge(_ same: String, into key: String) {
        guard let index = guardians.firstIndex(where: { $0.key == key }),
            let other = guardians.first(where: { $0.key == same })
        else { return }
        if other.standing == .protected { guardians[index].standing = .protected }
        guardians.removeAll { $0.key == same }
        for (former, what) in formerGuardians where what == .same(as: same) { formerGuardians[former] = .same(as: key) }
        formerGuardians[same] = .same(as: key)
        let (kept, merged) = (consents[.guardian(key)], consents.removeValue(forKey: .guardian(same)))
        var word = kept ?? merged
        if let kept, let merged { word = kept.stricter(merged) }
        word?.giver = .guardian(key)
        consents[.guardian(key)] = word
        leaveOut(.guardian(key))
    }
}

extension Case.Consent {
    /// What counts of two words of one person: a no goes before a consent, and the later of two; of two consents what both
    /// cover, until the earlier end. Nil where they cover nothing in common.
    func stricter(_ other: Self) -> Self? {
        switch (word, other.word) {
        case (.given(let end), .given(let otherEnd)):
            var narrower = self
            narrower.organisations = organisations.filter(other.organisations.contains)
            narrower.admitsOutsiders = admitsOutsiders && other.admitsOutsiders
            narrower.word = .given(until: [end, otherEnd].compactMap(\.self).min())
            return narrower.organisations.isEmpty ? nil : narrower
        case (.given, _): return other
        case (_, .given): return self
        default: return recordedAt < other.recordedAt ? other : self
        }
    }
}

extension CaseInHand {
    /// The guardians have changed: consents are looked at at once, and Meetings hears of it (rule 12).
    mutating func reviewGuardians(since before: Case) {
        reviewConsents()
        // A meeting that is called for now has the new seats already.
        guard before.isMeetingRequested, `case`.isMeetingRequested, before.seats != `case`.seats else { return }
        request(.seat(`case`.seats, county: `case`.place.county))
    }
}
