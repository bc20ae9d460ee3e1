import Codec
import Domain
import Foundation
import Streams
import SwiftProtobuf
import TestSupport
import Testing

import enum MeetingsCore.Scheduler

@testable import meetings

@Suite("Rule 18 at the size of a county")
struct CountyTests {
    @Test("5 000 meetings for 400 staff: none of them is ever in two places")
    func many() throws {
        let staff = 400
        let directory = try ExampleCounty.changed { county in
            county.people += (0..<staff).map { index in
                .with {
                    ($0.id, $0.name, $0.email) = ("p\(index)", "P Exempelson", "p\(index)@example.org")
                    ($0.unit, $0.role) = (index.isMultiple(of: 2) ? "social" : "care", "r\(index)")
                }
            }
            county.participants = ExampleCounty.nobodyCalled
            county.rooms = (0..<40).map { index in .with { ($0.name, $0.municipality) = ("Rum \(index)", "0001") } }
        }
        var tester = CooperationTester()
        tester.tester.directory = directory
        var random = SeededGenerator(seed: 18)
        var rows: [String] = []
        var began = ContinuousClock.now
        for number in 0..<5_000 {
            // Each with the same table of one row, for one of the staff, beside one of them as named person.
            let (first, second) = (Int.random(in: 0..<staff, using: &random), Int.random(in: 0..<staff, using: &random))
            tester.tester.directory.counties["TST"]?.participants = [
                .init(
                    organisation: .socialServices, stages: [], areas: [],
                    who: .role("r\(second)", isRequired: true))
            ]
            try tester.send(
                CooperationTester.callMeeting {
                    ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = (
                        "C\(number)", "TST", "school", "p\(first)"
                    )
                    ($0.areas, $0.organisations, $0.latestDate) = (["safety"], ["social_services"], "2027-03-31")
                })
            if (number + 1).isMultiple(of: 1_000) {
                let each = (ContinuousClock.now - began) / 1_000
                rows.append("\(number + 1) meetings: \(each) a booking")
                began = .now
            }
        }
        print(rows.joined(separator: "\n"))
        var booked = 0
        for index in 0..<staff {
            let slots = try tester.bookings("p\(index)").map { Scheduler.Slot(start: $0.start, end: $0.end) }
                .sorted { $0.start < $1.start }
            booked += slots.count
            #expect(zip(slots, slots.dropFirst()).allSatisfy { !$0.overlaps($1) }, "p\(index) twice")
        }
        let meetings = tester.facts(MeetingScheduled.self).map(\.meeting)
        let staffAtMeetings = meetings.flatMap(\.participants).count { !$0.family }
        #expect(meetings.count == 5_000 && booked == staffAtMeetings)
    }
}
