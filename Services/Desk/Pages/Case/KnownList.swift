import Codec
import DeskCore
import Domain

/// A list of what is known, in pages: where a case's other pages have its beginning alone. What it is of stands in the address:
/// `/case/REF/known/home`.
enum KnownList: Sendable, Hashable {
    case area(WheelArea)
    case source(InformationSource)
    case concerns
    /// What a piece of information was before, by its id.
    case information(String)
    /// What was answered before.
    case answers(Question)
    /// The follow-ups of the measures that were decided last.
    case followUps

    /// Those that each case has.
    static let all =
        WheelArea.allCases.map(KnownList.area) + InformationSource.allCases.map(KnownList.source)
        + Question.allCases.map(KnownList.answers) + [.concerns, .followUps]

    private static let informationPrefix = "information-"

    /// Nil for a word that names none.
    init?(word: String) {
        if word.hasPrefix(Self.informationPrefix) {
            self = .information(String(word.dropFirst(Self.informationPrefix.count)))
        } else if let list = Self.all.first(where: { $0.word == word }) {
            self = list
        } else {
            return nil
        }
    }

    /// In addresses.
    var word: String {
        switch self {
        case .area(let area): area.rawValue
        case .source(let source): source.rawValue
        case .concerns: "concerns"
        case .information(let id): Self.informationPrefix + id
        case .answers(let question): "question-\(question.number)"
        case .followUps: "follow-ups"
        }
    }

    func path(of reference: String) -> String { "/case/\(reference)/known/\(word.asQueryValue)" }

    /// The page of the case that has the list's beginning.
    fileprivate var part: CasePage.Part {
        switch self {
        case .area, .concerns: .overview
        case .source, .information, .answers: .mapping
        case .followUps: .outcome
        }
    }
}

extension CasePage {
    /// What a page may weigh of one list.
    static let listLimit = 60_000

    /// For who reads the whole case.
    ///
    /// - Parameter number: from 1. A page that is not there is the nearest that is.
    func listPage(_ list: KnownList, page number: Int) -> Page {
        let (model, division) = Division.page(number, limit: Self.listLimit) { division -> [String: Any] in
            switch list {
            case .area(let area): ["kinds": CaseFindings.Kind.grouped(division.cut(items(in: area)))]
            case .source(let source):
                ["cards": ["name": name(of: list), "pieces": division.cut(pieces(from: source))] as [String: Any]]
            case .concerns: ["concerns": division.cut(concerns)]
            case .information(let id): history(division.cut(formerWords(ofInformation: id)))
            case .answers(let question): history(division.cut(formerAnswers(to: question)))
            case .followUps: ["followUps": division.cut(followUps), "hasFollowUps": !followUps.isEmpty]
            }
        }
        var shown = model
        shown["heading"] = name(of: list)
        shown["pages"] = ListPart(division).links(list.path(of: reference), language)
        return page(list.part, template: "case_known", model: shown)
    }

    func name(of list: KnownList) -> String {
        switch list {
        case .area(let area): word("area.\(area.rawValue)").capitalizedFirst
        case .source(let source): word("source.\(source.rawValue)").capitalizedFirst
        case .concerns: word("desk.case.concerns")
        case .information: word("desk.history")
        case .answers(let question): "\(word("desk.history")): \(word(question.name))"
        case .followUps: word("desk.outcome.follow_ups")
        }
    }

    private func history(_ versions: [History.Version]) -> [String: Any] {
        ["versions": versions, "hasVersions": !versions.isEmpty]
    }

    /// Whether the case has such a list, be it empty.
    func has(_ list: KnownList) -> Bool {
        guard case .information(let id) = list else { return true }
        return opened.file.findings.contains { $0.information.id == id }
    }

    /// None for an id that there is none of.
    private func formerWords(ofInformation id: String) -> [History.Version] {
        opened.file.findings.first { $0.information.id == id }.map(formerWords) ?? []
    }
}
