import Domain
import Foundation

@testable import desk

/// Every component of the desk on one page, with fictional values.
enum GuidePage {
    /// The guide's own templates: the whole guide, and two of its parts as pages that fit a picture.
    static let templates = [
        "guide": """
        {{<layout}}
        {{$content}}
        <p class="back"><a href="/work">{{#text}}desk.nav.work{{/text}}</a></p>
        {{>guide_case}}
        {{>guide_work}}
        {{>guide_form}}
        {{/content}}
        {{/layout}}

        """,
        "guide_of_case": "{{<layout}}{{$content}}{{>guide_case}}{{/content}}{{/layout}}",
        "guide_of_form": "{{<layout}}{{$content}}{{>guide_form}}{{/content}}{{/layout}}",
        "guide_case": """
        {{#case}}
        {{>case_header}}
        {{/case}}
        {{>tabs}}
        {{>panels}}
        <h2>Hjulet</h2>
        {{#wheel}}
        {{>wheel}}
        {{/wheel}}
        {{#voice}}
        {{>child_voice}}
        {{/voice}}

        """,
        "guide_work": """
        <h2>Vad som har hänt</h2>
        {{>timeline}}
        {{#history}}
        {{>history}}
        {{/history}}
        <h2>Samtycken</h2>
        {{>consents}}
        <h2>Arbete</h2>
        {{>chips}}
        {{>tasks}}
        {{#pages}}
        {{>pages}}
        {{/pages}}
        {{#empty}}
        {{>empty}}
        {{/empty}}
        <h2>Knappar</h2>
        <div class="buttons">
        {{#actions}}
        {{>action}}
        {{/actions}}
        </div>

        """,
        "guide_form": """
        <h2>Formulär</h2>
        {{#form}}
        {{>form}}
        {{/form}}

        """,
    ]

    static func model(_ language: Language) -> [String: Any] {
        var model: [String: Any] = [
            "notices": notices, "case": header,
            "tabs": tabs, "panels": panels,
            "wheel": WheelPicture(known: known, title: "Vad som är känt om barnet", language),
            "voice": ChildVoice([
                .init(
                    words: "Jag vill att någon frågar mig först.\nInte mamma.",
                    attribution: "Sagt till Mia Mentor, måndag 23 november")
            ]),
            "days": days, "history": history, "consents": consents, "chips": chips, "tasks": tasks,
            "pages": ListPages(previous: "/work?page=1", next: "/work?page=3", position: "Sida 2 av 7"),
            "empty": EmptyList(what: "Inget ärende väntar på dig.", link: Link("Se enhetens ärenden", "/work?of=unit")),
            "actions": actions, "form": form(language),
        ]
        model["problems"] = ErrorSummary(form(language).errors + [changed])
        return model
    }

    /// What fits a picture: without notices and errors.
    static var pictured: [String: Any] {
        var model = model(.swedish).filter { $0.key != "notices" && $0.key != "problems" }
        let fields: [any FormField] = [
            WheelField(
                "Vilka områden gäller det?", chosen: [.safety, .home], hint: "Välj ett eller flera.", .swedish),
            Field.area(
                "observed", "Vad har du sett?", hint: "Beskriv vad du har sett och hört, inte vad du tror.",
                error: "Skriv vad du har sett."),
        ]
        model["form"] = InputForm("/concern/new", id: "1", fields: fields, submit: "Granska och skicka")
        return model
    }

    private static let known: [WheelArea: [InformationKind: Int]] = [
        .health: [.need: 1], .learning: [.strength: 2, .need: 1, .obstacle: 1], .home: [.need: 12, .obstacle: 2],
        .relationships: [.strength: 1, .need: 2], .safety: [.strength: 1, .need: 3, .obstacle: 1],
    ]

    private static let notices = [
        NoticeBox(.success, "Samtycket är registrerat", paragraphs: ["Alla samtycken finns nu."], saved: "saved"),
        NoticeBox(
            .refusal, "Kartläggningen är inte avslutad",
            items: ["Svara på fråga 4.", "Fråga barnet, eller skriv varför barnet inte är tillfrågat."]),
        NoticeBox(
            .warning, "Samtycket har tagits tillbaka", paragraphs: ["Mötet är avbokat."],
            link: Link("Se samtycken", "/case/TST-7Q2M-4XKD-9A/consents")),
        NoticeBox(
            .harm, "Du måste göra en orosanmälan",
            paragraphs: ["Misstanke räcker. Anmäl genast till socialtjänsten. Den här rapporten ersätter inte anmälan."]
        ),
        NoticeBox(.protected, "Skyddade personuppgifter", paragraphs: ["Välj själv hur familjen kontaktas."]),
        NoticeBox(.information, "Registrerat, men syns inte än", paragraphs: ["Ladda om sidan om en stund."]),
    ]

    private static let changed = FieldError("Ärendet har ändrats sedan du öppnade sidan.")

    private static let header = CaseHeader(
        reference: "TST-7Q2M-4XKD-9A", tags: [Tag("kartläggning pågår"), Tag("anmälningsplikt", .bad)],
        pairs: [
            Pair("Barnet", "Kim Exempelbarn", number: "20170315-2387"),
            Pair("Barnets bästa-ansvarig", "Rut Rektor", detail: "Testby skola"),
            Pair("Familjens kontakt", "Mia Mentor"), Pair("Fas", "Kartläggning", detail: "sedan 23 november"),
        ],
        next: .init(
            what: "avsluta kartläggningen", due: Moment(iso: "2026-12-07", label: "måndag 7 december 2026"),
            href: "/case/TST-7Q2M-4XKD-9A/outcome"),
        isOverdue: true)

    private static let tabs = [
        Link("Översikt", "/case/TST-7Q2M-4XKD-9A", isCurrent: true),
        Link("Kartläggning", "/case/TST-7Q2M-4XKD-9A/mapping"),
        Link("Samtycken", "/case/TST-7Q2M-4XKD-9A/consents", count: 2),
        Link("Möten", "/case/TST-7Q2M-4XKD-9A/meetings"), Link("Vilka som har läst", "/case/TST-7Q2M-4XKD-9A/readers"),
    ]

    private static let panels = [
        Panel(
            title: "Nu", lines: [.init("Rut Rektor kartlägger", tag: Tag("3 av 4 källor", .warn))], isNow: true,
            link: Link("Fortsätt kartläggningen", "/case/TST-7Q2M-4XKD-9A/mapping")),
        Panel(
            title: "Sedan",
            lines: [
                .init("Avsluta kartläggningen", due: Moment(iso: "2026-12-07", label: "7 december")), .init("Följ upp"),
            ],
            isNow: false, link: nil),
    ]

    private static let days = [
        TimelineDay(
            iso: "2026-11-24", label: "tisdag 24 november 2026",
            entries: [
                .init(
                    time: Moment(iso: "2026-11-24T09:12:00+01:00", label: "09.12"),
                    what: "Information från barnet lades till.", who: "Rut Rektor, Testby skola",
                    words: "Vill ha lugn och ro på morgonen.", tag: nil),
                .init(
                    time: Moment(iso: "2026-11-24T08:02:00+01:00", label: "08.02"), what: "Oron bekräftades.",
                    who: "Rut Rektor, Testby skola", words: nil, tag: Tag("i tid", .good)),
            ]),
        TimelineDay(
            iso: "2026-11-23", label: "måndag 23 november 2026",
            entries: [
                .init(
                    time: Moment(iso: "2026-11-23T15:40:00+01:00", label: "15.40"), what: "En oro rapporterades.",
                    who: "Mia Mentor, Testby skola", words: nil, tag: nil)
            ]),
    ]

    private static let history = History([
        .init(
            time: Moment(iso: "2026-11-24T10:00:00+01:00", label: "24 november 10.00"), who: "Rut Rektor",
            words: "Sover fem timmar per natt.", reason: "Fel antal timmar.", isReplaced: false),
        .init(
            time: Moment(iso: "2026-11-23T16:00:00+01:00", label: "23 november 16.00"), who: "Mia Mentor",
            words: "Sover tre timmar per natt.", reason: nil, isReplaced: true),
    ])

    private static let consents = [
        ConsentCard(
            giver: "Vårdnadshavare 1", tag: Tag("givet", .good), note: nil,
            pairs: [
                Pair("Gäller", "socialtjänst, hälso- och sjukvård"), Pair("Datum", "24 november 2026"),
                Pair("Form", "skriftligt"),
            ],
            actions: [
                .init(
                    action: "/case/TST-7Q2M-4XKD-9A/do/withdraw", id: "command-1",
                    hidden: [.init(name: "giver", value: "guardian-1")], label: "Samtycket tas tillbaka",
                    style: "danger"
                )
            ]),
        ConsentCard(giver: "Ungdomen", tag: Tag("saknas", .warn), note: nil, pairs: [], actions: []),
    ]

    private static let chips = [
        Link("Mina", "/work", isCurrent: true, count: 12), Link("Delegerade till mig", "/work?of=delegated", count: 3),
        Link("Enhetens", "/work?of=unit", count: 41),
    ]

    private static let tasks = [
        TaskLine(
            href: "/case/TST-7Q2M-4XKD-9A", what: "Avsluta kartläggningen", reference: "TST-7Q2M-4XKD-9A",
            due: Moment(iso: "2026-11-20", label: "fredag 20 november"), urgency: .overdue, tag: Tag("försenat", .bad),
            detail: "Rut Rektor, Testby skola"),
        TaskLine(
            href: "/case/TST-8R3N-5YLE-2B", what: "Bekräfta oron", reference: "TST-8R3N-5YLE-2B",
            due: Moment(iso: "2026-11-24", label: "i dag"), urgency: .today, tag: Tag("i dag", .warn),
            detail: "Rut Rektor, Testby skola"),
        TaskLine(
            href: "/case/TST-2C4P-6ZMF-7D", what: "Följ upp insatserna", reference: "TST-2C4P-6ZMF-7D",
            due: Moment(iso: "2026-12-18", label: "fredag 18 december")),
    ]

    private static let actions = [
        Action("answer", "Svara på frågorna", href: "/case/TST-7Q2M-4XKD-9A/mapping"),
        Action("delegate", "Delegera", href: "/case/TST-7Q2M-4XKD-9A/people", style: "secondary"),
        Action("erase", "Avsluta ärendet", href: "/case/TST-7Q2M-4XKD-9A/outcome", style: "danger"),
        Action(
            "call", "Kalla till möte", href: "/case/TST-7Q2M-4XKD-9A/meetings",
            reasons: ["Ungdomens samtycke saknas.", "Fråga 5 är inte besvarad."]),
    ]

    private static func form(_ language: Language) -> InputForm {
        InputForm(
            "/concern/new", id: "0d1c6a52-7a56-4a5e-9f0e-1f2f5f8f9a10",
            fields: fields(language), submit: "Granska och skicka", cancel: Link("Avbryt", "/work"), draft: "concern")
    }

    static func fields(_ language: Language) -> [any FormField] {
        let check = Field.NumberCheck(
            right: "Numret stämmer.", wrongDate: "Datumet finns inte i kalendern.",
            wrongDigits: "Kontrollera siffrorna.")
        return [
            WheelField(
                "Vilka områden gäller det?", chosen: [.safety, .home], hint: "Välj ett eller flera.",
                error: "Välj minst ett område.", language),
            Field.area(
                "observed", "Vad har du sett?", value: "<script>alert(1)</script> & \"citat\"",
                hint: "Beskriv vad du har sett och hört, inte vad du tror.", error: "Skriv vad du har sett.", limit: 60),
            Field.personalNumber("child", "Barnets personnummer", check: check, hint: "ÅÅÅÅMMDD-NNNN"),
            Field.hidden("back", "/work"),
            Field.text("phone", "Telefon", hint: "Så att du kan nås.", isOptional: true, limit: 40, isShort: true),
            Field.date("seen", "När såg du det?", value: "2026-11-23"),
            Field.select(
                "stage", "Var går barnet?", [("", "Välj"), ("school", "grundskola"), ("before_school", "förskola")],
                chosen: "school"),
            Field.choices(
                "harm", "Far barnet illa, eller kan barnet göra det?",
                [("yes", "Ja, eller kanske", "Då ska du också göra en orosanmälan."), ("no", "Nej", nil)],
                chosen: ["no"]),
            Field.choices(
                "heard", "Vilka har du talat med?",
                [("child", "Barnet", nil), ("guardian", "Vårdnadshavare", nil)], chosen: ["child"],
                severalAllowed: true, isOptional: true),
        ]
    }
}
