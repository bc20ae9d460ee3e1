import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import HTTPTypes
import Kafka
import TestSupport
import Testing

@testable import desk

@Suite(
    "Every form, as every role, with every consent, protected or not: it reaches Kafka where who sends it may read the page and do the act, and nowhere else"
)
struct FormWalkTests {
    // MARK: Who may, by hand: what Authority says, once more

    private static let lead: Set = ["owner", "owner's deputy", "manager", "county's function"]
    private static let work: Set = lead.union(["delegate", "delegate's deputy"])
    private static let coordinate: Set = ["coordinator", "coordinator's deputy"]
    private static let everybody = Set(AccessWalk.roles.keys)

    /// Who may do what, and what they must be able to read for it.
    private static func rule(_ action: CaseAction) -> (roles: Set<String>, least: Reading.Extent?) {
        switch action {
        case .takeOn, .handBack: (work, .status)
        case .delegate, .move, .confirmMove, .declineMove, .reviewMove, .keepCase, .judgeMaturity, .endObjection:
            (lead, .status)
        case .addGuardian, .correctGuardian, .mergeGuardians, .removeGuardian: (lead, .status)
        case .recordConsent: (work, .status)
        // Nothing blocks it (rule 13).
        case .withholdConsent: (everybody, nil)
        case .addInformation: (everybody, .course)
        case .correctInformation, .askCounterpart, .recordAnswers: (work, .course)
        case .conclude, .followUp, .reopen: (lead, .course)
        case .recordWish, .changeCoordinator, .moveMeeting, .changeParticipants, .inviteOutsider, .dismissOutsider,
            .tellFamily,
            .recordParticipation:
            (lead.union(coordinate), .plan)
        }
    }

    /// A form that nothing is wrong with.
    private static func fields(_ action: CaseAction, _ today: LocalDate) -> [(String, String)] {
        let next = today.plus(14).description
        let fields: [(String, String)] =
            switch action {
            case .takeOn, .handBack: []
            case .delegate: [("to", CaseStory.person("teacher"))]
            case .addInformation: [("source", "organisation"), ("kind", "need"), ("areas", "home"), ("text", "Något.")]
            case .correctInformation:
                [("information", "i1"), ("kind", "need"), ("areas", "home"), ("text", "Något."), ("reason", "Fel.")]
            case .askCounterpart: [("areas", "home")]
            case .recordAnswers: (1...5).map { ("answers-\($0)", "Svar \($0).") }
            case .recordConsent:
                [
                    ("giver", "youth"), ("decision", "given"), ("organisations", "education"), ("form", "spoken"),
                    ("date", today.description),
                ]
            case .withholdConsent: [("giver", "youth"), ("decision", "withdrawn"), ("confirmed", "yes")]
            case .judgeMaturity: [("youth_consents", "yes"), ("reason", "Förstår frågan.")]
            case .conclude:
                [("outcome", "cooperation"), ("next_date", next), ("organisations", "social_services")]
            case .followUp: [("effect", "better"), ("decision", "continue"), ("text", "Bättre."), ("next_date", next)]
            case .reopen: [("reason", "Mer har hänt.")]
            case .move: [("municipality", "0001"), ("stage", "school"), ("unit", "unitid-school")]
            case .confirmMove: [("unit", "unitid-school")]
            case .declineMove: [("unit", "unitid-school"), ("reason", "Bor kvar.")]
            case .reviewMove:
                [("people", CaseStory.person("family")), ("place", "keep"), ("organisations", "education")]
            case .keepCase: [("reason", "Familjen är på väg att flytta.")]
            case .addGuardian, .correctGuardian:
                [("guardian", "g1"), ("details-name", "Gun"), ("standing", "reachable"), ("reason", "Fel.")]
            case .mergeGuardians: [("guardian", "g1"), ("same", "g2"), ("reason", "Samma.")]
            case .removeGuardian: [("guardian", "g1"), ("reason", "Styvförälder.")]
            case .endObjection: [("giver", "g1"), ("reason", "Skrivfel.")]
            case .recordWish: [("wish-words", "Kim vill ha Fia.")]
            case .changeCoordinator:
                [
                    ("coordinator-wish-words", "Kim vill ha Nils."),
                    ("coordinator-person", CaseStory.person("nurse")), ("coordinator-reason", "Barnets val."),
                ]
            case .moveMeeting: [("reason", "Krock."), ("not_before", next)]
            case .changeParticipants: [("remove", CaseStory.person("nurse")), ("reason", "Behövs inte.")]
            case .inviteOutsider:
                [
                    ("outsider-name", "Kim"), ("outsider-role", "tränare"), ("outsider-organisation", "IF Exempel"),
                    ("outsider-email", "coach@example.org"), ("reason", "Känner barnet."), ("asked", "yes"),
                    ("channel", "email"),
                ]
            case .dismissOutsider: [("outsider", "outsider:1"), ("reason", "Behövs inte.")]
            case .tellFamily: [("to", "child"), ("about", "next_step"), ("channel", "in_person")]
            case .recordParticipation:
                [("voice-person", "child"), ("voice-asked", "Vem vill du ha med?"), ("voice-forms", "pictures")]
            }
        return fields.map { ("\(action.rawValue)-\($0)", $1) }
    }

    /// What a form becomes.
    struct Command {
        let type: String
        let topic: Topic
        /// The roles that may, and what they must be able to read for it; nil: no case is needed.
        var roles = everybody
        var least: Reading.Extent?
    }

    struct Sending {
        let path: String
        let fields: [(String, String)]
        /// Nil: the form becomes nothing that leaves the desk.
        let command: Command?
    }

    /// The forms of a route. A route that is not here fails the first test.
    static func sendings(_ route: String, _ walk: AccessWalk) -> [Sending]? {
        let today = CivilTime.day(of: walk.now)
        func one(_ fields: [(String, String)], _ command: Command? = nil) -> [Sending] {
            [Sending(path: String(route.dropFirst(5)), fields: fields, command: command)]
        }
        switch route {
        case "POST /work/find": return one([("reference", walk.story.reference)])
        case "POST /work/filters", "POST /work/filters/remove": return one([("name", "Mina")])
        case "POST /readings": return one([("who", "Exempelson 1")])
        case "POST /concern/new":
            return one(
                [
                    ("step", "send"), ("areas", "home"), ("observation", "Kim är ofta ensam."),
                    ("observed_on", today.plus(-1).description), ("observed_time", "08:00"), ("harm_suspected", "no"),
                    ("personal_number", "20170315-2387"), ("municipality", "0001"), ("stage", "school"),
                ], Command(type: ConcernReported.eventType, topic: .concernReports))
        case "POST /consultation/new":
            return one(
                [("municipality", "0001"), ("areas", "home"), ("question", "Hur kan vi nå en elev?")],
                Command(type: ConsultationRequested.eventType, topic: .concernReports))
        case "POST /case/{reference}/emergency":
            return one(
                [("reason", "Barnet är i fara.")],
                Command(type: OpenInEmergency.eventType, topic: .mappingCommands))
        case "POST /case/{reference}/notices":
            return one(
                [("notice", walk.failedNotice)],
                Command(
                    type: ResendNotice.eventType, topic: .noticeCommands,
                    roles: work.union(coordinate), least: .course))
        case "POST /case/{reference}/do/{action}":
            return FormPages.all.map { form in
                let (action, rule) = (form.action, rule(form.action))
                let fields = fields(action, today)
                let payload = form.init(typed(fields, action)).message(about: walk.story.reference, by: "")
                return Sending(
                    path: "/case/{reference}/do/\(action.rawValue)", fields: fields,
                    command: Command(
                        type: type(of: payload).eventType,
                        topic: payload is any CountyCommand ? .meetingCommands : .mappingCommands, roles: rule.roles,
                        least: rule.least))
            }
        default: return nil
        }
    }

    private static func typed(_ fields: [(String, String)], _ action: CaseAction) -> TypedFields {
        TypedFields(Form(Dictionary(fields.map { ($0.0, $0.1) }) { first, _ in first }), of: action)
    }

    // MARK: The walk

    @Test("each form's route is walked, and each act has its form, so that none is forgotten here")
    func routes() async throws {
        let walk = try await AccessWalk(.given, isProtected: false)
        let routes = walk.tester.routes.filter { $0.hasPrefix("POST ") }
        #expect(routes.filter { Self.sendings($0, walk) == nil } == [] && routes.count >= 9)
        #expect(Set(FormPages.all.map { $0.action }) == Set(CaseAction.allCases))
    }

    @Test(
        "what may be sent is one record, signed for whoever is signed in; what may not is none, and a closed case answers as one that does not exist",
        arguments: AccessWalkTests.states)
    func forms(consent: AccessWalk.Consent, isProtected: Bool) async throws {
        let walk = try await AccessWalk(consent, isProtected: isProtected)
        let sendings = walk.tester.routes.flatMap { Self.sendings($0, walk) ?? [] }
        for (role, person) in AccessWalk.roles {
            for sending in sendings {
                // What shows no one case is the same with every consent.
                if !sending.path.hasPrefix("/case/"), consent != .given { continue }
                try await send(sending, as: person, role, walk, "\(role), \(sending.path)")
            }
        }
    }

    private func send(
        _ sending: Sending, as person: String, _ role: String, _ walk: AccessWalk, _ place: Comment
    ) async throws {
        func post(_ reference: String) async throws -> DeskTester.Answer {
            // Who acts is never what a form says.
            let fields =
                [("id", UUID().uuidString), ("by", CaseStory.owner), ("person", CaseStory.owner)] + sending.fields
            let path = sending.path.replacing("{reference}", with: reference)
            return try await walk.tester.post(path, path == "/readings" ? sending.fields : fields, as: person)
        }
        walk.sent.with { $0 = [] }
        let answer = try await post(walk.story.reference)
        let records = walk.sent.with { $0 }
        let isRead = sending.command?.least.map { walk.permit(person, from: $0) != nil } ?? true
        if let command = sending.command, isRead, command.roles.contains(role) {
            #expect(answer.status == .seeOther || answer.status == .ok, place)
            try Self.check(records, command, by: person, walk, place)
        } else {
            #expect(records.isEmpty, place)
        }
        #expect(
            walk.excesses(of: answer.html, walk.permit(person), showsNames: !sending.path.hasPrefix("/case/")) == [],
            place)
        guard !isRead || sending.path.hasSuffix("/emergency") else {
            if sending.command?.roles.contains(role) == false { #expect(answer.status != .seeOther, place) }
            return
        }
        let unknown = try await post(AccessWalkTests.unknown)
        if !isRead { #expect(answer.status == .notFound, place) }
        #expect(
            AccessWalk.comparable(answer, walk.story.reference)
                == AccessWalk.comparable(unknown, AccessWalkTests.unknown), place)
        #expect(Set(answer.headers.map(\.name)) == Set(unknown.headers.map(\.name)), place)
    }

    /// One record, on the command's topic, which proves who has signed in and nobody else.
    private static func check(
        _ records: [ProducerRecord], _ command: Command, by person: String, _ walk: AccessWalk, _ place: Comment
    ) throws {
        #expect(records.count == 1, place)
        guard let record = records.first else { return }
        #expect(record.topic == command.topic.rawValue, place)
        let event = try Event(headers: record.headers, value: record.value, received: walk.now)
        #expect(event.type == command.type, place)
        let directory = Directory(["TST": try CaseStory.county.county()])
        #expect(try directory.proveActor(of: event, received: walk.now).person == person, place)
    }
}
