package import Codec
package import Domain
package import Foundation
import SwiftProtobuf

/// A small county for tests: one municipality with every kind of unit, and people for every role.
package enum ExampleCounty {
    package static let directory = Directory(["TST": county])

    package static let county: County = {
        do { return try message.county() } catch { preconditionFailure("the example county: \(error)") }
    }()

    package static let message = CountyDirectory.with {
        $0.code = "TST"
        $0.name = "Testlän"
        $0.settings.beforeSchool = "preschool"
        ($0.countyFunction, $0.privacyOfficer, $0.steeringGroup) = ("county", "officer", ["chair"])
        $0.settings.unsignedReports = true
        $0.doors = ExampleDoor.entries
        $0.municipalities = [.with { ($0.code, $0.name, $0.fallbackUnit) = ("0001", "Testby", "fallback") }]
        $0.units = [
            ("preschool", "preschool"), ("bhv", "child_health_centre"), ("school", "school"),
            ("gymnasium", "upper_secondary_school"), ("follow-up", "follow_up"), ("kaa", "activity_responsibility"),
            ("social", "social_services"), ("care", "health_care"), ("fallback", "fallback"),
        ].map { id, kind in
            .with {
                ($0.id, $0.kind, $0.name, $0.municipality) = (id, kind, "Enhet \(id)", "0001")
                ($0.namedPerson, $0.place, $0.manager) = ("head-\(id)", "Rum \(id)", "manager")
            }
        }
        $0.people =
            $0.units.map { unit in
                .with {
                    ($0.id, $0.name, $0.unit) = ("head-\(unit.id)", "Chef Exempelson", unit.id)
                    ($0.email, $0.role) = ("head.\(unit.id)@example.org", "head_\(unit.id)")
                }
            } + [
                .with {
                    ($0.id, $0.name, $0.unit, $0.email, $0.role) = (
                        "family", "Fia Exempelson", "social", "fia@example.org", "family_support"
                    )
                },
                .with {
                    ($0.id, $0.name, $0.unit, $0.email, $0.role) = (
                        "nurse", "Nils Exempelson", "care", "nils@example.org", "nurse"
                    )
                },
                member("teacher", "school", "teacher"), member("manager", "fallback", "manager"),
                member("county", "fallback", "county_function"), member("officer", "fallback", "privacy_officer"),
                member("chair", "fallback", "steering_group"),
            ]
        $0.participants = [
            .with { ($0.organisation, $0.role, $0.required) = ("social_services", "family_support", true) },
            .with {
                ($0.organisation, $0.role, $0.required, $0.areas) = (
                    "health_care", "nurse", false, ["health", "safety"]
                )
            },
            education("before_school", "head_preschool"), education("school", "head_school"),
            education("upper_secondary", "head_gymnasium"), education("upper_secondary_elsewhere", "head_follow-up"),
            .with {
                ($0.organisation, $0.stages) = ("education", ["outside_upper_secondary"])
                $0.nobody = "Aktivitetsansvaret leder själv"
            },
        ]
    }

    /// Rows that call nobody.
    package static let nobodyCalled: [CountyDirectory.ParticipantRow] = Organisation.allCases.map { organisation in
        .with { ($0.organisation, $0.nobody) = (organisation.rawValue, "Ingen kallas") }
    }

    private static func education(_ stage: String, _ role: String) -> CountyDirectory.ParticipantRow {
        .with { ($0.organisation, $0.stages, $0.role) = ("education", [stage], role) }
    }

    private static func member(_ id: String, _ unit: String, _ role: String) -> CountyDirectory.Person {
        .with {
            ($0.id, $0.name, $0.unit) = (id, "\(id) Exempelson", unit)
            ($0.email, $0.role) = ("\(id)@example.org", role)
        }
    }

    /// The county after a change to its directory.
    package static func changed(_ change: (inout CountyDirectory) -> Void) throws -> Directory {
        var message = message
        change(&message)
        return Directory(["TST": try message.county()])
    }

    /// The county with a second municipality, 0002, and a school there.
    package static var twoMunicipalities: Directory {
        get throws {
            try changed { county in
                county.municipalities.append(
                    .with { ($0.code, $0.name, $0.fallbackUnit) = ("0002", "Andraby", "fallback") })
                county.units.append(
                    .with {
                        ($0.id, $0.kind, $0.name, $0.municipality) = ("school-2", "school", "Enhet 2", "0002")
                        $0.namedPerson = "teacher"
                    })
            }
        }
    }

    /// The county with a second municipality, 0002, that has a school, its own social services and a room in each.
    package static let twoTowns: County = {
        do { return try twoTownsMessage.county() } catch { preconditionFailure("the two towns: \(error)") }
    }()

    package static let twoTownsMessage: CountyDirectory = {
        var county = message
        county.municipalities.append(.with { ($0.code, $0.name, $0.fallbackUnit) = ("0002", "Andraby", "fallback") })
        for (id, kind, head) in [("school-2", "school", "head-2"), ("social-2", "social_services", "family-2")] {
            county.units.append(
                .with {
                    ($0.id, $0.kind, $0.name, $0.municipality) = (id, kind, "Enhet \(id)", "0002")
                    ($0.namedPerson, $0.place, $0.manager) = (head, "Rum \(id)", "manager")
                })
        }
        county.people += [
            member("head-2", "school-2", "head_school"), member("family-2", "social-2", "family_support"),
        ]
        return county
    }()

    /// Monday 23 November 2026, 09:00 in Sweden.
    package static let monday = Date(timeIntervalSince1970: 1_795_420_800)

    /// A report that holds, about a child of twelve.
    package static let report = ConcernReported.with {
        ($0.personalNumber, $0.name, $0.municipality) = ("20140315-2380", "Alva Exempel", "0001")
        ($0.stage, $0.unit, $0.areas) = ("school", "school", ["safety", "home"])
        $0.observation = "Har ändrat sitt närvaromönster."
        $0.reporter = .with {
            ($0.name, $0.role, $0.organisation, $0.email) = ("Mia Mentor", "mentor", "education", "mia@example.org")
        }
        $0.guardians = [.with { ($0.name, $0.email) = ("Vera Exempel", "vera@example.org") }]
    }
}
