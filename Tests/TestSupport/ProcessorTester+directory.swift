package import Domain
package import Foundation
import ServiceKit
package import Streams
package import StreamsTesting

extension ProcessorTester {
    /// - Parameter application: a service of the suite.
    package init(
        _ processor: P, application: String, directory: Directory, now: Date, sealing: Sealing? = nil
    ) {
        guard let topology = Topology.suite.first(where: { $0.application == application }) else {
            preconditionFailure("\(application) is no service of the suite")
        }
        self.init(processor, topology, now: now, sealing: sealing)
        self.directory = directory
        door = { ExampleDoor.sign($0, $1, now: $2) }
    }

    package var directory: Directory {
        get { Directory(all(Topology.counties)) }
        set { replaceAll(Topology.counties, newValue.counties) }
    }
}
