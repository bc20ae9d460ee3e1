import Codec
import SwiftProtobuf

/// A county of nine municipalities with forty units each and twelve people in each unit.
enum YearCounty {
    static let code = "SRM"
    static let municipalities = 9
    private static let units = 40
    /// The first of a municipality's units have a named person.
    static let owning = 32
    private static let people = 12
    /// Every fiftieth case is here.
    static let bigUnit = unit(0, 0)

    /// Who is measured, by role.
    static let measured = [
        ("big", person(bigUnit, 0)), ("named", person(unit(3, 5), 0)), ("manager", manager(0, 0)), ("county", "county"),
        ("officer", "officer"), ("steering", "chair"),
    ]

    static func unit(_ municipality: Int, _ number: Int) -> String { "m\(municipality)-u\(number)" }
    static func person(_ unit: String, _ number: Int) -> String { "\(unit)-p\(number)" }
    /// Three units of each municipality's social services and three of its health care share its meetings.
    static func social(_ municipality: Int, _ number: Int) -> String {
        person(unit(municipality, 32 + number % 3), number / 3 % people)
    }
    static func care(_ municipality: Int, _ number: Int) -> String {
        person(unit(municipality, 35 + number % 3), number / 3 % people)
    }
    private static func manager(_ municipality: Int, _ unit: Int) -> String { "m\(municipality)-manager\(unit / 8)" }
    static func municipality(_ number: Int) -> String { "048\(number)" }

    static func kind(_ unit: Int) -> String {
        switch unit {
        case ..<14: "school"
        case ..<24: "preschool"
        case ..<28: "upper_secondary_school"
        case ..<31: "child_health_centre"
        case 31: "follow_up"
        case ..<35: "social_services"
        case ..<38: "health_care"
        case 38: "activity_responsibility"
        default: "fallback"
        }
    }

    static func directory(_ door: DoorKey) -> CountyDirectory {
        .with { county in
            (county.code, county.name) = (code, "Sörmland")
            county.settings = .with { ($0.beforeSchool, $0.emergencyHours) = ("preschool", 3) }
            (county.countyFunction, county.privacyOfficer, county.steeringGroup) = ("county", "officer", ["chair"])
            county.doors = [.with { ($0.id, $0.kind, $0.staff, $0.keys) = ("desk", "desk", true, [door.entry]) }]
            for number in 0..<municipalities {
                county.municipalities.append(
                    .with {
                        ($0.code, $0.name) = (municipality(number), "Exempelkommun \(number + 1)")
                        $0.fallbackUnit = unit(number, 39)
                    })
                for place in 0..<units { add(place, of: number, to: &county) }
            }
            let fallback = unit(0, 39)
            county.people += [
                member("county", 0, fallback, "county_function"), member("officer", 1, fallback, "privacy_officer"),
                member("chair", 2, fallback, "steering_group"),
            ]
            county.participants = [
                .with { ($0.organisation, $0.role, $0.required) = ("social_services", "family_support", true) },
                .with { ($0.organisation, $0.role) = ("health_care", "nurse") },
                .with { ($0.organisation, $0.nobody) = ("education", "The school leads") },
            ]
        }
    }

    private static func add(_ place: Int, of municipality: Int, to county: inout CountyDirectory) {
        let (id, manager) = (unit(municipality, place), manager(municipality, place))
        county.units.append(
            .with {
                ($0.id, $0.kind, $0.name) = (id, kind(place), "Exempelenheten \(municipality + 1):\(place + 1)")
                ($0.municipality, $0.place, $0.manager) = (self.municipality(municipality), "Rum \(place)", manager)
                if place < owning || place > 37 { $0.namedPerson = person(id, 0) }
            })
        if place.isMultiple(of: 8) { county.people.append(member(manager, place, id, "manager")) }
        for number in 0..<people {
            let role = number == 0 ? "head" : place == 32 ? "family_support" : place == 35 ? "nurse" : "teacher"
            county.people.append(member(person(id, number), place * people + number, id, role))
        }
    }

    private static func member(_ id: String, _ number: Int, _ unit: String, _ role: String) -> CountyDirectory.Person {
        .with {
            ($0.id, $0.unit, $0.role, $0.email) = (id, unit, role, "\(id)@example.org")
            $0.name = "\(firstNames[number % firstNames.count]) Exempelson \(number + 1)"
        }
    }

    private static let firstNames = ["Anna", "Bertil", "Cecilia", "David", "Eva", "Fredrik", "Gun", "Håkan", "Ingrid"]
}
