import Domain
import IntakeCore
import StreamsTesting
import TestSupport
import Testing

@Suite("Intake's core: no child has two references while the secret is replaced, on values alone")
struct IndexedNumberTests {
    private static let secrets = ["the-first-secret", "the-second-secret", "the-third-secret"].map {
        $0 + "-of-at-least-32-characters"
    }

    private static func secrets(_ current: Int, previous: Int? = nil) throws -> KeySecrets {
        KeySecrets(try KeySecret(secrets[current]), previous: try previous.map { try KeySecret(secrets[$0]) })
    }

    /// Records lie in partitions, each of which keeps its order. Which partition is read next is left to chance.
    private struct Log {
        enum Content {
            case search(IndexedNumber.Search)
            case move(IndexedNumber.Move)
        }

        struct Message {
            let child: Int
            let bucket: String
            let content: Content
        }

        let numbers: [PersonalNumber]
        var secrets: KeySecrets
        var random: SeededGenerator
        /// How often a record is read twice: one time in so many.
        var redelivery = 4
        private(set) var buckets: [String: NumberIndex] = [:]
        private(set) var answers: [Int: Set<String>] = [:]
        private var partitions: [[Message]] = .init(repeating: [], count: 3)
        private var drawn: UInt8 = 0

        init(children: Int, _ secrets: KeySecrets, seed: UInt64) {
            var given = FictionalNumbers(seed: seed)
            (numbers, self.secrets) = ((0..<children).map { _ in given.next() }, secrets)
            random = SeededGenerator(seed: seed)
        }

        private func indexed(_ child: Int) -> IndexedNumber { IndexedNumber(numbers[child], secrets) }

        mutating func report(_ child: Int) throws { try send(child, to: indexed(child).firstBucket, .search(.init())) }

        /// What `keys rotate-index` begins for a child that is known.
        mutating func rehash(_ child: Int) throws {
            guard let reference = answers[child]?.first else { return }
            try send(child, to: indexed(child).currentBucket, .move(.init(reference)))
        }

        private mutating func send(_ child: Int, to bucket: String, _ content: Content) throws {
            partitions[try #require(Int(bucket, radix: 16)) % 3].append(
                Message(child: child, bucket: bucket, content: content))
        }

        /// - Returns: whether there was a record.
        mutating func step() throws -> Bool {
            let open = partitions.indices.filter { !partitions[$0].isEmpty }
            guard let next = open.randomElement(using: &random) else { return false }
            let message = partitions[next].removeFirst()
            try read(message)
            if Int.random(in: 0..<redelivery, using: &random) == 0 { try read(message) }
            return true
        }

        private mutating func read(_ message: Message) throws {
            let number = indexed(message.child)
            var index = buckets[message.bucket] ?? NumberIndex()
            defer { buckets[message.bucket] = index }
            switch message.content {
            case .search(let search):
                switch number.find(in: &index, bucket: message.bucket, search) {
                case .elsewhere(let bucket, let search): try send(message.child, to: bucket, .search(search))
                case .known(let reference, let leftIn):
                    answers[message.child, default: []].insert(reference)
                    if let leftIn { try send(message.child, to: leftIn, .move(number.entered(reference))) }
                case .new:
                    drawn += 1
                    let reference = number.draw(in: &index, county: "TST") { [drawn] count in
                        [UInt8](repeating: drawn, count: count)
                    }
                    answers[message.child, default: []].insert(reference)
                }
            case .move(var move):
                if let bucket = number.move(&move, in: &index, bucket: message.bucket) {
                    try send(message.child, to: bucket, .move(move))
                }
            }
        }

        mutating func drain() throws { while try step() {} }

        /// Some reports and rotations, while some records are read.
        mutating func load(_ count: Int) throws {
            for _ in 0..<count {
                let child = Int.random(in: numbers.indices, using: &random)
                if Int.random(in: 0..<4, using: &random) == 0 { try rehash(child) } else { try report(child) }
                if Bool.random(using: &random) { _ = try step() }
            }
        }

        /// The references that the index holds under the current secret, by child.
        var current: [String?] {
            numbers.map { number in
                let hash = NumberHash(number, secret: secrets.current)
                return buckets[hash.bucket]?.references[hash]
            }
        }

        var entries: Int { buckets.values.map(\.references.count).reduce(0, +) }
    }

    @Test(
        "rule 6: in whatever order records are read, and read twice, a child keeps its reference through a new secret, a way back, and two more",
        arguments: 0..<300 as Range<UInt64>)
    func interleavings(seed: UInt64) throws {
        var log = Log(children: 4, try Self.secrets(0), seed: seed)
        // Some of the reports are on their way when the secrets change, each time.
        for (current, previous) in [(0, nil), (1, 0), (0, 1)] as [(Int, Int?)] {
            log.secrets = try Self.secrets(current, previous: previous)
            try log.load(12)
        }
        for child in log.numbers.indices { try log.report(child) }
        // Only when all are hashed anew is the previous secret dropped, or another one set.
        for next in [2, 1] {
            let former = log.secrets.current
            try log.drain()
            for child in log.numbers.indices { try log.rehash(child) }
            try log.drain()
            #expect(log.entries == log.numbers.count)
            log.secrets = KeySecrets(former)
            try log.load(12)
            log.secrets = KeySecrets(try KeySecret(Self.secrets[next]), previous: former)
            try log.load(12)
        }
        for child in log.numbers.indices { try log.rehash(child) }
        try log.drain()
        #expect(log.answers.count == log.numbers.count && log.answers.values.allSatisfy { $0.count == 1 })
        #expect(log.current == log.numbers.indices.map { log.answers[$0]?.first })
        #expect(log.entries == log.numbers.count)
    }

    @Test(
        "two hundred children keep their references, half by a report and half by command, and nothing is left of the old secret"
    )
    func halves() throws {
        var log = Log(children: 200, try Self.secrets(0), seed: 22)
        for child in log.numbers.indices { try log.report(child) }
        try log.drain()
        let before = log.current
        #expect(before.allSatisfy { $0 != nil })
        log.secrets = try Self.secrets(1, previous: 0)
        for child in log.numbers.indices {
            if child.isMultiple(of: 2) { try log.report(child) } else { try log.rehash(child) }
        }
        try log.drain()
        #expect(log.current == before && log.entries == log.numbers.count)
    }

    @Test("without the previous secret a child is new; a rotation by command does not need it")
    func withoutPrevious() throws {
        var log = Log(children: 1, try Self.secrets(0), seed: 1)
        try log.report(0)
        try log.drain()
        var forgotten = log
        log.secrets = try Self.secrets(1)
        try log.rehash(0)
        try log.report(0)
        try log.drain()
        #expect(log.answers[0]?.count == 1)
        forgotten.secrets = try Self.secrets(1)
        try forgotten.report(0)
        try forgotten.drain()
        #expect(forgotten.answers[0]?.count == 2)
    }

    @Test("a child whose two hashes lie in one bucket of the index has one entry there, under the current secret")
    func oneBucket() throws {
        let number = try PersonalNumber("20140315-2380", today: #require(LocalDate("2026-11-23")))
        let old = try KeySecret(Self.secrets[0])
        let bucket = NumberHash(number, secret: old).bucket
        // One secret in 4,096 does it.
        let new = try #require(
            (0..<100_000).lazy.compactMap { try? KeySecret("a-secret-of-at-least-32-characters-\($0)") }
                .first { NumberHash(number, secret: $0).bucket == bucket })
        let child = IndexedNumber(number, KeySecrets(new, previous: old))
        var index = NumberIndex([NumberHash(number, secret: old): "TST-AAAA-AAAA-AA"])
        #expect(child.find(in: &index, bucket: bucket) == .known(reference: "TST-AAAA-AAAA-AA", leftIn: bucket))
        var move = child.entered("TST-AAAA-AAAA-AA")
        #expect(child.move(&move, in: &index, bucket: bucket) == nil)
        #expect(index.references == [NumberHash(number, secret: new): "TST-AAAA-AAAA-AA"])
    }

    @Test("a bucket that is full takes the entry of a child that was known under the previous secret")
    func full() throws {
        let number = try PersonalNumber("20140315-2380", today: #require(LocalDate("2026-11-23")))
        let secrets = try Self.secrets(1, previous: 0)
        let child = IndexedNumber(number, secrets)
        let others = (0..<NumberIndex.largestCount).map { (NumberHash(stored: "\($0)"), "OTH-\($0)") }
        var index = NumberIndex(Dictionary(uniqueKeysWithValues: others))
        let search = IndexedNumber.Search(
            found: "TST-AAAA-AAAA-AA", askedUnder: try #require(secrets.previous).id)
        #expect(index.isFull)
        #expect(
            child.find(in: &index, bucket: child.currentBucket, search)
                == .known(reference: "TST-AAAA-AAAA-AA", leftIn: child.firstBucket))
        #expect(index.references.count == NumberIndex.largestCount + 1)
    }

    @Test("two secrets have two ids, and the id is not the secret's beginning")
    func ids() throws {
        let ids = try Self.secrets.map { try KeySecret($0).id }
        #expect(Set(ids).count == 3 && ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{16}/) != nil })
        #expect(try KeySecret(Self.secrets[0]).id == ids[0])
    }
}
