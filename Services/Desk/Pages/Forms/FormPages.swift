import CloudEvents
import Codec
import Crypto
import DeskCore
import Domain
import Foundation
import Hummingbird
import Kafka
import SwiftProtobuf
import Views

/// The pages of a case on which something is done, and where their forms are sent.
///
/// A form becomes one command. What became of it is shown on the page that follows: done; or the same page with the reasons at
/// their fields, and all that was typed.
struct FormPages: Sendable {
    let desk: DeskServices

    private static let forms: [CaseAction: any CaseForm.Type] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.action, $0) })

    static let all: [any CaseForm.Type] = [
        TakeOnForm.self, DelegateForm.self, HandBackForm.self, MoveForm.self, ConfirmMoveForm.self,
        DeclineMoveForm.self, ReviewMoveForm.self, KeepCaseForm.self, InformationForm.self, CorrectionForm.self,
        CounterpartForm.self, AnswersForm.self, ConsentForm.self, WithholdForm.self, MaturityForm.self,
        ConcludeForm.self, FollowUpForm.self, ReopenForm.self, AddGuardianForm.self, CorrectGuardianForm.self,
        MergeGuardiansForm.self, RemoveGuardianForm.self, EndObjectionForm.self, MoveMeetingForm.self, WishForm.self,
        ChangeCoordinatorForm.self, ParticipantForm.self, InviteOutsiderForm.self, DismissOutsiderForm.self,
        TellFamilyForm.self, RecordParticipationForm.self,
    ]

    /// What each page is of use with. A consent can be taken back by whoever sees that there is a case.
    private static let parts: [CasePage.Part: ClosedRange<Reading.Extent>] = [
        .people: .status ... .whole, .mapping: .course ... .whole, .consents: .status ... .whole,
        .outcome: .course ... .whole, .meetings: .plan ... .whole, .coordinator: .plan ... .whole,
    ]

    func add(to router: Router<DeskContext>) {
        for (part, wanted) in Self.parts {
            router.get(RouterPath("case/:reference/\(part.rawValue)")) { (request, context) -> Response in
                try await show(part, wanted, request, context)
            }
        }
        router.post("case/:reference/do/:action") { (request, context) -> Response in
            guard let action = CaseAction(rawValue: try context.parameters.require("action")),
                let type = Self.forms[action]
            else { throw HTTPError(.notFound) }
            return try await take(type, request, context)
        }
        router.get("case-passed-on") { (request, context) -> Response in
            let isPending = request.uri.queryParameters["waiting"] != nil
            let name = isPending ? "desk.waiting" : "desk.passed_on"
            let page = Page(
                template: "notice", title: Catalogue.text(name, context.language),
                model: ["words": Catalogue.text("\(name).words", context.language)], place: "work")
            return desk.renderer.response(page, request, context)
        }
    }

    // MARK: Showing

    private func show(
        _ part: CasePage.Part, _ wanted: ClosedRange<Reading.Extent>, _ request: Request, _ context: DeskContext
    ) async throws -> Response {
        let page: Page
        do {
            let opened = try await desk.casePage(context, wanted)
            page = self.page(part, of: opened, nil, request)
        } catch is NotShown where part == .people {
            let reference = try context.parameters.require("reference")
            page = try await MoveOffer.find(reference, for: context.person(), desk).page(nil, context.language)
        }
        return desk.renderer.response(page, request, context)
    }

    private func page(_ part: CasePage.Part, of opened: CasePage, _ sent: SentForm?, _ request: Request) -> Page {
        let query = request.uri.queryParameters
        let boxes = [opened.flash(done: query["done"].map { String($0) }, waiting: query["waiting"].map { String($0) })]
            .compactMap(\.self)
        var page =
            switch part {
            case .people:
                opened.peoplePage(
                    sent, municipality: query["to"].map { String($0) },
                    correcting: query["guardian"].map { String($0) }, boxes: boxes)
            case .mapping:
                opened.mappingPage(sent, correcting: query["correct"].map { String($0) }, boxes: boxes)
            case .consents: opened.consentsPage(sent, boxes: boxes)
            case .coordinator: opened.coordinatorPage(sent, boxes: boxes)
            case .meetings: opened.meetingsPage(page: request.page, sent, boxes: boxes)
            default: opened.outcomePage(sent, boxes: boxes)
            }
        if let sent, !sent.errors.isEmpty { page.status = .unprocessableContent }
        return page
    }

    // MARK: Doing

    /// Who sends a form, about which case, and how its page is shown again.
    private struct Sender {
        let person: SignedIn
        let reference: String
        let opened: Shown

        /// What the person may see of the case.
        enum Shown {
            case page(CasePage)
            case offer(MoveOffer)
            case outside(OutsideWithdrawal)
        }

        /// Whose the case is; empty where it is not shown.
        var county: String {
            if case .page(let page) = opened { page.opened.row.status.county } else { "" }
        }

        var choices: FormChoices {
            switch opened {
            case .page(let page): FormChoices(page)
            case .offer: FormChoices()
            case .outside(let withdrawal): withdrawal.choices
            }
        }
    }

    private func sender(of action: CaseAction, _ context: DeskContext) async throws -> Sender {
        let person = try context.person()
        let reference = try context.parameters.require("reference")
        do {
            let page = try await desk.casePage(context, Self.parts[CasePage.part(of: action)] ?? .status ... .whole)
            return Sender(person: person, reference: reference, opened: .page(page))
        } catch is NotShown where action == .confirmMove {
            let offer = try await MoveOffer.find(reference, for: person, desk)
            return Sender(person: person, reference: reference, opened: .offer(offer))
        } catch is NotShown where action == .withholdConsent {
            let outside = OutsideWithdrawal(reference: reference, language: context.language)
            return Sender(person: person, reference: reference, opened: .outside(outside))
        }
    }

    private func take<Typed: CaseForm>(
        _ type: Typed.Type, _ request: Request, _ context: DeskContext
    ) async throws -> Response {
        let fields = try await Form(request, context)
        let id = fields["id"]
        guard CommandDoor.isId(id) else { throw HTTPError(.badRequest) }
        let form = Typed(TypedFields(fields, of: Typed.action))
        let sender = try await sender(of: Typed.action, context)
        func again(_ errors: FormErrors, id: String = UUID().uuidString) -> Response {
            show(SentForm(form: form, id: id, errors: errors), to: sender, request, context)
        }
        if form.asksForMore { return again(FormErrors(), id: id) }
        if let form = form as? WithholdForm, !form.isConfirmed { return again(FormErrors(), id: id) }
        let errors = errors(in: form, of: sender, context.language)
        if let errors { return again(errors, id: id) }
        let command = try command(form, id: id, of: sender)
        if let denied = try await denied(form, command, sender, context.language) { return again(denied) }
        let answer: CommandDoor.Answer
        do { answer = try await desk.commands.give(command, by: sender.person) } catch is KafkaError {
            return again(FormErrors(other: Catalogue.text("desk.form.unsent", context.language)), id: id)
        }
        switch answer {
        case .happened: return .seeOther(try await next(after: Typed.action, "done", context))
        case .pending: return .seeOther(try await next(after: Typed.action, "waiting", context))
        case .refused(let refused):
            let maker = FieldMaker(form: Typed.action, language: context.language)
            return again(FormErrors(refused, in: form, maker, sender.choices))
        }
    }

    /// A command to Meetings names the county, and is kept in order with the county's others.
    private func command(_ form: some CaseForm, id: String, of sender: Sender) throws -> CommandDoor.Command {
        var payload = form.message(about: sender.reference, by: sender.person.person)
        if var ofCounty = payload as? any CountyCommand {
            ofCounty.county = sender.county
            payload = ofCounty
        }
        var command = CommandDoor.Command(
            payload, id: try Self.id(of: payload, form: id), to: .mappingCommands, about: sender.reference)
        if payload is any CountyCommand { (command.topic, command.key) = (.meetingCommands, sender.county) }
        return command
    }

    /// The same form sent twice is one command. The same form with other words, sent after going back, is another one.
    private static func id(of payload: any EventPayload, form: String) throws -> String {
        let bytes = try payload.wireBytes()
        let digest = SHA256.hash(data: Data("\(form.lowercased())|".utf8) + Data(bytes)).prefix(16)
        return digest.map { String(format: "%02x", $0) }.joined()
    }

    /// What the desk itself finds; nil: nothing.
    private func errors(in form: some CaseForm, of sender: Sender, _ language: Language) -> FormErrors? {
        if form.changesNothing {
            return FormErrors(other: Catalogue.text("desk.\(type(of: form).action.rawValue).unchanged", language))
        }
        let faults = form.faults(
            about: sender.reference, by: sender.person.person, on: CivilTime.day(of: desk.now()))
        let maker = FieldMaker(form: type(of: form).action, language: language)
        return faults.isEmpty ? nil : FormErrors(faults, in: form, maker, sender.choices)
    }

    /// What nobody may do who sends the form is asked of no service: the table of who may what is the same there. Nil where they
    /// may, and where they have done it already: the same form sent twice has one answer.
    private func denied(
        _ form: some CaseForm, _ command: CommandDoor.Command, _ sender: Sender, _ language: Language
    ) async throws -> FormErrors? {
        // An offer is found by nobody else.
        guard case .page(let page) = sender.opened else { return nil }
        let action = type(of: form).action
        let faults = page.opened.denials(of: action, by: sender.person, at: desk.now())
        guard !faults.isEmpty, try await desk.read({ db, _ in try db.consequences(of: command.id).isEmpty }) else {
            return nil
        }
        return FormErrors(faults, in: form, FieldMaker(form: action, language: language), sender.choices)
    }

    private func show(_ sent: SentForm, to sender: Sender, _ request: Request, _ context: DeskContext) -> Response {
        let page: Page
        switch sender.opened {
        case .offer(let offer): page = offer.page(sent, context.language)
        case .outside(let withdrawal): page = withdrawal.page(sent)
        case .page(let opened) where sent.form is WithholdForm: page = opened.withholdPage(sent)
        case .page(let opened):
            page = self.page(CasePage.part(of: type(of: sent.form).action), of: opened, sent, request)
        }
        return desk.renderer.response(page, request, context)
    }

    /// Where the person goes after a form: back to its page, unless the case is no longer theirs to read.
    private func next(after action: CaseAction, _ word: String, _ context: DeskContext) async throws -> String {
        let reference = try context.parameters.require("reference")
        guard try await desk.cases.isOpen(reference, to: context.person()) else {
            return word == "waiting" ? "/case-passed-on?waiting=\(action.rawValue)" : "/case-passed-on"
        }
        let part = CasePage.part(of: action)
        return "\(part.path(of: reference))?\(word)=\(action.rawValue)"
    }
}

extension CasePage {
    /// What became of the form that was sent before, by the words of the address.
    func flash(done: String?, waiting: String?) -> NoticeBox? {
        if let action = done.flatMap(CaseAction.init) {
            return NoticeBox(
                .success, word("desk.done.\(action.rawValue)"), saved: draft(of: action))
        }
        guard let action = waiting.flatMap(CaseAction.init) else { return nil }
        return NoticeBox(
            .information, word("desk.waiting"), paragraphs: [word("desk.waiting.words")],
            link: Link(word("desk.waiting.again"), Self.part(of: action).path(of: reference)),
            saved: draft(of: action))
    }
}
