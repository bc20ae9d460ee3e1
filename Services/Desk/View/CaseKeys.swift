import CloudEvents
import Codec
import GRDB
import ServiceKit
import Streams
import Views

/// Opens and seals what is about one case, with the keys that the view has. Used by one task at a time.
struct CaseKeys {
    private let keyring: Keyring

    /// - Parameters:
    ///   - references: the cases whose keys are needed.
    ///   - application: whose own key seals what is about no case.
    init(_ keys: KeyEncryptionKeys, of references: [String], application: String = "desk", _ db: Database) throws {
        let sealing = Sealing.suite(keys)
        guard let content = sealing.keys.empty() as? KeyTable.Content else {
            preconditionFailure("the suite's keys lie in a key table")
        }
        for reference in references {
            let event = try StoredEvent.fetchOne(
                db, sql: "SELECT event FROM data_key WHERE name = ?", arguments: [reference])?.event
            try content.apply(reference, event?.data)
        }
        keyring = Keyring(sealing, content, application: application)
        keyring.isComplete = true
    }

    /// - Returns: nil for what was sealed under a key that has been erased, or is not here.
    /// - Throws: `Undecodable` for a payload that was altered; `KeyUnusable`.
    func open(_ event: Event) throws -> Event? {
        do { return try keyring.open(event) } catch let error where Keyring.isErased(error) { return nil }
    }

    /// The event as a door sends it (see `KeyReader.seal`): under the key of the case that it is about, else under the desk's own.
    func seal(_ event: Event) throws -> Event {
        guard event.sealed == nil, keyring.isSealed(event.type) else { return event }
        guard let reference = event.subject else { return try keyring.seal(event, under: keyring.ownName) }
        return try keyring.key(reference) == nil ? event : keyring.seal(event, under: reference)
    }
}
