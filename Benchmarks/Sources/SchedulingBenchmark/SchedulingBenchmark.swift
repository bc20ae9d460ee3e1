import Domain
import Foundation
import MeetingsCore

/// How long the solver takes for one answer, by how full people's calendars are. Prints a Markdown table.
@main enum SchedulingBenchmark {
    private static let staff = 400
    private static let rooms = (0..<50).map { "Rum \($0)" }
    private static let first = LocalDate("2027-01-11") ?? LocalDate(number: 0)
    private static let days = 60
    private static let questions = 2_000

    static func main() {
        print("| calendars | with a time | median | 99 of 100 | without a time, median |")
        print("|---|---|---|---|---|")
        for fill in [0, 25, 50, 75, 90, 95] { print(row(fill)) }
    }

    private static func row(_ fill: Int) -> String {
        var random = Seeded(state: UInt64(fill) + 1)
        let people = (0..<staff).map { person($0, fill, &random) }
        let taken = Dictionary(
            uniqueKeysWithValues: (0...days + 70).map { ahead in
                let day = first.plus(ahead)
                return (day, Dictionary(uniqueKeysWithValues: rooms.map { ($0, quarters(day, fill, &random)) }))
            })
        var found: [Duration] = []
        var none: [Duration] = []
        for _ in 0..<questions {
            let chosen = (0..<6).map { _ in people[Int(random.next() % UInt64(staff))] }
            let question = Scheduler.Question(
                required: Array(chosen.prefix(4)), optional: Array(chosen.suffix(2)), minutes: 60, first: first,
                last: first.plus(20), rooms: rooms, taken: { taken[$0] ?? [:] },
                travel: { $0 == $1 ? 0 : 20 }, canBeDigital: true)
            let begin = ContinuousClock.now
            let answer = Scheduler.answer(question)
            let spent = ContinuousClock.now - begin
            if case .choice = answer { found.append(spent) } else { none.append(spent) }
        }
        return
            "| \(fill) % full | \(found.count * 100 / questions) % | \(at(50, found)) | \(at(99, found)) | \(at(50, none)) |"
    }

    /// At work from eight to five; each hour is taken with the probability, half of the times by a meeting at a place.
    private static func person(_ index: Int, _ fill: Int, _ random: inout Seeded) -> Scheduler.Calendar {
        var calendar = Scheduler.Calendar(
            person: "p\(index)",
            hours: Dictionary(uniqueKeysWithValues: (1...5).map { ($0, WorkingHours(from: 480, to: 1_020)) }), busy: [])
        for ahead in 0...days where WorkingDays.isWorkingDay(first.plus(ahead)) {
            let start = Int64(CivilTime.instant(first.plus(ahead), minute: 480).timeIntervalSince1970)
            for hour in 0..<9 where Int(random.next() % 100) < fill {
                let slot = Scheduler.Slot(start: start + Int64(hour) * 3_600, end: start + Int64(hour + 1) * 3_600)
                if random.next() % 2 == 0 {
                    calendar.busy.append(slot)
                } else {
                    calendar.visits.append(.init(slot: slot, place: rooms[Int(random.next() % UInt64(rooms.count))]))
                }
            }
        }
        return calendar
    }

    private static func quarters(_ day: LocalDate, _ fill: Int, _ random: inout Seeded) -> Scheduler.Quarters {
        (8..<17).reduce(0) { bits, hour in
            Int(random.next() % 100) < fill / 2 ? bits | 0b1111 << Scheduler.Quarters(hour * 4) : bits
        }
    }

    private static func at(_ percent: Int, _ times: [Duration]) -> String {
        guard !times.isEmpty else { return "–" }
        let time = times.sorted()[min(times.count - 1, times.count * percent / 100)]
        return
            "\(time / .microseconds(1) >= 1_000 ? "\((time / .milliseconds(1)).rounded(1)) ms" : "\(Int(time / .microseconds(1))) µs")"
    }

    private struct Seeded {
        var state: UInt64

        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

extension Double {
    fileprivate func rounded(_ digits: Int) -> Double {
        let scale = pow(10, Double(digits))
        return (self * scale).rounded() / scale
    }
}
