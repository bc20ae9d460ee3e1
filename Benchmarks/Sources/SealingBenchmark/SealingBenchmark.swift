import CloudEvents
import Crypto
import Foundation
import Streams

/// What sealing costs an event beside AES-GCM itself, and what a million data keys take. Prints Markdown.
///
/// "AES alone" seals and opens the same bytes with the same key and as many authenticated bytes.
@main enum SealingBenchmark {
    private static let rounds = 5
    private static let count = 200_000
    private static let names = (0..<1_000).map { "SRM-\($0)" }

    static func main() throws {
        print("| payload | AES alone | seal | beyond AES | AES alone | open | beyond AES | not personal |")
        print("|---|---|---|---|---|---|---|---|")
        for size in [200, 600, 4_000] { print(try row(size)) }
        try printKeys(1_000_000)
    }

    private static func row(_ size: Int) throws -> String {
        let keyring = try keyring()
        let payload = Bytes(repeating: 7, count: size)
        let events = (0..<1_000).map { event("\($0)", "personal", payload) }
        let plain = (0..<1_000).map { event("\($0)", "plain", payload) }
        let keys = try names.map { name in
            guard let key = try keyring.key(name) else { throw KeyUnusable("no key \(name)") }
            return key
        }
        let associated = Bytes(repeating: 1, count: 60)
        let boxes = try keys.map { try AES.GCM.seal(payload, using: $0, authenticating: associated) }
        let sealed = try events.indices.map { index in
            var event = try keyring.seal(events[index], under: names[index])
            event.data = []
            return event
        }
        let seal = try best { try keyring.seal(events[$0], under: names[$0]) }
        let open = try best { try keyring.open(sealed[$0], isFromOutside: false) }
        let aesSeal = try best { index in
            Bytes(try AES.GCM.seal(payload, using: keys[index], authenticating: associated).combined ?? Data())
        }
        let aesOpen = try best { Bytes(try AES.GCM.open(boxes[$0], using: keys[$0], authenticating: associated)) }
        let other = try best { try keyring.open(plain[$0], isFromOutside: false) }
        let times = [aesSeal, seal, seal - aesSeal, aesOpen, open, open - aesOpen, other]
        return "| \(size) bytes | " + times.map { String(format: "%.2f µs", $0) }.joined(separator: " | ") + " |"
    }

    /// The best of the rounds, in microseconds of processor time for one.
    private static func best<Result>(_ body: (Int) throws -> Result) throws -> Double {
        var best = Double.infinity
        for _ in 0..<rounds {
            let begin = processorTime()
            for index in 0..<count { withExtendedLifetime(try body(index % 1_000)) {} }
            best = min(best, (processorTime() - begin) / Double(count) * 1e6)
        }
        return best
    }

    /// Seconds that this thread has worked.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func event(_ id: String, _ type: String, _ data: Bytes) -> Event {
        Event(id: id, source: "benchmark", type: type, time: Date(), data: data)
    }

    // MARK: Keys

    private static func keyring() throws -> Keyring {
        let sealing = Sealing(keys: KeyTable("keys") { $1 }, keyEncryption: Clear()) { $0 == "personal" }
        let globals = Globals([sealing.keys], sealing: sealing, application: "benchmark")
        guard let keyring = globals.keyring else { throw KeyUnusable("no keyring") }
        for name in names { try globals.apply("keys", name, Bytes(repeating: UInt8(name.utf8.count), count: 60)) }
        keyring.isComplete = true
        return keyring
    }

    /// How much the process grows by so many wrapped keys, each of 64 bytes.
    private static func printKeys(_ count: Int) throws {
        let content = KeyTable("keys") { $1 }.empty()
        let before = residentBytes()
        for index in 0..<count { try content.apply("SRM-4K7Q-\(index)", Bytes(repeating: 1, count: 64)) }
        let grown = withExtendedLifetime(content) { residentBytes() - before }
        print("\n\(count) data keys take \(grown / 1_000_000) MB of memory in each stream thread.")
    }

    private static func residentBytes() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { Int($0[1]) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Wraps nothing: unwrapping is done once a key, and is not what is measured.
private struct Clear: KeyEncryption {
    func wrap(_ key: SymmetricKey, named name: String) -> Bytes { key.withUnsafeBytes { Bytes($0) } }
    func unwrap(_ wrapped: Bytes, named name: String) -> SymmetricKey { SymmetricKey(data: wrapped.prefix(32)) }
    func ownKeyName(of application: String) -> String { "~\(application)" }
    func ownKey(named name: String) -> SymmetricKey? { nil }
}
