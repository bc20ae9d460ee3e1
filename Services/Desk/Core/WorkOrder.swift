package import Domain
package import Foundation

/// A case in a list of work: what waits in it, and until when (rule 19).
package protocol WorkItem {
    var reference: String { get }
    /// When its next step is due. Nil only for a closed case.
    var due: Date? { get }
}

/// In which order work is shown: what should have been done first, then what is next.
package enum WorkOrder {
    /// How near a date is, as people plan their week.
    package enum Urgency: String, CaseIterable, Sendable, Comparable {
        case overdue, today
        /// Within seven days.
        case week
        case later

        package init(due: Date?, at now: Date) {
            let days = due.map { CivilTime.day(of: $0).number - CivilTime.day(of: now).number } ?? .max
            self =
                switch days {
                case _ where due.map { $0 < now } ?? false: .overdue
                case ...0: .today
                case ...7: .week
                default: .later
                }
        }

        package static func < (left: Self, right: Self) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// The earliest date first. Two cases never change places from one page to the next.
    package static func sorted<Item: WorkItem>(_ items: [Item]) -> [Item] {
        items.sorted { (date($0), $0.reference) < (date($1), $1.reference) }
    }

    /// The items by how near their date is, what is overdue first. No section is empty.
    package static func sections<Item: WorkItem>(
        _ items: [Item], at now: Date
    ) -> [(urgency: Urgency, items: [Item])] {
        let groups = Dictionary(grouping: sorted(items)) { Urgency(due: $0.due, at: now) }
        return Urgency.allCases.compactMap { urgency in groups[urgency].map { (urgency, $0) } }
    }

    private static func date(_ item: some WorkItem) -> Date { item.due ?? .distantFuture }
}

/// Who has to do something before a case moves on (rule 20).
package enum Turn: Sendable, Hashable {
    /// The directory's id.
    case of(String)
    /// Those whose consent is missing, by the keys that the case has for them; the person asks them.
    case family([String], askedBy: String)

    /// - Parameter awaited: whose consent is missing.
    package init(_ step: Step, of people: Authority.People, awaited: [String]) {
        let worker = people.delegate ?? people.namedPerson
        switch step {
        case .consent where !awaited.isEmpty: self = .family(awaited, askedBy: worker)
        case .acknowledge, .conclude, .consent: self = .of(worker)
        case .meeting, .bookFollowUp, .planFollowUp, .answerFamily:
            self = .of(people.coordinator ?? people.namedPerson)
        case .followUp, .lookAgain, .handOver, .decideMove, .reviewMove, .findOwner, .invite:
            self = .of(people.namedPerson)
        }
    }

    package var person: String {
        switch self {
        case .of(let person), .family(_, askedBy: let person): person
        }
    }
}
