package import Domain

/// Which cases a list of work shows. It can be written as fields of an address, and read from them: what is not understood is
/// left out, so that an old link still leads somewhere.
package struct WorkFilter: Sendable, Hashable {
    /// Nil: one's own work, on whatever ground.
    package var list: Reading.WorkList?
    package var phase: Phase?
    package var step: Step?
    package var isOverdue: Bool
    /// A unit by its id.
    package var unit: String?

    package init(
        list: Reading.WorkList? = nil, phase: Phase? = nil, step: Step? = nil, isOverdue: Bool = false,
        unit: String? = nil
    ) {
        (self.list, self.phase, self.step, self.isOverdue, self.unit) = (list, phase, step, isOverdue, unit)
    }

    /// The lists that one sees at once: where the next step can be one's own.
    package static let own: [Reading.WorkList] = [.own, .delegated, .coordinated, .asked, .emergency]

    package var lists: [Reading.WorkList] { list.map { [$0] } ?? Self.own }

    /// Something of the list is left out.
    package var isNarrowed: Bool { self != WorkFilter(list: list) }
}

extension WorkFilter {
    /// The longest id of a unit that the contract takes.
    private static let longestUnit = 128

    /// - Parameter field: the value of a field of the address; nil where it is not there.
    package init(_ field: (String) -> String?) {
        self.init(
            list: field("of").flatMap(Reading.WorkList.init(rawValue:)),
            phase: field("phase").flatMap(Phase.init(rawValue:)), step: field("step").flatMap(Step.init(rawValue:)),
            isOverdue: field("overdue") == "1",
            unit: field("unit").flatMap { Self.isId($0) ? $0 : nil })
    }

    /// What is not left open, in a fixed order.
    package var fields: [(name: String, value: String)] {
        let all: [(String, String?)] = [
            ("of", list?.rawValue), ("phase", phase?.rawValue), ("step", step?.rawValue),
            ("overdue", isOverdue ? "1" : nil), ("unit", unit),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    /// As an address has it after the `?`. No value needs to be encoded.
    package var query: String { fields.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }

    /// The directory's ids have these characters alone.
    private static func isId(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestUnit
            && text.utf8.allSatisfy { byte in
                (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || (0x30...0x39).contains(byte)
                    || [0x2d, 0x2e, 0x5f].contains(byte)
            }
    }
}
