package import Foundation
import Kafka

extension Process {
    /// As `run()`, for tests: beside an embedded broker that may go down (``EmbeddedBroker/whileNoneGoesDown(_:)``).
    package func start() throws { try EmbeddedBroker.whileNoneGoesDown { try run() } }
}
