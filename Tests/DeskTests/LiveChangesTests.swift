import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import desk

@Suite("A case's pages learn of changes by server-sent events, which tell nothing but that there is one")
struct LiveChangesTests {
    private static func context(_ person: String, while isSignedIn: @escaping @Sendable () async -> Bool) -> DeskContext
    {
        var context = DeskContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "live")))
        context.signedIn = SignedIn(person: person, county: "TST", assurance: .three, at: ExampleCounty.monday)
        context.isStillSignedIn = isSignedIn
        return context
    }

    private static func respond(_ story: CaseStory, _ live: LiveChanges, _ context: DeskContext) async throws
        -> Response
    {
        let router = Router(context: DeskContext.self)
        live.add(to: router)
        let request = Request(
            head: .init(method: .get, scheme: nil, authority: nil, path: "/case/\(story.reference)/changes"),
            body: .init(buffer: ByteBuffer()))
        return try await router.buildResponder().respond(to: request, context: context)
    }

    /// What a browser would get, as it is sent.
    private struct Sink: ResponseBodyWriter {
        let feed: AsyncStream<String>.Continuation

        mutating func write(_ buffer: ByteBuffer) async throws { feed.yield(String(buffer: buffer)) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws { feed.finish() }
    }

    private static func follow(_ response: Response) -> AsyncStream<String> {
        let (lines, feed) = AsyncStream<String>.makeStream()
        let work = Task {
            defer { feed.finish() }
            try await response.body.write(Sink(feed: feed))
        }
        feed.onTermination = { _ in work.cancel() }
        return lines
    }

    private static func version(_ line: String) -> String? {
        line.firstMatch(of: #/^event: change\ndata: (.+)\n\n$/#).map { String($0.1) }
    }

    @Test(
        "the present version comes first, which the page has; then another with each change, and no content; the stream ends with the session"
    )
    func changes() async throws {
        let story = try await CaseStory()
        var live = LiveChanges(desk: story.tester.desk)
        (live.heartbeat, live.pause) = (.milliseconds(5), .zero)
        let isSignedIn = Guarded(true)
        let response = try await Self.respond(
            story, live, Self.context(CaseStory.owner) { isSignedIn.with { $0 } })
        #expect(response.headers[.contentType] == "text/event-stream")
        let page = try await story.tester.get("/case/\(story.reference)", as: CaseStory.owner)
        var versions: [String] = []
        var others: Set<String> = []
        for await line in Self.follow(response) {
            guard let version = Self.version(line) else {
                others.insert(line)
                continue
            }
            versions.append(version)
            if versions.count == 1 { try story.takeOn() } else { isSignedIn.with { $0 = false } }
        }
        #expect(page.html.contains(#"data-live="/case/\#(story.reference)/changes" data-seen="\#(versions[0])""#))
        #expect(Set(versions).count >= 2)
        #expect(others.isSubset(of: [":\n\n"]))
    }

    @Test("rule 13: it ends with the change that closes the case to its reader")
    func closed() async throws {
        var story = try await CaseStory()
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        var live = LiveChanges(desk: story.tester.desk)
        live.pause = .zero
        let response = try await Self.respond(story, live, Self.context(CaseStory.person("family")) { true })
        var count = 0
        for await line in Self.follow(response) where Self.version(line) != nil {
            count += 1
            if count == 1 { try await story.consent(.withdrawn) }
        }
        #expect(count >= 2)
    }

    @Test("nobody follows what they may not read, and nobody has more streams than they may, until one ends")
    func limits() async throws {
        let story = try await CaseStory()
        var live = LiveChanges(desk: story.tester.desk)
        live.streamsPerPerson = 2
        let owner = Self.context(CaseStory.owner) { true }
        await #expect(throws: NotShown.self) {
            _ = try await Self.respond(story, live, Self.context(CaseStory.person("chair")) { true })
        }
        var streams = [try await Self.respond(story, live, owner), try await Self.respond(story, live, owner)]
        #expect(try await Self.respond(story, live, owner).status == .tooManyRequests)
        _ = try await Self.respond(story, live, Self.context(CaseStory.person("manager")) { true })
        streams.removeLast()
        streams.append(try await Self.respond(story, live, owner))
        #expect(streams.map(\.status) == [.ok, .ok])
    }
}
