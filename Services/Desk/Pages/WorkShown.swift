import CaseReading
import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit

/// A page of work in words.
struct WorkShown {
    private let found: WorkFound
    private let language: Language
    private let saved: [SavedFilters.Saved]
    private let mistake: WorkPages.Mistake?
    private let names: DirectoryNames

    private struct Section {
        let title: String
        let tasks: [TaskLine]
    }

    private struct SavedLink {
        let name: String
        let href: String
    }

    init(
        _ found: WorkFound, _ language: Language, saved: [SavedFilters.Saved], _ mistake: WorkPages.Mistake?
    ) {
        (self.found, self.language, self.saved, self.mistake) = (found, language, saved, mistake)
        names = DirectoryNames(found.scope.county)
    }

    private var filter: WorkFilter { found.filter }
    private var now: Date { found.scope.now }

    private func words(_ name: String, _ values: [String: String] = [:]) -> String {
        Catalogue.text("desk.\(name)", language, values)
    }

    var model: [String: Any] {
        var model: [String: Any] = [
            "find": findField, "lists": lists, "chips": chips, "hasChips": !chips.isEmpty, "sections": sections,
            "links": links, "hasLinks": !links.isEmpty,
            "saved": saved.map { SavedLink(name: $0.name, href: $0.filter.path) },
        ]
        if !found.meetings.isEmpty { model["meetings"] = ["tasks": found.meetings.map(task)] }
        if found.rows.isEmpty { model["empty"] = empty }
        model["pages"] = pages
        if filter.isNarrowed || filter.list != nil { model["save"] = saveForm }
        model["problems"] = mistake.flatMap { ErrorSummary([FieldError($0.words, field: $0.field)]) }
        return model
    }

    // MARK: The cases

    private var sections: [Section] {
        WorkOrder.sections(found.rows, at: now).map { urgency, rows in
            Section(title: words("urgency.\(urgency.rawValue)"), tasks: rows.map { task($0, urgency) })
        }
    }

    private func task(_ work: WorkRow, _ urgency: WorkOrder.Urgency) -> TaskLine {
        let (step, isAsked) = (work.row.step, isAsked(work))
        // Who sees the status alone finds it on the first page.
        let part = work.permit.extent == .status ? .overview : step.map { CasePage.Part(of: $0) } ?? .overview
        let nearness: (TaskLine.Urgency, Tag)? =
            switch urgency {
            case .overdue: (.overdue, Tag(words("overdue"), .bad))
            case .today: (.today, Tag(words("day.today"), .warn))
            case .week, .later: nil
            }
        return TaskLine(
            href: isAsked ? CasePage.answerPath(of: work.reference) : part.path(of: work.reference),
            what: isAsked
                ? words("work.asked")
                : Catalogue.text("step.\(step?.rawValue ?? "unknown")", language).capitalizedFirst,
            reference: work.reference, due: Moment(dayOf: work.due ?? now, seen: now, language), urgency: nearness?.0,
            // The day says it already.
            tag: urgency == .today ? nil : nearness?.1, detail: detail(work))
    }

    /// The reader is to say what they know, and the next step is not theirs.
    private func isAsked(_ work: WorkRow) -> Bool {
        let turn = work.row.step.map { Turn($0, of: work.row.people, awaited: work.row.status.awaited) }
        return work.lists.contains(.asked) && turn?.person != found.scope.person
    }

    /// Whose turn it is, where, and why it stands on this list.
    private func detail(_ work: WorkRow) -> String {
        let row = work.row
        func name(_ id: String) -> String {
            work.permit.showsPlace
                ? names.name(of: id, language) : PlaceMask.name(of: id, in: found.scope.county, language)
        }
        var parts: [String] = []
        if let step = row.step {
            let turn = Turn(step, of: row.people, awaited: row.status.awaited)
            if case .family(let givers, _) = turn {
                let givers = givers.map { FactInWords.giver($0, language) }.joined(separator: ", ")
                parts.append(words("work.awaits", ["givers": givers]))
            }
            let other = name(turn.person)
            if turn.person == found.scope.person {
                parts.append(words("work.turn.mine"))
            } else if other != "…" {
                parts.append(words("work.turn.other", ["name": other]))
            }
            if let absent = absent(row), work.lists.isSuperset(of: [absent.list]) {
                parts.append(words("work.deputy", ["name": name(absent.person)]))
            }
        }
        if work.permit.showsPlace { parts.append(names.name(of: row.status.unit, language)) }
        if !row.status.fallbackReason.isEmpty { parts.append(words("work.fallback")) }
        if row.status.harmSuspected { parts.append(words("work.harm")) }
        if row.status.protectedIdentity { parts.append(words("work.protected")) }
        return parts.joined(separator: " · ")
    }

    /// For whom the reader stands in, where they have the case as a deputy alone.
    private func absent(_ row: CaseRow) -> (person: String, list: Reading.WorkList)? {
        let (people, me) = (row.people, found.scope.person)
        if [people.namedPerson, people.delegate, people.coordinator].contains(me) { return nil }
        let day = CivilTime.day(of: now)
        let places: [(String?, Reading.WorkList)] = [
            (people.namedPerson, .own), (people.delegate, .delegated), (people.coordinator, .coordinated),
        ]
        for (person, list) in places {
            if let person, found.scope.county.acting(for: person, on: day)?.id == me { return (person, list) }
        }
        return nil
    }

    private func task(_ meeting: MeetingRow) -> TaskLine {
        let isToday = CivilTime.day(of: meeting.start) == CivilTime.day(of: now)
        let answer =
            switch meeting.answer {
            case nil: Tag(words("work.meeting.unanswered"), .warn)
            case .accepted?: Tag(words("work.meeting.accepted"), .good)
            case .declined?: Tag(words("work.meeting.declined"))
            case .tentative?: Tag(words("work.meeting.tentative"), .warn)
            case .delegated?: Tag(words("work.meeting.delegated"))
            }
        return TaskLine(
            href: CasePage.Part.meetings.path(of: meeting.reference), what: words("work.meeting"),
            reference: meeting.reference,
            due: Moment(meeting.start, language), urgency: isToday ? .today : nil, tag: answer)
    }

    // MARK: Ways to other lists

    private var lists: [Link] {
        [Link(words("list.mine"), "/work", isCurrent: filter.list == nil, count: found.own)]
            + found.scope.lists.compactMap { list in
                let count = found.counts[list] ?? 0
                let isKept = list == .unit || list == .county || list == filter.list
                guard count > 0 || isKept else { return nil }
                return Link(
                    words("list.\(list.rawValue)"), WorkFilter(list: list).path, isCurrent: filter.list == list,
                    count: count)
            }
    }

    /// What the list can be narrowed to. A chip that is chosen leads back.
    private var chips: [Link] {
        func link(_ label: String, _ count: Int, isCurrent: Bool, _ change: (inout WorkFilter) -> Void) -> Link? {
            guard count > 0 || isCurrent else { return nil }
            var changed = filter
            change(&changed)
            return Link(label, changed.path, isCurrent: isCurrent, count: count)
        }
        let counts = found.narrowings
        let overdue = link(words("urgency.overdue"), counts.overdue, isCurrent: filter.isOverdue) {
            $0.isOverdue.toggle()
        }
        let phases = Phase.allCases.map { phase in
            let isCurrent = filter.phase == phase
            return link(
                Catalogue.text("phase.\(phase.rawValue)", language).capitalizedFirst, counts.phases[phase] ?? 0,
                isCurrent: isCurrent
            ) { $0.phase = isCurrent ? nil : phase }
        }
        let steps = Step.allCases.map { step in
            let isCurrent = filter.step == step
            return link(
                Catalogue.text("step.\(step.rawValue)", language).capitalizedFirst, counts.steps[step] ?? 0,
                isCurrent: isCurrent
            ) { $0.step = isCurrent ? nil : step }
        }
        let units = unitsWithMost.map { unit in
            let isCurrent = filter.unit == unit
            return link(names.name(of: unit, language), counts.units[unit] ?? 0, isCurrent: isCurrent) {
                $0.unit = isCurrent ? nil : unit
            }
        }
        return ([overdue] + phases + steps + units).compactMap(\.self)
    }

    private static let unitLimit = 12

    /// Nothing to choose from where all is in one unit.
    private var unitsWithMost: [String] {
        let units = found.narrowings.units.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        if units.count < 2, filter.unit == nil { return [] }
        let most = units.prefix(Self.unitLimit)
        return most + (filter.unit.map { most.contains($0) ? [] : [$0] } ?? [])
    }

    private var pages: ListPages? {
        let last = max(1, (found.narrowings.found + WorkPages.pageSize - 1) / WorkPages.pageSize)
        guard last > 1 || found.page > 1 else { return nil }
        func path(_ number: Int) -> String {
            "/work?" + (filter.fields.map { "\($0.name)=\($0.value)" } + ["page=\(number)"]).joined(separator: "&")
        }
        return ListPages(
            previous: found.page > 1 ? path(min(found.page - 1, last)) : nil,
            next: found.page < last ? path(found.page + 1) : nil,
            position: words("pages.position", ["page": "\(found.page)", "last": "\(last)"]))
    }

    private var empty: EmptyList {
        if filter.isNarrowed {
            return EmptyList(
                what: words("work.empty.narrowed"),
                link: Link(words("work.empty.all"), WorkFilter(list: filter.list).path))
        }
        let next = [Reading.WorkList.unit, .county].first { $0 != filter.list && found.counts[$0] ?? 0 > 0 }
        return EmptyList(
            what: words(filter.list == .county ? "work.empty.county" : "work.empty"),
            link: next.map { Link(words("list.\($0.rawValue)"), WorkFilter(list: $0).path, count: found.counts[$0]) })
    }

    /// What else this person may look at.
    private var links: [Link] {
        let (person, county) = (found.scope.person, found.scope.county)
        var links: [Link] = []
        if case .may = Reading.answer(to: person, readingNumbersOf: county) {
            links.append(Link(words("numbers.title"), "/numbers"))
        }
        if case .may = Reading.answer(to: person, readingLogOf: nil, in: county, at: now) {
            links.append(Link(words("readings.title"), "/readings"))
        }
        return links
    }

    // MARK: Forms

    private var findField: Field {
        let own = mistake?.field == "reference" ? mistake : nil
        return Field.text(
            "reference", words("find.label"), value: own?.written ?? "", hint: words("find.hint"), error: own?.words,
            limit: 64, isShort: true)
    }

    private var saveForm: InputForm {
        let own = mistake?.field == "name" ? mistake : nil
        let name = Field.text(
            "name", words("filters.name"), value: own?.written ?? "", hint: words("filters.hint"), error: own?.words,
            limit: SavedFilters.longestName, isShort: true)
        return InputForm(
            "/work/filters?\(filter.query)", id: UUID().uuidString, fields: [name], submit: words("filters.save"),
            style: "secondary")
    }
}
