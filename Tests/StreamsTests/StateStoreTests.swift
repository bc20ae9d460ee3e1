import CloudEvents
import Foundation
import StreamsTestSupport
import StreamsTesting
import Testing

@testable import Streams

@Suite("The state store")
struct StateStoreTests {
    @Test("a file that contradicted itself is gone when it is closed, so that the next start restores it")
    func distrusted() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        store.restore([1], [1, 1])
        try store.flush(Bench.checkpoint)
        store.markCorrupt()
        store.close()
        let again = try bench.open()
        #expect(again.checkpoint == nil)
        #expect(try again.get([1]) == nil)
    }

    @Test("a store keeps what was flushed, and only that, over a restart")
    func restart() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        store.write([1], [1, 1])
        store.write([2], [1, 2])
        store.commitStep()
        try store.flush(Bench.checkpoint)
        store.write([1], nil)
        store.commitStep()
        #expect(try store.get([1]) == nil)
        store.close()
        let again = try bench.open()
        #expect(again.checkpoint == Bench.checkpoint)
        #expect(try again.get([1]) == [1, 1])
        #expect(try again.get([2]) == [1, 2])
    }

    @Test("an aborted step leaves nothing, and the overlay is read before the file")
    func layers() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        store.write([1, 1], [1, 1])
        store.commitStep()
        try store.flush(Bench.checkpoint)
        store.write([1, 2], [1, 2])
        store.commitStep()
        let size = store.tailSize
        store.write([1, 1], nil)
        store.write([1, 3], [1, 3])
        store.write([1, 3], [1, 3, 3])
        #expect(try bench.keys(store, [1]) == [[1, 2], [1, 3]])
        store.dropStep()
        #expect(try bench.keys(store, [1]) == [[1, 1], [1, 2]])
        #expect(try store.get([1, 3]) == nil)
        #expect(store.tailSize == size)
    }

    @Test("a scan stops when it is told to, in the file, in the overlay and between them")
    func stopping() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for key in [2, 4] as Bytes { store.restore([7, key], [key]) }
        try store.flush(Bench.checkpoint)
        for key in [1, 3, 5] as Bytes { store.restore([7, key], [key]) }
        for count in 1...5 {
            var seen: [UInt8] = []
            try store.scan([7]) { _, value in
                seen.append(value[0])
                return seen.count < count
            }
            #expect(seen == Bytes(1...UInt8(count)))
        }
    }

    @Test("a scan goes page by page")
    func paging() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for key in 0..<10 as Range<UInt8> { store.restore([7, key], [key]) }
        try store.flush(Bench.checkpoint)
        for key in 5..<15 as Range<UInt8> { store.restore([7, key], [key]) }
        store.restore([8], [0])
        var (seen, last): ([UInt8], Bytes?) = ([], nil)
        while true {
            let page = try store.scan([7], after: last, limit: 4)
            guard let end = page.last else { break }
            (seen, last) = (seen + page.map { $0.value[0] }, end.key)
        }
        #expect(seen == Bytes(0..<15))
    }

    @Test("keys longer than LMDB's are kept like others, in order")
    func longKeys() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        let stem = Bytes(repeating: 7, count: 439)
        let keys: [Bytes] = ([[], [1], [1, 0], [1, 1], [1, 2, 3], [2]] as [Bytes]).map { stem + $0 }
        let longest = (0..<20 as Range<UInt8>).map { stem + Bytes(repeating: 1, count: 500) + [$0] }
        let all = (keys + longest).sorted { $0.lexicographicallyPrecedes($1) }
        for key in all.reversed() { store.restore(key, Bytes(key.suffix(3))) }
        try store.flush(Bench.checkpoint)
        #expect(try bench.keys(store, stem) == all)
        #expect(try bench.keys(store, stem + [1, 1]) == all.filter { $0.starts(with: stem + [1, 1]) })
        #expect(try store.scan(stem, after: longest[4], limit: 3).map(\.key) == Array(longest[5...7]))
        for key in all { #expect(try store.get(key) == Bytes(key.suffix(3))) }
        for key in longest { store.restore(key, nil) }
        try store.flush(Bench.checkpoint)
        #expect(try bench.keys(store, []) == keys)
    }

    @Test("whatever happens to it, a store says what a simple dictionary would", arguments: Array<UInt64>(1...8))
    func model(seed: UInt64) throws {
        var run = try ModelRun(seed: seed)
        defer { run.bench.remove() }
        for _ in 0..<600 { try run.move() }
    }

    @Test("what is wiped is gone, and the store goes on")
    func wiping() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        try store.wipe()
        store.restore([1], [1])
        try store.flush(Bench.checkpoint)
        store.restore([2], [2])
        try store.wipe()
        #expect(store.checkpoint == nil && !store.hasTail && store.tailSize == 0)
        #expect(try bench.keys(store, []).isEmpty)
        store.restore([3], [3])
        try store.flush(Bench.checkpoint)
        #expect(try bench.keys(bench.reopen(store), []) == [[3]])
    }

    @Test("a file that is set aside stays as it is, and the store begins anew")
    func settingAside() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for round in 1...2 as ClosedRange<UInt8> {
            store.restore([round], [round])
            try store.flush(Bench.checkpoint)
            let aside = try store.setAside()
            #expect(aside == bench.path + ".lost")
            #expect(store.checkpoint == nil)
            #expect(try bench.keys(store, []).isEmpty)
            let evidence = try StateStore(path: aside)
            #expect(try evidence.get([round]) == [round])
            evidence.close()
        }
    }

    @Test("a file has one store at a time")
    func locking() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        #expect(throws: StateFileError.self) { try bench.open() }
        store.close()
        #expect(throws: StateFileError.self) { try store.get([1]) }
        _ = try bench.open()
    }
}

/// A state file for one test.
struct Bench {
    static let checkpoint = StateStore.Checkpoint(offset: 7, cluster: "c", at: Date(timeIntervalSince1970: 1_000))

    let folder = TemporaryFolder()
    var path: String { folder.path + "/0.mdb" }

    func open(_ maximumSize: Int = 64 << 30, boot: String = "this-boot") throws -> StateStore {
        try StateStore(path: path, maximumSize: maximumSize, boot: boot)
    }

    func reopen(_ store: StateStore) throws -> StateStore {
        store.close()
        return try open()
    }

    func keys(_ store: StateStore, _ prefix: Bytes) throws -> [Bytes] {
        try store.scan(prefix, after: nil, limit: .max).map(\.key)
    }

    func remove() { folder.remove() }
}

/// Random operations on a store, each repeated on dictionaries.
private struct ModelRun {
    let bench = Bench()
    private var store: StateStore?
    private var random: SeededGenerator
    private var flushed: [Bytes: Bytes] = [:]
    private var committed: [Bytes: Bytes] = [:]
    private var step: [Bytes: Bytes] = [:]

    init(seed: UInt64) throws {
        (random, store) = (SeededGenerator(seed: seed), try bench.open())
    }

    mutating func move() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<50:
            let (key, value) = entry()
            store?.write(key, value)
            step[key] = value
        case 50..<60: endStep(keeping: true)
        case 60..<68: endStep(keeping: false)
        case 68..<76:
            endStep(keeping: true)
            let (key, value) = entry()
            store?.restore(key, value)
            committed[key] = value
            step = committed
        case 76..<86:
            endStep(keeping: Bool.random(using: &random))
            try store?.flush(Bench.checkpoint)
            flushed = committed
            #expect(store?.hasTail == false && store?.tailSize == 0)
        case 86..<90:
            // Sometimes after a close, sometimes as after a crash.
            if Bool.random(using: &random) { store?.close() }
            store = nil
            store = try bench.open()
            (committed, step) = (flushed, flushed)
        default: break
        }
        try compare(#require(store))
    }

    private mutating func endStep(keeping: Bool) {
        if keeping { store?.commitStep() } else { store?.dropStep() }
        if keeping { committed = step } else { step = committed }
    }

    private mutating func entry() -> (Bytes, Bytes?) {
        let isDeletion = Int.random(in: 0..<4, using: &random) == 0
        let number = UInt8.random(in: 0..<30, using: &random)
        if Bool.random(using: &random) {
            let origin = Bytes(repeating: number, count: 16)
            let value = StateValue.encode(
                StoredReminder.bytes(
                    Date(timeIntervalSince1970: Double(Int.random(in: -3...20, using: &random))), origin: origin,
                    failed: Int.random(in: 0..<5, using: &random) == 0))
            return (StoredReminder.key("key", "\(number)"), isDeletion ? nil : value)
        }
        let length = Int.random(in: 0..<3, using: &random) == 0 ? Int.random(in: 430..<900, using: &random) : 1
        return ([7, number % 3] + Bytes(repeating: number, count: length), isDeletion ? nil : [number])
    }

    private mutating func compare(_ store: StateStore) throws {
        let sorted = step.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for prefix in [[], [7], [7, 1], StateKey.reminders] as [Bytes] {
            let expected = sorted.filter { $0.key.starts(with: prefix) }
            let found = try store.scan(prefix, after: nil, limit: .max)
            #expect(found.map(\.key) == expected.map(\.key))
            #expect(found.map(\.value) == expected.map(\.value))
        }
        let (key, _) = entry()
        #expect(try store.get(key) == step[key])

        let reminders = sorted.filter { $0.key.starts(with: StateKey.reminders) }
        let waiting = try reminders.filter { try !StoredReminder.isFailed($0.value) }
            .map { (try StoredReminder.reminder($0.key, $0.value).due, $0.key) }
            .min { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1.lexicographicallyPrecedes($1.1) }
        #expect(try store.firstReminder()?.key == waiting?.1)
        let failed = try reminders.filter { try StoredReminder.isFailed($0.value) }.map(\.key)
        #expect(try store.firstFailedReminder(after: nil)?.key == failed.first)
        if failed.count > 1 { #expect(try store.firstFailedReminder(after: failed[0])?.key == failed[1]) }
    }
}
