import Domain

/// A guardian on record: how the sources describe them, and keyed hashes by which they are known again.
package struct KnownGuardian: Sendable, Equatable {
    package var described: DescribedGuardian
    package var aliases: [Alias]

    package var key: String { described.key }

    fileprivate static let aliasesKept = 16

    package init(_ described: DescribedGuardian, aliases: [Alias]) {
        (self.described, self.aliases) = (described, aliases)
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

/// A guardian by key, and what the sources have told of each part.
package struct DescribedGuardian: Sendable, Equatable {
    package var key: String
    package var names: Statements
    package var personalNumbers: Statements
    package var emails: Statements
    package var phones: Statements

    package init(
        key: String, names: Statements = .init(), personalNumbers: Statements = .init(), emails: Statements = .init(),
        phones: Statements = .init()
    ) {
        (self.key, self.names, self.personalNumbers) = (key, names, personalNumbers)
        (self.emails, self.phones) = (emails, phones)
    }

    /// The guardian as each source describes them.
    fileprivate var bySource: [Guardian] {
        names.all.map { name in
            func text(_ statements: Statements) -> String {
                statements.all.first { $0.source == name.source }?.text ?? ""
            }
            return Guardian(
                name: name.text, personalNumber: text(personalNumbers), email: text(emails), phone: text(phones))
        }
    }

    fileprivate mutating func add(_ guardian: Guardian, _ report: Telling) {
        names.add(guardian.name, report)
        personalNumbers.add(guardian.personalNumber, report)
        emails.add(guardian.email, report)
        phones.add(guardian.phone, report)
    }
}

extension Guardian {
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

    /// The guardians as the sources describe them, as many as the contract has room for.
    var describedGuardians: [DescribedGuardian] { guardians.prefix(Self.describedKept).map(\.described) }

    /// The keys of a report's guardians. A guardian who is known keeps the key.
    ///
    /// Rule 12 needs every guardian's consent. One guardian with two keys is asked twice, which a person sorts out. Two
    /// guardians with one key would be one consent too few. So two descriptions are one guardian only where they cannot
    /// be two people. Two guardians of one report always are two.
    mutating func recordGuardians(_ reported: [Guardian], _ report: Telling, _ secrets: KeySecrets) -> [String] {
        let child = Hashing(reference: reference, secret: secrets.current)
        let before = secrets.previous.map { Hashing(reference: reference, secret: $0) }
        var used: Set<Int> = []
        return reported.map { guardian in
            let aliases = guardian.aliases(child)
            let previous = before.map { guardian.aliases($0).all } ?? []
            let known = guardians.indices.first {
                !used.contains($0) && guardians[$0].isSame(as: aliases.all + previous)
            }
            // Without room nobody is known again by other words. That is one key too many at worst.
            guard known != nil || guardians.count < Self.guardiansKept else { return aliases.first.key(child) }
            let index = known ?? addGuardian(aliases.first, child)
            used.insert(index)
            let kept = guardians[index].aliases.filter { !previous.contains($0) }
            guardians[index].aliases = Array(
                (kept + aliases.all).uniqued().prefix(KnownGuardian.aliasesKept))
            guardians[index].described.add(guardian, report)
            return guardians[index].key
        }
    }

    /// Adds what the sources call each guardian now, hashed under the current secret, and deletes the same under the previous
    /// one. What nobody calls them any more stays as it is: it is not known again, which is one key too many at worst.
    package mutating func rehashGuardians(_ secrets: KeySecrets) {
        let child = Hashing(reference: reference, secret: secrets.current)
        let before = secrets.previous.map { Hashing(reference: reference, secret: $0) }
        for index in guardians.indices {
            let told = guardians[index].described.bySource
            let previous = before.map { before in told.flatMap { $0.aliases(before).all } } ?? []
            let kept = guardians[index].aliases.filter { !previous.contains($0) }
            let current = told.flatMap { $0.aliases(child).all }
            guardians[index].aliases = Array((kept + current).uniqued().prefix(KnownGuardian.aliasesKept))
        }
    }

    /// More than any child has.
    private static let guardiansKept = 40

    /// - Returns: the new guardian's index.
    private mutating func addGuardian(_ alias: KnownGuardian.Alias, _ child: Hashing) -> Int {
        let key = alias.key(child)
        let namesakes = guardians.filter { $0.key.hasPrefix(key) }.count
        guardians.append(
            KnownGuardian(.init(key: namesakes == 0 ? key : "\(key)-\(namesakes + 1)"), aliases: []))
        return guardians.index(before: guardians.endIndex)
    }
}
