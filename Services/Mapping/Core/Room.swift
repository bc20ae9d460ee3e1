import Domain

// How much a case may hold. Its record stays far under what Kafka takes, so that a refusal or withdrawal of consent has
// room whatever was written before (rule 13).

extension Case {
    /// The most bytes of the mapping's words, with what is kept beside them. The record is at most a million.
    package static let room = 400_000
    /// The part of it that concerns may fill. Nobody can refuse a concern, and people must still be able to write.
    package static let roomForConcerns = 250_000
    /// Guardians on record whom a case tells apart.
    package static let guardiansLimit = 20
    /// Former guardians whom a case knows again.
    package static let formerGuardiansLimit = 40
    /// Givers who are not on record, have said no, and are told apart.
    package static let unknownGiversLimit = 8

    /// Accesses in an emergency that are kept, and that may be in force at once.
    package static let emergenciesLimit = 20

    /// Ids, who and when: what is kept beside each text, at most.
    private static let besideText = 500

    private var filled: Int {
        (formerInformation + information).reduce(0) { $0 + $1.text.utf8.count + Self.besideText }
            + corrections.reduce(0) { $0 + $1.before.text.utf8.count + $1.reason.utf8.count + Self.besideText }
    }

    /// The mapping is done again: what was found and answered counts no more (rules 7, 9 and 10). It stays in the history, and
    /// the newest of it here, as far as it leaves half of the room to the new mapping.
    mutating func beginAnew() {
        (formerInformation, information, answers) = (formerInformation + information, [], [:])
        while filled > Self.room / 2, !formerInformation.isEmpty { formerInformation.removeFirst() }
        while filled > Self.room / 2, !corrections.isEmpty { corrections.removeFirst() }
    }

    func hasRoom(for text: String, of room: Int) -> Bool { filled + text.utf8.count + Self.besideText <= room }

    /// - Throws: a refusal where the text has no room.
    func requireRoom(for text: String) throws(Refusal) {
        guard hasRoom(for: text, of: Self.room) else {
            throw Refusal([Fault(.caseFull, at: "text", ["limit": "\(Self.room)"])])
        }
    }
}
