import Codec
import Foundation
import SwiftProtobuf

/// One of the year's cases. What happens in it follows the worked example: reported, taken on, heard, answered, consented,
/// concluded, met, followed up.
struct YearCase {
    /// What has happened by when.
    enum Stage: Int, CaseIterable {
        case reported, takenOn, heard, answered, consented, concluded, invited, met, followedUp

        /// Days after the report.
        var day: Int { [0, 1, 5, 10, 14, 20, 30, 45, 135][rawValue] }

        /// How many cases begin in that time.
        func cases(of year: Int) -> Int { day * year / 365 }

        static func last(of year: Int) -> Int { followedUp.cases(of: year) }
    }

    let number: Int
    /// Days since the report.
    let age: Int
    let unit: String
    let municipality: Int
    let opened: Date

    init(_ number: Int, of cases: Int) {
        self.number = number
        let seconds = Double(cases - number) / Double(cases) * 365 * 86_400
        age = Int(seconds / 86_400)
        opened = Self.now.addingTimeInterval(-seconds)
        if number.isMultiple(of: 50) {
            (unit, municipality) = (YearCounty.bigUnit, 0)
        } else {
            municipality = YearRandom.number(number, below: YearCounty.municipalities)
            unit = YearCounty.unit(municipality, YearRandom.number(number &* 3, below: YearCounty.owning))
        }
    }

    static let now = Date()

    var reference: String { "SRM-\(YearRandom.id(number &* 7).prefix(12).uppercased())" }
    var owner: String { YearCounty.person(unit, 0) }
    var delegate: String { number.isMultiple(of: 3) ? YearCounty.person(unit, 3) : "" }
    var isClosed: Bool { age >= Stage.followedUp.day && !number.isMultiple(of: 7) }
    private var meeting: String { "\(reference)-1" }
    private var staff: [String] {
        [
            owner, YearCounty.person(unit, 3), YearCounty.social(municipality, number),
            YearCounty.care(municipality, number),
        ]
    }

    func time(_ stage: Stage) -> Date { opened.addingTimeInterval(Double(stage.day) * 86_400) }

    // MARK: Status

    func status(_ stage: Stage) -> CaseStatus {
        let (phase, step) = place(stage)
        return .with {
            ($0.caseReference, $0.county, $0.unit) = (reference, YearCounty.code, unit)
            ($0.municipality, $0.owner, $0.delegate) = (YearCounty.municipality(municipality), owner, delegate)
            ($0.phase, $0.step, $0.opened) = (phase, step, .init(date: opened))
            if !step.isEmpty {
                // A quarter is overdue.
                let days = Double(YearRandom.number(number &* 5, below: 80) - 20)
                $0.due = .init(date: Self.now.addingTimeInterval(days * 86_400))
            }
            ($0.harmSuspected, $0.protectedIdentity) = (number.isMultiple(of: 12), number.isMultiple(of: 90))
            if number.isMultiple(of: 33) { $0.fallbackReason = "unit_unknown" }
            if stage.rawValue >= Stage.concluded.rawValue { $0.outcome = "cooperation" }
            if stage == .concluded { $0.awaited = ["g1"] }
            if stage.rawValue >= Stage.invited.rawValue {
                $0.shared = ["social_services", "health_care"].map { name in .with { $0.organisation = name } }
            }
            if stage.rawValue >= Stage.met.rawValue { $0.coordinator = staff[1] }
        }
    }

    private func place(_ stage: Stage) -> (phase: String, step: String) {
        switch stage {
        case .reported: ("mapping", "acknowledge")
        case .takenOn, .heard, .answered, .consented: ("mapping", "conclude")
        case .concluded: ("awaiting_consent", "consent")
        case .invited: ("cooperation", "meeting")
        case .met: ("cooperation", "plan_follow_up")
        case .followedUp: isClosed ? ("closed", "") : ("cooperation", "plan_follow_up")
        }
    }

    // MARK: Meeting

    func booked(answered: Bool = false) -> Meeting {
        .with {
            ($0.id, $0.caseReference, $0.county) = (meeting, reference, YearCounty.code)
            ($0.start, $0.end) = (.init(date: time(.met)), .init(date: time(.met) + 3_600))
            ($0.place, $0.namedPerson) = ("Rum 1, Exempelenheten", owner)
            $0.participants =
                staff.map { person in
                    .with {
                        ($0.person, $0.required) = (person, true)
                        $0.role = person == owner ? "named_person" : "teacher"
                        if answered { $0.answer = "accepted" }
                    }
                }
                + ["g1", "g2"].map { key in .with { ($0.person, $0.role, $0.family) = (key, "guardian", true) } }
        }
    }

    var plan: Plan {
        .with {
            $0.worksAlready = ["Bilden och slöjden fungerar bra.", "Mormor hämtar på tisdagar."]
            $0.measures = (1...4).map { number in
                .with {
                    ($0.id, $0.area, $0.text) = ("m\(number)", "learning", YearWords.text(self.number &+ number, 150))
                    ($0.responsible, $0.organisation, $0.date) = (staff[number % 4], "education", "2027-01-15")
                }
            }
            ($0.followUpDate, $0.sip) = ("2027-01-29", true)
        }
    }
}
