import Codec
import ServiceKit
import Testing

@testable import tillsammans

@Suite("The whole suite on one machine: each service has a port of its own")
struct SuitePortsTests {
    private func ports(_ environment: [String: String]) throws -> [String: Int] {
        var suite = Suite(bootstrapServers: nil, prefix: "", folder: "", directory: CountyDirectory())
        suite.environment = environment
        return try suite.healthPorts()
    }

    @Test("HTTP_PORT is the first service's, and the others follow")
    func following() throws {
        #expect(
            try ports(["HTTP_PORT": "8080"]) == [
                "intake": 8080, "mapping": 8081, "meetings": 8082, "notifications": 8083, "desk": 8084,
            ])
        #expect(try ports([:]).isEmpty && ports(["HTTP_PORT": "0"]).isEmpty)
    }

    @Test("a port that is none, or is the door's, is a fault", arguments: ["http", "-1", "65533", "8078"])
    func faults(port: String) {
        #expect(throws: ConfigurationFault.self) { try ports(["HTTP_PORT": port, "CONCERNS_HTTP_PORT": "8080"]) }
    }
}
