package import Domain

/// A child's personal number as the index has it: hashed under the current secret, and under the one that is being replaced.
///
/// While there are two secrets, a child can be in either of two buckets. No child is given a second reference, because:
/// - Every report asks the bucket of the previous hash first, then that of the current one. So all reports about a child come
///   to the current bucket in the order in which they left the previous one (Kafka keeps it between two partitions).
/// - An entry is deleted only after it has been entered under the current hash. Whoever does not find it in the previous
///   bucket any more finds it in the current one. Nothing depends on a record that could be lost.
///
/// The two secrets may be swapped once at any moment, to go back to the former one. They are changed again only after all moves
/// are done (`tillsammans keys rotate-index`): a move that is older than two changes could delete what was entered since.
package struct IndexedNumber: Sendable {
    private let current: Hashed
    private let previous: Hashed?

    private struct Hashed {
        let hash: NumberHash
        /// The secret's id.
        let secret: String

        init(_ number: PersonalNumber, _ secret: KeySecret) {
            (hash, self.secret) = (NumberHash(number, secret: secret), secret.id)
        }

        var bucket: String { hash.bucket }
    }

    package init(_ number: PersonalNumber, _ secrets: KeySecrets) {
        current = Hashed(number, secrets.current)
        previous = secrets.previous.map { Hashed(number, $0) }
    }

    /// The bucket that a report asks first.
    package var firstBucket: String { (previous ?? current).bucket }

    /// The bucket that it asks next; nil where it asks one alone.
    package var secondBucket: String? { previous == nil || firstBucket == current.bucket ? nil : current.bucket }

    // MARK: A report looks for its child

    /// What a report has learnt on its way through the index.
    package struct Search: Sendable, Equatable {
        /// The reference that the index has under the previous secret.
        package var found: String?
        /// The id of the previous secret whose bucket has been asked. After the secrets have changed again, reports that were on
        /// their way ask anew.
        package var askedUnder: String?

        package init(found: String? = nil, askedUnder: String? = nil) {
            (self.found, self.askedUnder) = (found, askedUnder)
        }
    }

    package enum Answer: Sendable, Equatable {
        /// The report asks another bucket next.
        case elsewhere(bucket: String, Search)
        /// - leftIn: the bucket where an entry under the previous hash is left to be deleted.
        case known(reference: String, leftIn: String?)
        case new
    }

    /// - Parameters:
    ///   - index: what the bucket holds. A child that was known under the previous secret is entered in the current bucket, even
    ///     in one that is full: a record takes twice as many.
    ///   - bucket: the bucket to which the report has come.
    package func find(in index: inout NumberIndex, bucket: String, _ search: Search = Search()) -> Answer {
        var search = search
        if let previous, search.askedUnder != previous.secret {
            guard bucket == previous.bucket else { return .elsewhere(bucket: previous.bucket, search) }
            search = Search(found: index.references[previous.hash] ?? search.found, askedUnder: previous.secret)
        }
        guard bucket == current.bucket else { return .elsewhere(bucket: current.bucket, search) }
        guard let reference = index.references[current.hash] ?? search.found else { return .new }
        index.enter(current.hash, reference)
        return .known(reference: reference, leftIn: search.found == nil ? nil : previous?.bucket)
    }

    /// A new child's case reference, entered where the answer was ``Answer/new``.
    package func draw(in index: inout NumberIndex, county: String, bytes: (Int) -> [UInt8]) -> String {
        index.reference(of: current.hash, county: county, draw: bytes)
    }

    // MARK: An entry moves

    /// An entry on its way from the previous hash to the current one.
    package struct Move: Sendable, Equatable {
        package let reference: String
        /// The id of the secret under which it has been entered; nil: not yet.
        package var enteredUnder: String?

        package init(_ reference: String, enteredUnder: String? = nil) {
            (self.reference, self.enteredUnder) = (reference, enteredUnder)
        }
    }

    /// A move of this child's entry that has been entered, as after ``find(in:bucket:_:)``.
    package func entered(_ reference: String) -> Move { Move(reference, enteredUnder: current.secret) }

    /// The bucket where a move begins.
    package var currentBucket: String { current.bucket }

    /// Enters the child under the current hash, or deletes it under the previous one, as far as this bucket holds it.
    ///
    /// - Returns: the bucket that comes next; nil where the move is done.
    package func move(_ move: inout Move, in index: inout NumberIndex, bucket: String) -> String? {
        if bucket == current.bucket {
            index.enter(current.hash, move.reference)
            move.enteredUnder = current.secret
        }
        guard move.enteredUnder == current.secret else { return current.bucket }
        guard let previous else { return nil }
        guard bucket == previous.bucket else { return previous.bucket }
        index.forget(previous.hash)
        return nil
    }
}
