package import Domain
import Foundation

/// The wheel as a picture: the child in the centre, and the seven areas as equal sectors around it, clockwise from the top.
///
/// Each sector has a band for each kind of information, strengths nearest the child (rule 8), and its name along the rim.
/// All lengths are units of a square view box with the side ``side``; paths are SVG path data (SVG 2, section 9.3).
package struct Wheel: Sendable {
    /// One area.
    package struct Sector: Sendable {
        package let area: WheelArea
        package let isChosen: Bool
        package let outline: String
        package let bands: [Band]
        /// The line that the name follows. Below the middle it runs the other way, so that no name is upside down.
        package let nameLine: String
        /// A mark that the area is chosen.
        package let tick: String
        /// What a finger or a pointer touches, as a CSS `clip-path`.
        package let touch: String
    }

    /// How much of one kind is known of an area.
    package struct Band: Sendable {
        package let kind: InformationKind
        package let count: Int
        package let outline: String
        /// The kind's own shape, so that nobody needs to see its colour: plus, diamond, cross.
        package let mark: String
        package let countPlace: Point
    }

    package struct Point: Sendable, Equatable {
        package let x: Double
        package let y: Double

        package init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
    }

    package static let side = 400.0
    /// The circle that is the child.
    package static let centreRadius = 44.0
    package static let rimRadius = 194.0
    /// Where the names stand.
    package static let nameRadius = 170.0
    package static let bandWidth = 34.0
    /// From the child outwards (rule 8: strengths first).
    package static let kinds: [InformationKind] = [.strength, .need, .obstacle]
    /// The angle of each sector, in radians.
    package static let angle = 2 * Double.pi / Double(WheelArea.allCases.count)

    package let sectors: [Sector]

    /// - Parameters:
    ///   - known: how many pieces of information of each kind there are of an area.
    ///   - chosen: the areas that are marked.
    package init(known: [WheelArea: [InformationKind: Int]] = [:], chosen: Set<WheelArea> = []) {
        sectors = WheelArea.allCases.map { area in
            let middle = Self.middle(of: area)
            return Sector(
                area: area, isChosen: chosen.contains(area),
                outline: Self.outline(middle, Self.centreRadius, Self.rimRadius),
                bands: Self.kinds.enumerated().map { index, kind in
                    Self.band(kind, count: known[area]?[kind] ?? 0, index: index, middle)
                },
                nameLine: Self.nameLine(middle), tick: Self.tick(middle), touch: Self.touch(middle))
        }
    }

    /// The direction of an area's middle, in radians clockwise from the top.
    package static func middle(of area: WheelArea) -> Double {
        Double(WheelArea.allCases.firstIndex(of: area) ?? 0) * angle
    }

    /// - Parameter direction: in radians clockwise from the top.
    package static func point(_ direction: Double, _ radius: Double) -> Point {
        Point(x: side / 2 + radius * sin(direction), y: side / 2 - radius * cos(direction))
    }

    /// The shape of a kind around a point, for the picture and for its legend.
    package static func mark(_ kind: InformationKind, at point: Point, _ size: Double = 5) -> String {
        let (x, y) = (point.x, point.y)
        func line(_ points: (Double, Double)...) -> String {
            path(points.map { Point(x: x + $0.0 * size, y: y + $0.1 * size) })
        }
        return switch kind {
        case .strength: line((-1, 0), (1, 0)) + line((0, -1), (0, 1))
        case .need: line((0, -1), (1, 0), (0, 1), (-1, 0)) + "Z"
        case .obstacle, .notAsked: line((-1, -1), (1, 1)) + line((-1, 1), (1, -1))
        }
    }

    private static func band(_ kind: InformationKind, count: Int, index: Int, _ middle: Double) -> Band {
        let inner = centreRadius + Double(index) * bandWidth
        let place = point(middle, inner + bandWidth / 2)
        return Band(
            kind: kind, count: count, outline: outline(middle, inner, inner + bandWidth),
            mark: mark(kind, at: Point(x: place.x - 7, y: place.y)), countPlace: Point(x: place.x + 3, y: place.y))
    }

    /// A piece of a ring, as wide as a sector.
    private static func outline(_ middle: Double, _ inner: Double, _ outer: Double) -> String {
        let (from, to) = (middle - angle / 2, middle + angle / 2)
        return "M\(text(point(from, outer)))" + arc(to: point(to, outer), outer, clockwise: true)
            + "L\(text(point(to, inner)))" + arc(to: point(from, inner), inner, clockwise: false) + "Z"
    }

    private static func nameLine(_ middle: Double) -> String {
        let ends = [middle - angle / 2, middle + angle / 2].map { point($0, nameRadius) }
        let isUpper = cos(middle) > 0
        let (from, to) = isUpper ? (ends[0], ends[1]) : (ends[1], ends[0])
        return "M\(text(from))" + arc(to: to, nameRadius, clockwise: isUpper)
    }

    private static func tick(_ middle: Double) -> String {
        let place = point(middle, (centreRadius + nameRadius) / 2)
        return path([(-12.0, 1.0), (-4.0, 10.0), (13.0, -10.0)].map { Point(x: place.x + $0.0, y: place.y + $0.1) })
    }

    /// A polygon around the sector: its outer corners lie outside the rim, so that the arc between them is inside.
    private static func touch(_ middle: Double) -> String {
        let steps = 4
        let reach = rimRadius / cos(angle / Double(2 * steps))
        let outer = (0...steps).map { point(middle - angle / 2 + angle * Double($0) / Double(steps), reach) }
        let inner = [middle + angle / 2, middle, middle - angle / 2].map { point($0, centreRadius) }
        let corners = (outer + inner).map { "\(text($0.x / side * 100))% \(text($0.y / side * 100))%" }
        return "polygon(\(corners.joined(separator: ", ")))"
    }

    private static func arc(to end: Point, _ radius: Double, clockwise: Bool) -> String {
        "A\(text(radius)) \(text(radius)) 0 0 \(clockwise ? 1 : 0) \(text(end))"
    }

    private static func path(_ points: [Point]) -> String { "M" + points.map(text).joined(separator: "L") }

    private static func text(_ point: Point) -> String { "\(text(point.x)) \(text(point.y))" }

    /// With one decimal, and a point in every locale.
    private static func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths.isMultiple(of: 10)
            ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
