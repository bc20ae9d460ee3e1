import CloudEvents
package import Codec
package import Domain
import Foundation
package import Kafka
package import ServiceKit
import SwiftProtobuf

/// The topic `access-log`.
package struct AccessLog: Sendable {
    /// Returns when the record is on the topic for good.
    package let write: @Sendable (CaseViewed, Reader) async throws -> Void

    package init(write: @escaping @Sendable (CaseViewed, Reader) async throws -> Void) { self.write = write }

    /// Each record is signed by the reader's door, with how and when the reader was found to be who they are. Nothing is
    /// written, and so nothing shown, where the door may not speak for the reader.
    ///
    /// - Parameters:
    ///   - key: the door's.
    ///   - source: the CloudEvents source of the records.
    ///   - topic: `access-log` with the installation's prefix.
    ///   - directory: as it is when something is read. Its entry of the door decides whom the door may speak for.
    ///   - clock: the suite's.
    ///   - patience: how long a record may take to be there. Nobody waits longer for what they may not see.
    /// - Throws: `KafkaError`, as a write does where the record does not arrive in time. A write throws `Refusal` with
    ///   `actor.unproven` or `actor.not_entitled`, too.
    package init(
        signedBy key: DoorKey, source: String, topic: String, _ properties: KafkaProperties,
        clock: SuiteClock = .machine, patience: Duration = .seconds(15), directory: @escaping @Sendable () -> Directory
    ) throws {
        var properties = properties
        properties["message.timeout.ms"] = "\(patience / .milliseconds(1))"
        // A page waits for each record, so none waits for others to be sent with.
        properties["linger.ms"] = "0"
        let producer = try Producer(properties)
        self.init { viewed, reader in
            let (reference, now) = (viewed.caseReference, clock.now)
            let event = try key.sign(
                Event(
                    id: UUID().uuidString.lowercased(), source: source, time: now, subject: reference.nonEmpty, viewed),
                for: reader.person, reader.assurance, loggedIn: reader.loggedIn, now: now)
            do throws(Fault) { _ = try directory().proveActor(of: event, received: now) } catch {
                throw Refusal([error])
            }
            try await producer.send(
                ProducerRecord(
                    topic: topic, key: Bytes((reference.nonEmpty ?? viewed.person).utf8), value: event.asSent,
                    headers: event.headers))
        }
    }
}
