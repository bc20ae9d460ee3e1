/// What a child has left by moves that nobody has reviewed yet: who and what came with its case may belong there (rule 2).
public struct Departure: Sendable, Hashable {
    /// By their codes.
    public private(set) var counties: [String]
    public private(set) var municipalities: [String]
    /// The units that had the case, or that the child attended, by id.
    public private(set) var units: [String]

    public init(counties: [String] = [], municipalities: [String] = [], units: [String] = []) {
        (self.counties, self.municipalities, self.units) = (counties, municipalities, units)
    }

    /// As many of each are kept, the latest.
    private static let limit = 20

    /// Takes over another move. Where the child is now, it has not left.
    public mutating func leave(_ former: Self, for present: Self) {
        func left(_ known: [String], _ former: [String], _ present: [String]) -> [String] {
            (known + former).uniqued().filter { !present.contains($0) }.suffix(Self.limit)
        }
        counties = left(counties, former.counties, present.counties)
        municipalities = left(municipalities, former.municipalities, present.municipalities)
        units = left(units, former.units, present.units)
    }

    /// The organisations that are others where the child is now: what was consented to was those of where it was (rule 13).
    public var organisations: [Organisation] {
        Organisation.allCases.filter { $0.isMunicipal ? !municipalities.isEmpty : !counties.isEmpty }
    }

    /// Whether one of the staff works where the child was.
    public func holds(_ person: String, in county: County) -> Bool {
        guard let unit = county.people[person].flatMap({ county.units[$0.unit] }) else { return false }
        return units.contains(unit.id) || municipalities.contains(unit.municipality)
    }
}
