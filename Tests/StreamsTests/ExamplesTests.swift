import StreamsTestSupport
import Testing

@Suite("The example programs", .timeLimit(.minutes(2)))
struct ExamplesTests {
    @Test(
        "each runs on a broker of its own, and says what it says it does",
        arguments: [
            ("example-1-counting", ["milk: total 1", "tea: total 1", "tea: total 2", "tea: total 3"]),
            ("example-2-reminding", ["Ada: unanswered", "Bo: answered"]),
            ("example-3-wishing", ["(printing: Dear Kim, come and see us.)", "Kim: posted 26 letters"]),
        ])
    func runs(program: String, lines: [String]) async throws {
        let process = try ChildProcess(program, environment: [:])
        #expect(try await !process.ended())
        let text = process.text
        for line in lines { #expect(text.contains(line), "\(text)") }
    }
}
