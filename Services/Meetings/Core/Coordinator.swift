import Domain

/// The family's contact. The child was asked first whom they want (rule 15).
package struct Coordinator: Sendable, Hashable {
    package var person: String
    package var choice: Choice
    /// Nil where it was not recorded.
    package var wish: ChildsWish?

    package init(_ person: String, _ choice: Choice, wish: ChildsWish? = nil) {
        (self.person, self.choice, self.wish) = (person, choice, wish)
    }

    package enum Choice: Sendable, Hashable {
        /// The reason is empty where nobody gave one: none is needed.
        case child(reason: String)
        /// Somebody else chose, for this special reason.
        case other(reason: String)
    }
}

/// Whom the child wants as coordinator. The child is asked before anybody else (rule 15).
package struct ChildsWish: Sendable, Hashable {
    /// The directory's id; nil where the child wants somebody else, or nobody in particular.
    package var person: String?
    /// What the child says of it; or why the child could not be asked.
    package var words: String

    package init(person: String?, words: String) { (self.person, self.words) = (person, words) }
}

extension Coordinator {
    /// Faults of a choice: the child has not been asked, or wants somebody else and no special reason is given (rule 15).
    func faultsOfChoice(at path: String) -> [Fault] {
        switch choice {
        case .child:
            guard let wanted = wish?.person, wanted != person else { return [] }
            return [Fault(.coordinatorReason, at: "\(path).reason")]
        case .other: return wish == nil ? [Fault(.coordinatorWish, at: "\(path).wish")] : []
        }
    }

    /// Faults of the person: the directory has nobody by this id, or the consents do not cover their organisation (rule 13).
    func faultsOfPerson(at path: String, _ cooperation: Cooperation, in county: County) -> [Fault] {
        county.faultsUnlessKnown(person, at: "\(path).person")
            + cooperation.faultsUnlessCovered(person, at: "\(path).person", in: county)
            + (wish?.faults(at: "\(path).wish", in: county) ?? [])
    }
}

extension ChildsWish {
    /// A fault where the directory knows nobody by this id. Whom the child may wish for is nobody's to limit.
    func faults(at path: String, in county: County) -> [Fault] {
        person.map { county.faultsUnlessKnown($0, at: "\(path).person") } ?? []
    }
}
