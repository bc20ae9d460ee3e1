import DeskCore
import Domain

/// A list of what is known, in pages: where a case's first page, or the mapping's, has its beginning alone. What it is of stands in
/// the address: `/case/REF/known/home`.
enum KnownList: Sendable, Hashable {
    case area(WheelArea)
    case source(InformationSource)
    case concerns

    static let all =
        WheelArea.allCases.map(KnownList.area) + InformationSource.allCases.map(KnownList.source) + [.concerns]

    /// Nil for a word that names none.
    init?(word: String) {
        guard let list = Self.all.first(where: { $0.word == word }) else { return nil }
        self = list
    }

    /// In addresses.
    var word: String {
        switch self {
        case .area(let area): area.rawValue
        case .source(let source): source.rawValue
        case .concerns: "concerns"
        }
    }

    func path(of reference: String) -> String { "/case/\(reference)/known/\(word)" }
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
            }
        }
        var shown = model
        shown["heading"] = name(of: list)
        shown["pages"] = ListPart(division).links(list.path(of: reference), language)
        let part: Part = if case .source = list { .mapping } else { .overview }
        return page(part, template: "case_known", model: shown)
    }

    func name(of list: KnownList) -> String {
        switch list {
        case .area(let area): word("area.\(area.rawValue)").capitalizedFirst
        case .source(let source): word("source.\(source.rawValue)").capitalizedFirst
        case .concerns: word("desk.case.concerns")
        }
    }
}
