import Domain

/// A guardian on record: a key, keyed hashes by which they are known again, and how they have been described.
package struct KnownGuardian: Sendable, Equatable {
    package var key: String
    package var aliases: [Alias]
    /// What is said later is added. Nothing that was said before is lost.
    package var described: [Guardian]

    fileprivate static let aliasesKept = 16
    private static let descriptionsKept = 4

    package init(key: String, aliases: [Alias], described: [Guardian]) {
        (self.key, self.aliases, self.described) = (key, aliases, described)
    }

    /// A description that says no more than another is left out. The first ones stay.
    fileprivate mutating func add(_ description: Guardian) {
        if described.contains(where: { $0.saysAll(of: description) }) { return }
        described.removeAll { description.saysAll(of: $0) }
        described = Array((described + [description]).prefix(Self.descriptionsKept))
    }

    /// What a guardian has been called, as a keyed hash.
    package struct Alias: Sendable, Hashable {
        package let kind: Kind
        package let hash: String

        package enum Kind: Sendable, Hashable, CaseIterable {
            case number, emailAndName, name

            /// Stands before the hash in what is stored, and goes into the guardian's key. Never changed.
            package var letter: Character {
                switch self {
                case .number: "n"
                case .emailAndName: "e"
                case .name: "s"
                }
            }
        }

        package init(_ kind: Kind, hash: String) { (self.kind, self.hash) = (kind, hash) }

        /// The letter of the kind, then the hash.
        package var text: String { "\(kind.letter)\(hash)" }

        fileprivate func key(_ child: Hashing) -> String { child.hash(text) }

        fileprivate init(_ kind: Kind, of text: String, _ child: Hashing) {
            self.init(kind, hash: child.hash("\(kind.letter) \(text)"))
        }
    }

    /// The same number; where one of them has none, the same name and address, or a name where nothing else is known.
    fileprivate func isSame(as aliases: [Alias]) -> Bool {
        let common = Set(self.aliases).intersection(aliases)
        let kinds = (known: Set(self.aliases.map(\.kind)), reported: Set(aliases.map(\.kind)))
        if kinds.known.contains(.number), kinds.reported.contains(.number) {
            return common.contains { $0.kind == .number }
        }
        let isNameOnly = kinds.known.isSubset(of: [.name]) || kinds.reported.isSubset(of: [.name])
        return common.contains { $0.kind == .emailAndName || (isNameOnly && $0.kind == .name) }
    }
}

/// Hashes what guardians have been called. Each child's case has hashes of its own.
private struct Hashing {
    let reference: String
    let secret: KeySecret

    func hash(_ text: String) -> String { GuardianKey(Personal(text), of: reference, secret: secret).text }
}

extension Guardian {
    fileprivate func saysAll(of other: Guardian) -> Bool {
        func says(_ field: KeyPath<Guardian, String>) -> Bool {
            other[keyPath: field].isEmpty || other[keyPath: field] == self[keyPath: field]
        }
        return says(\.name) && says(\.personalNumber) && says(\.email) && says(\.phone)
    }

    /// The strongest first.
    fileprivate func aliases(_ child: Hashing) -> (first: KnownGuardian.Alias, all: [KnownGuardian.Alias]) {
        let name = KnownGuardian.Alias(.name, of: name, child)
        var stronger: [KnownGuardian.Alias] = []
        let digits = personalNumber.filter(\.isNumber)
        if digits.count >= 10 { stronger.append(.init(.number, of: String(digits.suffix(10)), child)) }
        if !email.isEmpty { stronger.append(.init(.emailAndName, of: "\(email)|\(self.name)", child)) }
        return (stronger.first ?? name, stronger + [name])
    }
}

extension KnownChild {
    private static let describedKept = 20

    /// All guardians as they have been described, by all reports.
    var describedGuardians: [Guardian] { Array(guardians.flatMap(\.described).prefix(Self.describedKept)) }

    /// The keys of a report's guardians. A guardian who is known keeps the key.
    ///
    /// Rule 12 needs every guardian's consent. One guardian with two keys is asked twice, which a person sorts out. Two
    /// guardians with one key would be one consent too few. So two descriptions are one guardian only where they cannot
    /// be two people. Two guardians of one report always are two.
    mutating func recordGuardians(_ reported: [Guardian], _ secret: KeySecret) -> [String] {
        let child = Hashing(reference: reference, secret: secret)
        var used: Set<Int> = []
        return reported.map { guardian in
            let aliases = guardian.aliases(child)
            let known = guardians.indices.first { !used.contains($0) && guardians[$0].isSame(as: aliases.all) }
            // Without room nobody is known again by other words. That is one key too many at worst.
            guard known != nil || guardians.count < Self.guardiansKept else { return aliases.first.key(child) }
            let index = known ?? addGuardian(aliases.first, child)
            used.insert(index)
            guardians[index].aliases = Array(
                (guardians[index].aliases + aliases.all).uniqued().prefix(KnownGuardian.aliasesKept))
            guardians[index].add(guardian)
            return guardians[index].key
        }
    }

    /// More than any child has.
    private static let guardiansKept = 40

    /// - Returns: the new guardian's index.
    private mutating func addGuardian(_ alias: KnownGuardian.Alias, _ child: Hashing) -> Int {
        let key = alias.key(child)
        let namesakes = guardians.filter { $0.key.hasPrefix(key) }.count
        guardians.append(
            KnownGuardian(key: namesakes == 0 ? key : "\(key)-\(namesakes + 1)", aliases: [], described: []))
        return guardians.index(before: guardians.endIndex)
    }
}
