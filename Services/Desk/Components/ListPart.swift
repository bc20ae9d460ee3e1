import DeskCore
import Domain
import Hummingbird

/// Which part of a list a page shows. A page that is not there is the nearest one that is.
struct ListPart: Sendable {
    private let number: Int
    private let last: Int

    init(_ division: Division) { (number, last) = (division.number, division.count) }

    private init(number: Int, last: Int) { (self.number, self.last) = (min(max(number, 1), last), last) }

    /// A list whose pages have as many items each.
    static func of(_ count: Int, size: Int, _ request: Request) -> (part: ListPart, range: Range<Int>) {
        let part = ListPart(number: request.page, last: max(1, (count + size - 1) / size))
        return (part, min((part.number - 1) * size, count)..<min(part.number * size, count))
    }

    /// - Parameters:
    ///   - path: of the list's first page, without a query.
    ///   - anchor: where on the page the list is.
    ///   - position: the words that say which page it is.
    /// - Returns: nil where all is on one page.
    func links(
        _ path: String, _ language: Language, anchor: String? = nil, position: String = "desk.pages.position"
    ) -> ListPages? {
        if last == 1 { return nil }
        func link(_ number: Int) -> String? {
            (1...last).contains(number) ? "\(path)?page=\(number)\(anchor.map { "#\($0)" } ?? "")" : nil
        }
        return ListPages(
            previous: link(number - 1), next: link(number + 1),
            position: Catalogue.text(position, language, ["page": "\(number)", "last": "\(last)"]))
    }
}

extension Request {
    /// The number of the page that the address asks for. What is no number is the first.
    var page: Int { uri.queryParameters.get("page").flatMap { Int($0) } ?? 1 }
}
