import Codec
import Domain
import Foundation

/// One case as a colleague wants to see it: what has happened, what is happening, what comes next (rule 20).
struct Chronology {
    struct Entry {
        let event: Event
        /// What happened, in words.
        let what: String
        let who: String
    }

    let reference: String
    let language: Language
    private(set) var entries: [Entry] = []
    private(set) var status: CaseStatus?
    private var seen: Set<String> = []

    init(_ reference: String, _ language: Language) { (self.reference, self.language) = (reference, language) }

    /// Takes over an event of any topic, if it is about this case.
    mutating func take(_ event: Event) {
        guard event.subject == reference, seen.insert(event.id).inserted else { return }
        if let told = try? event.decode(CaseStatus.self) {
            status = told
        } else if let fact = Fact(event, language) {
            entries.append(Entry(event: event, what: fact.what, who: fact.who))
            if fact.showsHarm { entries.append(Entry(event: event, what: words("fact.concern.harm"), who: "")) }
        }
    }

    var isEmpty: Bool { entries.isEmpty && status == nil }

    /// In the order in which it happened; what happened in one instant, in the order of its causes.
    var sorted: [Entry] {
        entries.enumerated().sorted { ($0.element.event.time, $0.offset) < ($1.element.event.time, $1.offset) }
            .map(\.element)
    }

    var text: String {
        var text = words("case.title", ["case": reference]) + "\n"
        if status?.harmSuspected == true { text += "\n" + words("case.harm") + "\n" }
        if status?.protectedIdentity == true { text += "\n" + words("case.protected") + "\n" }
        var table = TextTable(["time", "what", "who"].map { words("case.column.\($0)") })
        for entry in sorted { table.add([Self.day(entry.event.time), entry.what, entry.who]) }
        text += "\n\(words("case.happened"))\n\n\(table.text)\n"
        guard let status else { return text }
        text += "\n\(words("case.now"))\n\n"
        text += "  \(words("case.phase")): \(words("phase.\(status.phase)"))\n"
        text += "  \(words("case.owner")): \(status.owner) (\(status.unit))\n"
        if !status.coordinator.isEmpty { text += "  \(words("case.coordinator")): \(status.coordinator)\n" }
        if !status.delegate.isEmpty { text += "  \(words("case.delegate")): \(status.delegate)\n" }
        if !status.awaited.isEmpty {
            text +=
                "  \(words("case.awaits")): \(status.awaited.map { Fact.giver($0, language) }.joined(separator: ", "))\n"
        }
        guard status.hasDue else { return text }
        text += "\n\(words("case.next"))\n\n"
        text += "  \(words("case.step")): \(words("step.\(status.step)"))\n"
        text += "  \(words("case.due")): \(CivilTime.day(of: status.due.date))"
        return text + (status.reminded.isEmpty ? "\n" : " (\(words("level.\(status.reminded)")))\n")
    }

    /// The same as an object, with codes in place of words.
    ///
    /// - Parameter contents: with what was written; it tells of the child.
    func object(contents: Bool) -> [String: Any] {
        let events = sorted.filter { !$0.what.isEmpty }.map { entry -> [String: Any] in
            let event = entry.event
            var object: [String: Any] = [
                "time": Timestamp.text(event.time), "type": event.type, "id": event.id, "cause": event.cause ?? "",
                "what": entry.what, "who": entry.who,
            ]
            if contents, let type = EventRegistry.event(ofType: event.type), let payload = try? event.decode(type),
                let json = try? payload.jsonUTF8Data()
            {
                object["data"] = try? JSONSerialization.jsonObject(with: json)
            }
            return object
        }
        var object: [String: Any] = ["case": reference, "happened": events]
        if let status, let json = try? status.jsonUTF8Data() {
            object["now"] = try? JSONSerialization.jsonObject(with: json)
        }
        return object
    }

    private func words(_ name: String, _ values: [String: String] = [:]) -> String {
        Catalogue.text(name, language, values)
    }

    /// `2026-11-23 09:12`, on the clock in Sweden.
    static func day(_ instant: Date) -> String { "\(CivilTime.day(of: instant)) \(clock(instant).prefix(5))" }

    /// `09:12:05.123`
    static func clock(_ instant: Date) -> String {
        let offset = TimeZone(identifier: CivilTime.zoneName)?.secondsFromGMT(for: instant) ?? 0
        return String(Timestamp.text(instant + Double(offset)).dropFirst(11).prefix(12))
    }
}

/// One fact in words that tell what happened and who did it, and nothing of what was said.
private struct Fact {
    let what: String
    let who: String
    var showsHarm = false

    init?(_ event: Event, _ language: Language) {
        func words(_ name: String) -> String { Catalogue.text(name, language) }
        func all(_ kind: String, _ codes: [String]) -> String {
            codes.filter { !$0.isEmpty }.map { words("\(kind).\($0)") }.joined(separator: ", ")
        }
        var values: [String: String] = [:]
        var who = ""
        switch EventRegistry.event(ofType: event.type).flatMap({ try? event.decode($0) }) {
        case let fact as ConcernRegistered:
            values["areas"] = all("area", fact.areas)
            who = "\(fact.reporter.role) → \(fact.namedPerson)"
            showsHarm = fact.harmSuspected
        case let fact as MappingOpened: (values["due"], who) = (Self.day(fact.due.date), fact.owner)
        case let fact as ConcernJoined: who = fact.owner
        case let fact as CaseTakenOn: who = fact.by
        case let fact as WorkDelegated: (values["to"], who) = (fact.to, fact.by)
        case let fact as WorkHandedBack: (values["to"], who) = (fact.owner, fact.by)
        case let fact as InformationAdded:
            values["source"] = words("source.\(fact.information.source)")
            values["kind"] = words("kind.\(fact.information.kind)")
            (values["areas"], who) = (all("area", [fact.information.area]), fact.by)
        case let fact as InformationCorrected: (values["reason"], who) = (fact.reason, fact.by)
        case let fact as AnswersRecorded:
            (values["questions"], who) = (fact.questions.map(String.init).joined(separator: ", "), fact.by)
        case let fact as ConsentRecorded:
            values["decision"] = words("decision.\(fact.consent.decision)")
            (values["giver"], who) = (Self.giver(fact.consent.giver, language), fact.by)
        case let fact as MaturityRecorded: who = fact.by
        case let fact as MappingConcluded:
            values["outcome"] = words("outcome.\(fact.outcome)")
            (values["due"], who) = (fact.nextDate, fact.by)
        case let fact as CooperationWaiting: (values["due"], who) = (Self.day(fact.due.date), fact.owner)
        case let fact as CooperationStarted: (values["due"], who) = (fact.latestDate, fact.owner)
        case let fact as MeasuresFollowedUp: (values["effect"], who) = (words("effect.\(fact.effect)"), fact.by)
        case let fact as MappingReopened: (values["reason"], who) = (fact.reason, fact.by)
        case let fact as CaseMoved:
            (values["from"], values["to"]) = (fact.fromUnit, fact.toUnit)
            who = "\(fact.fromPerson) → \(fact.toPerson)"
        case let fact as CameOfAge: (values["due"], who) = (Self.day(fact.due.date), fact.owner)
        case let fact as CaseClosed: (values["reason"], who) = (fact.reason, fact.by)
        case let fact as DeadlineReminded:
            (values["step"], values["level"]) = (words("step.\(fact.step)"), words("level.\(fact.level)"))
            (values["due"], who) = (Self.day(fact.due.date), fact.to.joined(separator: ", "))
        case let fact as CommandRefused:
            values["reason"] = fact.reasons.map { language == .swedish ? $0.swedish : $0.english }
                .joined(separator: " ")
        case let fact as MeetingScheduled:
            values["time"] = CivilTime.swedish(from: fact.meeting.start.date, to: fact.meeting.end.date)
            who = fact.meeting.participants.map { $0.family ? Self.giver($0.person, language) : $0.person }
                .joined(separator: ", ")
        case let fact as MeetingCancelled:
            values["time"] = CivilTime.swedish(from: fact.meeting.start.date, to: fact.meeting.end.date)
        case let fact as MeetingImpossible:
            values["reason"] = fact.reasons.map { language == .swedish ? $0.swedish : $0.english }
                .joined(separator: " ")
        case let fact as FamilyTold:
            (values["to"], who) = (Self.giver(fact.to, language), fact.by)
            values["channel"] = words("channel.\(fact.channel)")
        case let fact as MeetingAnswered:
            values["answer"] = Catalogue.text("answer.\(fact.answer)", language, ["to": fact.delegateTo])
            who = fact.person
        case let fact as MeetingHeld:
            values["sip"] = words(fact.plan.sip ? "plan.sip" : "plan.plan")
            (values["due"], who) = (fact.plan.followUpDate, fact.came.joined(separator: ", "))
        case let fact as MeetingNotHeld: (values["reason"], who) = (fact.reason, fact.by)
        case let fact as PlanAlarm: who = fact.coordinator
        case let fact as PlanConcernReported: who = "\(fact.by) → \(fact.coordinator)"
        case let fact as PlanConcernAnswered: who = fact.by
        case let fact as PlanFollowedUp:
            values["effect"] = fact.judgements.map { words("effect.\($0.effect)") }.joined(separator: ", ")
            who = fact.by
        case let fact as NoticeSent: (values["kind"], who) = (words("notice.\(fact.kind)"), fact.recipient)
        case let fact as NoticeDelayed: (values["kind"], who) = (words("notice.\(fact.kind)"), fact.recipient)
        case let fact as NoticeSuperseded: (values["kind"], who) = (words("notice.\(fact.kind)"), fact.recipient)
        case let fact as NoticeFailed: (values["kind"], who) = (words("notice.\(fact.kind)"), fact.recipient)
        default: return nil
        }
        let name = event.type.dropFirst("se.tillsammans.".count).dropLast(".v1".count)
        what = Catalogue.text("fact.\(name)", language, values)
        self.who = who
    }

    private static func day(_ date: Date) -> String { CivilTime.day(of: date).description }

    static func giver(_ key: String, _ language: Language) -> String {
        switch key {
        case "youth": Catalogue.text("giver_name.youth", language)
        case "child": Catalogue.text("giver_name.child", language)
        case "guardian_unknown": Catalogue.text("giver_name.unknown", language)
        default: "\(Catalogue.text("giver_name.guardian", language)) \(key.prefix(4))"
        }
    }
}
