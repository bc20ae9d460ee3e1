import Domain
import Foundation
import MeetingsCore
import TestSupport

/// A county's cases and calendars as plain values, and decisions on them. No stream and no message.
struct CountyInMemory {
    var county = ExampleCounty.county
    var now = ExampleCounty.monday
    private(set) var cases: [String: Cooperation] = [:]
    private(set) var calendars: [CalendarID: PersonCalendar] = [:]
    private(set) var rooms: [LocalDate: RoomsOfDay] = [:]
    private(set) var facts: [Planning.Fact] = []
    /// How often the last decision was made until everything was loaded for it.
    private(set) var rounds = 0
    /// Everything is loaded before the first decision.
    var isEager = false

    static let request = Request(
        unit: "school", namedPerson: "head-school", stage: .school, attends: "school", areas: [.safety],
        organisations: [.socialServices, .healthCare], latestDate: day("2026-12-14"))

    static func day(_ text: String) -> LocalDate {
        guard let day = LocalDate(text) else { preconditionFailure("no day: \(text)") }
        return day
    }

    var context: CountyContext { CountyContext(now: now, county: county, commandId: "command-\(facts.count)") }

    mutating func call(_ reference: String = "A", _ change: (inout Request) -> Void = { _ in }) throws {
        var request = Self.request
        change(&request)
        try decide(Call(request), reference, by: .suite)
    }

    /// - Throws: ``Refusal``; then nothing has changed.
    mutating func decide<C: Command>(
        _ command: C, _ reference: String = "A", by actor: Actor = .person("head-school")
    ) throws where C.Subject == Planning {
        let key = CaseKey(reference, county: "TST")
        var planning = Planning(key, cases[reference])
        if isEager { loadEverything(&planning.agenda) }
        rounds = 0
        while true {
            rounds += 1
            let decision = try command.decide(on: planning, by: actor, context)
            let agenda = decision.subject.agenda
            if agenda.unread.isEmpty { return save(decision) }
            planning.agenda.goOn(from: agenda)
            for part in agenda.unread {
                switch part {
                case .calendar(let id): planning.agenda.load(calendars[id] ?? .init(), of: id)
                case .rooms(let day): planning.agenda.load(rooms[day] ?? .init(), on: day)
                }
            }
        }
    }

    private func loadEverything(_ agenda: inout Agenda) {
        let people = county.people.keys.map(CalendarID.init(person:)) + calendars.keys
        for id in people { agenda.load(calendars[id] ?? .init(), of: id) }
        for ahead in 0..<200 {
            let day = CivilTime.day(of: now).plus(ahead - 10)
            agenda.load(rooms[day] ?? .init(), on: day)
        }
    }

    private mutating func save(_ decision: Decision<Planning>) {
        let agenda = decision.subject.agenda
        for part in agenda.changed {
            switch part {
            case .calendar(let id): calendars[id] = agenda.calendar(id)
            case .rooms(let day): rooms[day] = agenda.rooms(on: day)
            }
        }
        cases[decision.subject.key.reference] = decision.subject.cooperation
        facts += decision.facts
    }

    /// The time of the meeting comes, where one is booked.
    mutating func reachMeeting() { now = max(now, meeting?.start ?? now) }

    /// Marks a person as busy from now on.
    mutating func take(_ person: String, days: Int) {
        let start = Int64(now.timeIntervalSince1970)
        let slot = Scheduler.Slot(start: start, end: start + Int64(days) * 86_400)
        calendars[CalendarID(person: person), default: .init()].busy.append(BusyTime(slot, .elsewhere))
    }

    mutating func free(_ person: String) { calendars[CalendarID(person: person)]?.busy = [] }

    var cooperation: Cooperation? { cases["A"] }

    var meeting: Meeting? { cooperation?.booked }

    func bookings(_ person: String) -> [Booking] { calendars[CalendarID(person: person)]?.bookings ?? [] }

    /// The facts of one kind.
    func told<Told>(_ kind: (Planning.Fact) -> Told?) -> [Told] { facts.compactMap(kind) }

    /// What is against a command, as `path code`.
    mutating func faults<C: Command>(
        _ command: C, by actor: Actor = .person("head-school")
    ) -> [String] where C.Subject == Planning {
        do {
            try decide(command, by: actor)
            return []
        } catch let refusal as Refusal {
            return refusal.faults.map { "\($0.path) \($0.code)" }
        } catch { return ["\(error)"] }
    }

    static func record(coordinator: Coordinator? = Coordinator("family", .child(reason: "")), followUp: String?)
        -> Record
    {
        func measure(_ id: String, _ responsible: String, _ organisation: Organisation) -> Plan.NewMeasure {
            .init(
                id: id,
                .init(
                    area: .safety, text: "Samtal varje vecka", responsible: responsible, organisation: organisation,
                    date: day("2027-01-15")))
        }
        return Record(
            came: ["head-school", "family"], child: Participation(tookPart: true, how: "Var med"),
            coordinator: coordinator, worksAlready: ["Slöjden"],
            measures: [measure("m1", "family", .socialServices), measure("m2", "nurse", .healthCare)],
            followUp: followUp.map(day))
    }

    static func judge(_ decisions: [(String, MeasureDecision)], next: String?) -> FollowUp {
        FollowUp(
            child: Participation(tookPart: true, how: "Berättade själv"),
            judgements: decisions.map {
                Judgement(measure: $0, effect: .better, decision: $1, text: "Varannan vecka")
            }, added: [], next: next.map(day), closingReason: next == nil ? "Stödet behövs inte." : nil)
    }
}
