import DeskCore
import Domain
import Foundation
import Testing

@Suite("The wheel: seven equal sectors around the child")
struct WheelTests {
    /// The numbers in path data, in pairs, without the radii and flags of arcs.
    private static func points(_ path: String) throws -> [Wheel.Point] {
        let plain = path.replacing(#/A[\d.]+ [\d.]+ 0 0 [01] /#, with: "L").replacing("Z", with: "")
        return try plain.split { "ML".contains($0) }.map { pair in
            let numbers = pair.split(separator: " ")
            return Wheel.Point(
                x: try #require(Double(numbers[0])), y: try #require(Double(numbers[numbers.count - 1])))
        }
    }

    /// From the centre, clockwise from the top: the direction from 0 to a full turn, and the radius.
    private static func polar(_ point: Wheel.Point) -> (direction: Double, radius: Double) {
        let (right, up) = (point.x - Wheel.side / 2, Wheel.side / 2 - point.y)
        let direction = atan2(right, up)
        return (direction < 0 ? direction + 2 * .pi : direction, (right * right + up * up).squareRoot())
    }

    /// The corners of a `clip-path`, in units of the view box.
    private static func corners(_ polygon: String) throws -> [Wheel.Point] {
        try polygon.matches(of: #/(-?[\d.]+)% (-?[\d.]+)%/#).map {
            Wheel.Point(
                x: try #require(Double($0.1)) * Wheel.side / 100, y: try #require(Double($0.2)) * Wheel.side / 100)
        }
    }

    private static func contains(_ corners: [Wheel.Point], _ point: Wheel.Point) -> Bool {
        var inside = false
        for (a, b) in zip(corners, corners.dropFirst() + corners.prefix(1)) where (a.y > point.y) != (b.y > point.y) {
            if point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x { inside.toggle() }
        }
        return inside
    }

    @Test("each area has one sector, in the order of the glossary, the first at the top")
    func areas() {
        #expect(Wheel().sectors.map(\.area) == WheelArea.allCases)
        #expect(Wheel.middle(of: .health) == 0)
    }

    @Test("the sectors are equally wide, none overlaps its neighbour, and together they are the whole circle")
    func circle() throws {
        var covered = 0.0
        let sectors = Wheel().sectors
        for (sector, neighbour) in zip(sectors, sectors.dropFirst() + sectors.prefix(1)) {
            let ends = try Self.points(sector.outline).prefix(2).map(Self.polar)
            var width = ends[1].direction - ends[0].direction
            if width < 0 { width += 2 * .pi }
            #expect(abs(width - Wheel.angle) < 0.005, "\(sector.area)")
            covered += width
            #expect(try Self.points(neighbour.outline)[0] == Self.points(sector.outline)[1], "\(sector.area)")
        }
        #expect(abs(covered - 2 * .pi) < 0.01)
    }

    @Test("strengths are nearest the child (rule 8), and the bands of an area lie side by side within it")
    func bands() throws {
        for sector in Wheel().sectors {
            #expect(sector.bands.map(\.kind) == [.strength, .need, .obstacle])
            var edge = Wheel.centreRadius
            for band in sector.bands {
                let radii = try Self.points(band.outline).map { Self.polar($0).radius }
                #expect(abs(try #require(radii.min()) - edge) < 0.2)
                edge += Wheel.bandWidth
                #expect(abs(try #require(radii.max()) - edge) < 0.2)
            }
            #expect(edge < Wheel.nameRadius)
        }
    }

    @Test("marks and numbers stand in their own band; nothing is outside the view box")
    func inside() throws {
        for sector in Wheel().sectors {
            for (index, band) in sector.bands.enumerated() {
                let inner = Wheel.centreRadius + Double(index) * Wheel.bandWidth
                for point in try Self.points(band.mark) + [band.countPlace] {
                    let radius = Self.polar(point).radius
                    #expect(radius > inner && radius < inner + Wheel.bandWidth, "\(sector.area) \(band.kind)")
                }
            }
            for path in [sector.outline, sector.nameLine, sector.tick] {
                for point in try Self.points(path) {
                    #expect((0...Wheel.side).contains(point.x) && (0...Wheel.side).contains(point.y))
                }
            }
        }
    }

    @Test("each name fits its line in both languages, and none is upside down")
    func names() throws {
        let length = Wheel.nameRadius * Wheel.angle
        for sector in Wheel().sectors {
            for language in Language.allCases {
                // A letter of 17 units' height is less than 10.5 wide on average in every system font.
                let name = Catalogue.text("area.\(sector.area.rawValue)", language)
                #expect(Double(name.count) * 10.5 < length, "\(name)")
            }
            let ends = try Self.points(sector.nameLine)
            #expect(ends[0].x < ends[1].x, "\(sector.area)")
        }
    }

    @Test("a finger anywhere on a sector touches that area alone")
    func touch() throws {
        let places = try Wheel().sectors.map { ($0.area, try Self.corners($0.touch)) }
        for area in WheelArea.allCases {
            for radius in [Wheel.centreRadius + 2, Wheel.nameRadius, Wheel.rimRadius - 1] {
                for share in [-0.48, -0.25, 0, 0.25, 0.48] {
                    let point = Wheel.point(Wheel.middle(of: area) + share * Wheel.angle, radius)
                    #expect(places.filter { Self.contains($0.1, point) }.map(\.0) == [area])
                }
            }
        }
    }

    @Test("what is known and chosen stands in its area, and nowhere else")
    func values() throws {
        let wheel = Wheel(known: [.home: [.strength: 2, .need: 1]], chosen: [.safety])
        for sector in wheel.sectors {
            #expect(sector.bands.map(\.count) == (sector.area == .home ? [2, 1, 0] : [0, 0, 0]))
            #expect(sector.isChosen == (sector.area == .safety))
        }
    }

    @Test("each kind has a shape of its own, so that nobody needs its colour")
    func marks() {
        let shapes = Wheel.kinds.map { Wheel.mark($0, at: Wheel.Point(x: 0, y: 0)) }
        #expect(Set(shapes).count == Wheel.kinds.count)
    }
}
