import Codec
import Domain
import Foundation
import Testing

@testable import desk

@Suite struct TmpRender {
    @Test func render() async throws {
        guard let dir = ProcessInfo.processInfo.environment["RENDER"] else { return }
        var story = try await CaseStory(isHarmSuspected: true)
        try story.takeOn()
        try story.delegate(to: CaseStory.person("teacher"))
        try await story.add(.organisation, .need, .home)
        try await story.add(.guardian, .strength, .home)
        try await story.add(.child, .need, .safety)
        try await story.add(.guardian, .notAsked, .home)
        try await story.add(.detector, .obstacle, .learning)
        try story.correct()
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        try await story.answerMeeting(CaseStory.person("nurse"), .accepted)
        func write(_ name: String, _ path: String, _ person: String) async throws {
            var html = try await story.tester.get("/case/\(story.reference)\(path)", as: CaseStory.person(person)).html
            html = html.replacing(#/\/assets\/[0-9a-f]*\//#, with: "/work/h7/Services/Desk/Assets/")
            try html.write(toFile: "\(dir)/\(name).html", atomically: true, encoding: .utf8)
        }
        try await write("meet-before", "/meetings", "head-school")
        try await story.holdMeeting()
        try story.familySpeaks(isAnswered: false)
        try await write("overview", "", "head-school")
        try await write("meetings", "/meetings", "head-school")
        try await write("print", "/print", "head-school")
        try await write("status", "", "county")
        try await write("closed", "", "chair")
        print(
            try await story.tester.post(
                "/case/NO-SUCH-CASE/emergency", ["id": UUID().uuidString, "reason": "Barnet."],
                as: CaseStory.person("head-bhv")
            ).html)
        try await write("emergency", "/emergency", "chair")
    }
}
