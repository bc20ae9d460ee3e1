import CloudEvents
import Foundation
import StreamsTestSupport
import Testing

@testable import Streams

@Suite("When a state file can be trusted, and when there is room for it")
struct StateFileTests {
    @Test("a file that is none of LMDB's is replaced by an empty one, whoever vouches for it")
    func broken() throws {
        let bench = Bench()
        defer { bench.remove() }
        try Data(repeating: 7, count: 9_000).write(to: URL(filePath: bench.path))
        for mark in ["", "synced"] {
            try Data(mark.utf8).write(to: URL(filePath: TrustMark.path(of: bench.path)))
            let store = try bench.open()
            #expect(store.checkpoint == nil)
            #expect(try store.get([1]) == nil)
            store.close()
            try Data(repeating: 7, count: 9_000).write(to: URL(filePath: bench.path))
        }
    }

    @Test("a file that lost its end, or its second page, is replaced by an empty one", arguments: [4_096, 100_000])
    func truncated(size: Int64) throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for key in 0..<200 as Range<UInt8> { store.restore([key + 1], Bytes(repeating: key, count: 1_000)) }
        try store.flush(Bench.checkpoint)
        store.close()
        #expect(truncate(bench.path, off_t(size)) == 0)
        let again = try bench.open()
        #expect(again.checkpoint == nil)
        #expect(try bench.keys(again, []).isEmpty)
        again.restore([1], [1])
        try again.flush(Bench.checkpoint)
        #expect(try bench.keys(again, []) == [[1]])
    }

    @Test("after the machine has started anew, only a file that was synced is kept")
    func boots() throws {
        let bench = Bench()
        defer { bench.remove() }
        func flush(_ boot: String, closing: Bool) throws {
            let store = try bench.open(boot: boot)
            store.restore([1], [1])
            try store.flush(Bench.checkpoint)
            if closing { store.close() }
        }
        func isKept(_ boot: String) throws -> Bool { try bench.open(boot: boot).get([1]) != nil }

        try flush("first", closing: false)
        #expect(try isKept("first"))
        #expect(try !isKept("second"))
        try flush("second", closing: true)
        #expect(try isKept("third"))
        // A read does not make the file unsynced; a flush does.
        #expect(try isKept("fourth"))
        try flush("fourth", closing: false)
        #expect(try !isKept("fifth"))
    }

    @Test("what a first flush has left without a checkpoint stands for nothing")
    func unfinished() throws {
        let bench = Bench()
        defer { bench.remove() }
        var store: StateStore? = try bench.open(1 << 20)
        for number in 0..<30_000 { store?.restore(bench.key(number), Bytes(repeating: 1, count: 20)) }
        // Only the first of several transactions fits.
        #expect(throws: StateFileError.self) { try store?.flush(Bench.checkpoint) }
        store = nil
        store = try bench.open()
        #expect(store?.checkpoint == nil)
        #expect(try bench.keys(#require(store), []).isEmpty)
    }

    @Test("a file at its bound refuses the flush, loses nothing, and takes the rest when there is room")
    func bound() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open(4 << 20)
        store.restore(bench.key(0), [1])
        try store.flush(Bench.checkpoint)
        for number in 1..<2_000 { store.restore(bench.key(number), Bytes(repeating: 1, count: 4_000)) }
        let size = store.tailSize
        let later = StateStore.Checkpoint(offset: 9, cluster: "c", at: .now)
        for _ in 1...2 {
            let error = #expect(throws: StateFileError.self) { try store.flush(later) }
            guard case .full = error else { Issue.record("not full: \(String(describing: error))"); return }
        }
        #expect(store.checkpoint == Bench.checkpoint)
        #expect(store.tailSize == size)
        #expect(try store.get(bench.key(1_999))?.count == 4_000)
        #expect(try bench.sizeOnDisk <= 4 << 20)
        for number in 100..<2_000 { store.restore(bench.key(number), nil) }
        try store.flush(later)
        #expect(try bench.keys(bench.reopen(store), []).count == 100)
    }

    @Test("a full disk refuses the flush, loses nothing, and takes it when there is room")
    func fullDisk() throws {
        let bench = Bench()
        defer { bench.remove() }
        guard bench.mount(megabytes: 8) else {
            print("no file system of its own for the test of a full disk: it needs root and mount(2)")
            return
        }
        defer { bench.unmount() }
        let store = try bench.open()
        store.restore(bench.key(0), [1])
        try store.flush(Bench.checkpoint)
        for number in 1..<2_000 { store.restore(bench.key(number), Bytes(repeating: 1, count: 4_000)) }
        let later = StateStore.Checkpoint(offset: 9, cluster: "c", at: .now)
        for _ in 1...2 {
            let error = #expect(throws: StateFileError.self) { try store.flush(later) }
            guard case .full = error else { Issue.record("not full: \(String(describing: error))"); return }
        }
        #expect(store.checkpoint == Bench.checkpoint)
        #expect(try store.get(bench.key(1_999))?.count == 4_000)
        #expect(try bench.keys(store, []).count == 2_000)
        #expect(bench.mount(megabytes: 64, again: true))
        try store.flush(later)
        let again = try bench.reopen(store)
        #expect(again.checkpoint == later)
        #expect(try bench.keys(again, []).count == 2_000)
        again.close()
    }

    @Test("a file takes the disk's blocks for all of its map, however it grows")
    func allocation() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for round in 0..<4 {
            for number in 0..<1_000 {
                store.restore(bench.key(round * 1_000 + number), Bytes(repeating: 1, count: 4_000))
            }
            try store.flush(Bench.checkpoint)
            #expect(try bench.sizeOnDisk <= bench.blocksOnDisk)
        }
    }
}

extension Bench {
    func key(_ number: Int) -> Bytes { withUnsafeBytes(of: UInt64(number).bigEndian) { [7] + Bytes($0) } }

    fileprivate var sizeOnDisk: Int { get throws { Int(try status().st_size) } }
    fileprivate var blocksOnDisk: Int { get throws { Int(try status().st_blocks) * 512 } }

    private func status() throws -> stat {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status
    }

    /// Mounts a file system in memory on the folder, or changes its size.
    fileprivate func mount(megabytes: Int, again: Bool = false) -> Bool {
        let options = "size=\(megabytes)m"
        return Glibc.mount("tmpfs", folder.path, "tmpfs", again ? UInt(MS_REMOUNT) : 0, options) == 0
    }

    fileprivate func unmount() { umount2(folder.path, Int32(MNT_DETACH)) }
}
