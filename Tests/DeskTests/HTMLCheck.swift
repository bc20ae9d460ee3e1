/// What is wrong with a page's HTML: elements that are not closed, ids that are there twice, headings that skip a level.
struct HTMLCheck {
    private static let void: Set<String> = ["meta", "link", "input", "br", "hr", "img"]

    private(set) var faults: [String] = []
    private var open: [String] = []
    private var ids: Set<String> = []
    private var headings: [Int] = []

    init(_ html: String) {
        let bytes = Array(html.utf8)
        var place = 0
        while let start = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
            guard let end = Self.end(of: start, in: bytes) else {
                faults.append("a tag is not closed")
                break
            }
            read(String(decoding: bytes[(start + 1)..<end], as: UTF8.self))
            place = end + 1
        }
        faults += open.map { "<\($0)> is not closed" }
        if headings.count(where: { $0 == 1 }) != 1 { faults.append("there is not one h1") }
        for (before, after) in zip(headings.drop { $0 != 1 }, headings.drop { $0 != 1 }.dropFirst())
        where after > before + 1 { faults.append("h\(after) follows h\(before)") }
    }

    /// A `>` within quotes ends no tag.
    private static func end(of start: Int, in bytes: [UInt8]) -> Int? {
        var isQuoted = false
        for place in start..<bytes.count {
            if bytes[place] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if bytes[place] == UInt8(ascii: ">"), !isQuoted { return place }
        }
        return nil
    }

    private mutating func read(_ tag: String) {
        if tag.hasPrefix("!") { return }
        let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber })
        if tag.hasPrefix("/") {
            if open.popLast() != name { faults.append("</\(name)> closes another element") }
            return
        }
        if let id = tag.split(separator: " id=\"", maxSplits: 1).dropFirst().first?.prefix(while: { $0 != "\"" }),
            !ids.insert(String(id)).inserted
        {
            faults.append("the id \(id) is there twice")
        }
        if name.count == 2, name.hasPrefix("h"), let level = name.dropFirst().first?.wholeNumberValue {
            headings.append(level)
        }
        if !tag.hasSuffix("/"), !Self.void.contains(name) { open.append(name) }
    }
}
