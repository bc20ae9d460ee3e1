import Domain
import GRDB
import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Synchronization

/// Tells a case's pages that it has changed: server-sent events (HTML Living Standard, 9.2) named `change`, whose data is the
/// case's version. Nothing of what has changed is sent: the page is read anew, which is a reading of its own.
///
/// A stream ends with the session, when its reader may no longer read the case, and when the desk stops.
struct LiveChanges: Sendable {
    let desk: DeskServices
    /// Browsers allow six connections to a host, and a hidden tab has none.
    var streamsPerPerson = 12
    /// A connection that is gone is noticed when something is written to it.
    var heartbeat: Duration
    /// The shortest time between two changes that are told, so that a burst costs little.
    var pause: Duration = .seconds(1)
    private let open = OpenStreams()

    init(desk: DeskServices, heartbeat: Duration = .seconds(15)) { (self.desk, self.heartbeat) = (desk, heartbeat) }

    func add(to router: Router<DeskContext>) {
        router.get("case/:reference/changes") { (_, context) -> Response in
            try await stream(of: context.parameters.require("reference"), context)
        }
    }

    /// - Throws: `HTTPError` 429 for somebody who has too many.
    private func stream(of reference: String, _ context: DeskContext) async throws -> Response {
        let person = try context.person()
        guard try await desk.cases.isOpen(reference, to: person) else { throw NotShown() }
        guard let place = open.place(for: person, atMost: streamsPerPerson) else { throw HTTPError(.tooManyRequests) }
        let isStillSignedIn = context.isStillSignedIn
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                defer { withExtendedLifetime(place) {} }
                try await send(changesOf: reference, to: person, while: isStillSignedIn, &writer)
                try await writer.finish(nil)
            })
    }

    private func send(
        changesOf reference: String, to person: SignedIn, while isStillSignedIn: @escaping @Sendable () async -> Bool,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A slow reader gets the newest.
            let (lines, feed) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(2))
            group.addTask {
                defer { feed.finish() }
                try await watch(reference, person) { feed.yield($0) }
            }
            group.addTask {
                defer { feed.finish() }
                // An access may end by time alone, or with the directory, without a change of the case.
                while await isStillSignedIn(), try await desk.cases.isOpen(reference, to: person) {
                    feed.yield(":\n\n")
                    try await Task.sleep(for: heartbeat)
                }
            }
            group.addTask {
                defer { feed.finish() }
                try await gracefulShutdown()
            }
            defer { group.cancelAll() }
            for await line in lines { try await writer.write(ByteBuffer(string: line)) }
        }
    }

    private func watch(
        _ reference: String, _ person: SignedIn, _ tell: @Sendable (String) -> Void
    ) async throws {
        let versions = ValueObservation.tracking { db in try db.version(of: reference) }.removeDuplicates()
        for try await version in versions.values(in: try desk.view.reader(), bufferingPolicy: .bufferingNewest(1)) {
            // An erased case has none, and whoever may no longer read it learns that by reading it.
            tell("event: change\ndata: \(version ?? "")\n\n")
            guard version != nil, try await desk.cases.isOpen(reference, to: person) else { return }
            try await Task.sleep(for: pause)
        }
    }
}

/// How many streams each person has.
private final class OpenStreams: Sendable {
    private let counts = Mutex<[SignedInPerson: Int]>([:])

    private struct SignedInPerson: Hashable {
        let county: String
        let person: String
    }

    /// One of a person's streams, until it is let go of.
    final class Place: Sendable {
        private let release: @Sendable () -> Void

        init(_ release: @escaping @Sendable () -> Void) { self.release = release }

        deinit { release() }
    }

    /// Nil where the person has as many as they may.
    func place(for signedIn: SignedIn, atMost limit: Int) -> Place? {
        let person = SignedInPerson(county: signedIn.county, person: signedIn.person)
        let isFree = counts.withLock { counts in
            guard counts[person, default: 0] < limit else { return false }
            counts[person, default: 0] += 1
            return true
        }
        guard isFree else { return nil }
        return Place { [self] in
            counts.withLock { counts in
                let left = counts[person, default: 1] - 1
                counts[person] = left > 0 ? left : nil
            }
        }
    }
}
