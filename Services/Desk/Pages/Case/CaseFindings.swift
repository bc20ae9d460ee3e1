import DeskCore
import Domain

/// What is known of the child, as a page shows it: all of it, a part, or its beginning with links to the rest.
struct CaseFindings {
    struct Area {
        let area: String
        let name: String
        let kinds: [Kind]
        /// The latest concerns that name the area.
        let concerns: [Link]
        let hasConcerns: Bool
        /// To the areas under which stands what is about this one, too.
        let elsewhere: [Link]
        let isElsewhere: Bool
        /// To all that is known in the area; nil where it is shown here.
        let more: Link?
        let isEmpty: Bool
    }

    struct Kind {
        let label: String
        let items: [Item]

        /// Items one after another that are of one kind.
        static func grouped(_ items: [Item]) -> [Kind] {
            items.reduce(into: []) { kinds, item in
                if let last = kinds.last, last.label == item.kind {
                    kinds[kinds.count - 1] = Kind(label: last.label, items: last.items + [item])
                } else {
                    kinds.append(Kind(label: item.kind, items: [item]))
                }
            }
        }
    }

    struct Item {
        let kind: String
        let words: String
        /// Nil where it is about one alone.
        let areas: String?
        let source: String
        let who: String
        let time: Moment
        let history: History?
    }

    struct Concern {
        let anchor: String
        let heading: String
        let areas: [String]
        let tag: Tag?
        let pairs: [Pair]
        let strengths: [String]
        let hasStrengths: Bool
        let observation: String
    }

    let voice: ChildVoice?
    /// Who was not asked, and why not.
    let notAsked: [String]
    let hasNotAsked: Bool
    let moreNotAsked: Link?
    let wheel: WheelPicture?
    let areas: [Area]
    let hasKnown: Bool
    let concerns: [Concern]
    let hasConcerns: Bool
    let moreConcerns: Link?
}

extension CasePage {
    /// What the first page may weigh of what is known.
    private static let beginningLimit = 36_000
    /// So many concerns are named in an area.
    private static let mostConcerns = 5

    /// The beginning of all that is known, with links to the rest.
    var findings: CaseFindings {
        let all = known
        let (known, concerns) = (all.beginning(limit: Self.beginningLimit), all.concerns)
        var voice = ChildVoice(known.voices)
        voice.more = link(toAll: all.voices.count, shown: known.voices.count, .source(.child))
        let notAskedPath = Part.mapping.path(of: reference)
        let paths = concernPaths(concerns, shown: Set(known.concerns.map(\.anchor)))
        return CaseFindings(
            voice: voice, notAsked: known.notAsked, hasNotAsked: !known.notAsked.isEmpty,
            moreNotAsked: all.notAsked.count > known.notAsked.count
                ? Link(word("desk.case.not_asked.more"), notAskedPath) : nil,
            wheel: wheel,
            areas: zip(all.areas, known.areas).map { all, known in
                area(
                    known.area, known.items, of: all.items.count,
                    concerns: self.concerns(naming: known.area, in: concerns, paths))
            }, hasKnown: true, concerns: known.concerns, hasConcerns: !concerns.isEmpty,
            moreConcerns: link(toAll: concerns.count, shown: known.concerns.count, .concerns))
    }

    /// A part of all that is known; nil where the part has nothing of it.
    func findings(_ division: inout Division) -> CaseFindings? {
        let all = known
        let voices = division.cut(all.voices)
        let isFirst = division.cut(Beginning()) != nil
        let notAsked = division.cut(all.notAsked)
        let wheel = division.cut(wheel)
        let named = Set(all.concerns.flatMap(\.areas))
        let areas = all.areas.compactMap { area, items -> CaseFindings.Area? in
            // What only a concern tells of stands in the concern.
            let isNone =
                items.isEmpty && elsewhere(area).isEmpty && !named.contains(area.rawValue)
                && division.cut(Beginning()) != nil
            let items = division.cut(items)
            return isNone || !items.isEmpty ? self.area(area, items, of: items.count, concerns: []) : nil
        }
        let concerns = division.cut(all.concerns)
        let hasKnown = isFirst || !voices.isEmpty || !notAsked.isEmpty || wheel != nil || !areas.isEmpty
        guard hasKnown || !concerns.isEmpty else { return nil }
        return CaseFindings(
            voice: all.voices.isEmpty && isFirst || !voices.isEmpty ? ChildVoice(voices) : nil, notAsked: notAsked,
            hasNotAsked: !notAsked.isEmpty, moreNotAsked: nil, wheel: wheel, areas: areas, hasKnown: hasKnown,
            concerns: concerns, hasConcerns: !concerns.isEmpty, moreConcerns: nil)
    }

    private var wheel: WheelPicture { WheelPicture(known: counts, title: word("desk.case.wheel"), language) }

    private func area(
        _ area: WheelArea, _ items: [CaseFindings.Item], of count: Int, concerns: [Link]
    ) -> CaseFindings.Area {
        let elsewhere = elsewhere(area)
        return CaseFindings.Area(
            area: area.rawValue, name: word("area.\(area.rawValue)").capitalizedFirst,
            kinds: CaseFindings.Kind.grouped(items), concerns: concerns, hasConcerns: !concerns.isEmpty,
            elsewhere: elsewhere, isElsewhere: !elsewhere.isEmpty,
            more: link(toAll: count, shown: items.count, .area(area)),
            isEmpty: count == 0 && concerns.isEmpty && elsewhere.isEmpty)
    }

    /// Where what is about an area stands, too: under the first of its areas.
    private func elsewhere(_ area: WheelArea) -> [Link] {
        let first = opened.file.findings(in: area).compactMap(\.information.named.first)
        return WheelArea.allCases.filter { $0 != area && first.contains($0) }.map {
            Link(word("area.\($0.rawValue)").capitalizedFirst, "#area-\($0.rawValue)")
        }
    }

    // MARK: Links

    /// To a list as a whole; nil where all of it is shown.
    func link(toAll count: Int, shown: Int = 0, _ list: KnownList) -> Link? {
        if shown == count { return nil }
        let values = ["name": name(of: list), "count": "\(count)"]
        return Link(word("desk.case.all", values), list.path(of: reference))
    }

    private func concerns(
        naming area: WheelArea, in concerns: [CaseFindings.Concern], _ paths: [String: String]
    ) -> [Link] {
        let naming = concerns.filter { $0.areas.contains(area.rawValue) }
        let links = naming.prefix(Self.mostConcerns).map { Link($0.heading, paths[$0.anchor] ?? "") }
        return links + [naming.count > links.count ? link(toAll: concerns.count, .concerns) : nil].compactMap(\.self)
    }

    /// Where each concern stands, by its anchor.
    private func concernPaths(_ concerns: [CaseFindings.Concern], shown: Set<String>) -> [String: String] {
        var division = Division(limit: Self.listLimit)
        return concerns.reduce(into: [:]) { paths, concern in
            let number = division.place(concern)
            let page = shown.contains(concern.anchor) ? "" : "\(KnownList.concerns.path(of: reference))?page=\(number)"
            paths[concern.anchor] = "\(page)#\(concern.anchor)"
        }
    }
}

extension WheelPicture: Weighed {
    var weight: Int { 16_000 }
}

/// A heading, which stands even where nothing is below it.
private struct Beginning: Weighed {
    let weight = 200
}
