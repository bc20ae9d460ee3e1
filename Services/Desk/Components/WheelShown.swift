import DeskCore
import Domain

/// The wheel as a picture of what is known, with the table that says the same (`wheel`).
///
/// Each sector leads to `#area-NAME` on the same page.
struct WheelPicture {
    struct Band {
        let kind: String
        let label: String
        let count: Int
        let isKnown: Bool
        let outline: String
        let mark: String
        let x: Double
        let y: Double
        /// The pattern that fills it; strengths have none.
        let hatch: String?
    }

    struct Sector {
        let area: String
        let name: String
        let outline: String
        let nameLine: String
        let bands: [Band]
    }

    struct LegendLine {
        let kind: String
        let mark: String
        let label: String
    }

    let title: String
    let child: String
    let sectors: [Sector]
    let legend: [LegendLine]
    let side = Int(Wheel.side)
    let centre = Int(Wheel.side / 2)
    let centreRadius = Int(Wheel.centreRadius)

    init(known: [WheelArea: [InformationKind: Int]], title: String, _ language: Language) {
        self.title = title
        child = Catalogue.text("desk.wheel.child", language)
        sectors = Wheel(known: known).sectors.map { sector in
            let area = sector.area.rawValue
            let name = Catalogue.text("area.\(area)", language).capitalizedFirst
            let bands = sector.bands.map { Self.band($0, language) }
            return Sector(
                area: area, name: name, outline: sector.outline,
                nameLine: sector.nameLine, bands: bands)
        }
        legend = Wheel.kinds.map { kind in
            LegendLine(
                kind: kind.rawValue, mark: Wheel.mark(kind, at: Wheel.Point(x: 10, y: 10), 7),
                label: Self.label(of: kind, language))
        }
    }

    private static func label(of kind: InformationKind, _ language: Language) -> String {
        Catalogue.text("desk.kinds.\(kind.rawValue)", language)
    }

    private static func band(_ band: Wheel.Band, _ language: Language) -> Band {
        let hatch: String? =
            switch band.kind {
            case .need: "need"
            case .obstacle: "obstacle"
            case .strength, .notAsked: nil
            }
        return Band(
            kind: band.kind.rawValue, label: label(of: band.kind, language), count: band.count,
            isKnown: band.count > 0, outline: band.outline, mark: band.mark, x: band.countPlace.x.rounded(),
            y: band.countPlace.y.rounded(), hatch: hatch)
    }
}

/// The wheel as a field of a form (`wheel_form`): seven checkboxes named `areas`, and the picture that shows and takes choices.
struct WheelField: FormField {
    struct Sector {
        let area: String
        let name: String
        /// What belongs to the area.
        let hint: String
        let isChosen: Bool
        let outline: String
        let nameLine: String
        let tick: String
    }

    let template = "wheel_form"
    var target: String { sectors.first.map { "areas-\($0.area)" } ?? id }
    let id = "areas"
    let label: String
    let hint: String?
    let error: String?
    let describedBy: String?
    let child: String
    let sectors: [Sector]
    let side = Int(Wheel.side)
    let centre = Int(Wheel.side / 2)
    let centreRadius = Int(Wheel.centreRadius)

    init(_ label: String, chosen: Set<WheelArea>, hint: String? = nil, error: String? = nil, _ language: Language) {
        (self.label, self.hint, self.error) = (label, hint, error)
        describedBy = Field.describedBy("areas", hint: hint, error: error)
        child = Catalogue.text("desk.wheel.child", language)
        sectors = Wheel(chosen: chosen).sectors.map { sector in
            let area = sector.area.rawValue
            return Sector(
                area: area, name: Catalogue.text("area.\(area)", language).capitalizedFirst,
                hint: Catalogue.text("desk.area.\(area)", language), isChosen: sector.isChosen,
                outline: sector.outline, nameLine: sector.nameLine, tick: sector.tick)
        }
    }
}

extension String {
    /// With a capital letter first.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
