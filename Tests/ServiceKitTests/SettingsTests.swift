import Foundation
import Kafka
import Streams
import TestSupport
import Testing

@testable import ServiceKit

@Suite("Settings: what is wrong stops the start, with its name")
struct SettingsTests {
    private func settings(_ environment: [String: String], file: String? = nil) throws -> Settings {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        var environment = environment
        if let file {
            let path = folder.path + "/settings.yaml"
            try file.write(toFile: path, atomically: true, encoding: .utf8)
            environment["CONFIG_FILE"] = path
        }
        return try Settings(
            Setting.common + Setting.stream + [
                Setting("SMTP_URL", default: nil, "Relay."),
                Setting("KEY_SECRET", default: "", isSecret: true, "Secret."),
                Setting("CASE_LINK", default: "", "Link."),
                Setting("CONCERNS_HTTP_HOST", default: "127.0.0.1", "Address."),
                Setting("CONCERNS_HTTP_PORT", default: "", "Port."),
            ], SettingsSource(environment))
    }

    private func fault(_ environment: [String: String], file: String? = nil) -> String {
        do {
            let folder = TemporaryFolder()
            defer { folder.remove() }
            let base = [
                "STATE_DIRECTORY": folder.path, "INSTANCE_ID": "a", "KEY_ENCRYPTION_KEY_FILE": try folder.keyFile(),
            ]
            let environment = base.merging(environment) { $1 }
            let settings = try settings(environment, file: file)
            _ = try settings.streams(.mapping)
            if environment["CASE_LINK"] != nil { _ = try settings.webAddress("CASE_LINK") }
            return ""
        } catch { return "\(error)" }
    }

    @Test("a setting is the environment's, else the file's, else its default")
    func order() throws {
        let file = "smtp.url: smtp://file\nlog:\n  level: debug\nhttp.port: 81\n"
        let settings = try settings(["LOG_LEVEL": "error"], file: file)
        #expect(try settings.text("SMTP_URL") == "smtp://file")
        #expect(try settings.text("LOG_LEVEL") == "error")
        #expect(try settings.number("HTTP_PORT", 0...100) == 81)
        #expect(try settings.text("KAFKA_BOOTSTRAP_SERVERS") == "localhost:9092")
    }

    @Test("a missing or malformed setting is named, with what it should be")
    func faults() {
        let missing = #expect(throws: ConfigurationFault.self) { try settings([:]).text("SMTP_URL") }
        #expect(missing?.description.contains("SMTP_URL") == true)
        #expect(fault(["STREAM_THREADS": "many"]) == "STREAM_THREADS must be a number from 1 to 64")
        #expect(fault(["KAFKA_BOOTSTRAP_SERVERS": ""]).hasPrefix("KAFKA_BOOTSTRAP_SERVERS must be"))
    }

    @Test(
        "a variable sets librdkafka's property of its name; Kubernetes' own variables for a service are named, and ignored"
    )
    func environmentProperties() throws {
        let kafka = try settings([
            "KAFKA_SASL_MECHANISM": "PLAIN", "KAFKA_BOOTSTRAP_SERVERS": "a:1", "HOME": "/",
            "KAFKA_PORT": "tcp://10.0.0.1:9092", "KAFKA_SERVICE_HOST": "10.0.0.1", "KAFKA_PORT_9092_TCP_PROTO": "tcp",
        ]).kafka()
        #expect(kafka.properties == ["bootstrap.servers": "a:1", "sasl.mechanism": "PLAIN"])
        #expect(kafka.ignored == ["KAFKA_PORT", "KAFKA_PORT_9092_TCP_PROTO", "KAFKA_SERVICE_HOST"])
        let source = try SettingsSource(["KAFKA_PORT": "tcp://10.0.0.1:9092"])
        _ = try Admin(KafkaSettings(bootstrapServers: "127.0.0.1:1", source).properties)
    }

    @Test("librdkafka's properties in the file count, in either way of writing a mapping")
    func fileProperties() throws {
        let flat = try settings([:], file: "kafka.security.protocol: ssl\nkafka.bootstrap.servers: a:1\n").kafka()
        #expect(flat.properties == ["bootstrap.servers": "a:1", "security.protocol": "ssl"])
        let nested = try settings([:], file: "kafka:\n  sasl:\n    mechanism: PLAIN\n  security.protocol: ssl\n")
            .kafka()
        #expect(nested.properties["sasl.mechanism"] == "PLAIN" && nested.properties["security.protocol"] == "ssl")
    }

    @Test(
        "an unknown key of the file stops the start with the nearest known name",
        arguments: [
            ("smtp.ulr: x", "smtp.ulr", "smtp.url"), ("instanceid: x", "instanceid", "instance.id"),
            ("kafka.security.protcol: ssl", "kafka.security.protcol", "kafka.security.protocol"),
            ("kafka:\n  bootstrap.server: x", "kafka.bootstrap.server", "kafka.bootstrap.servers"),
        ])
    func unknown(file: String, key: String, nearest: String) {
        let text = fault([:], file: file)
        #expect(text.hasPrefix("\(key) in /") && text.hasSuffix("the nearest is \(nearest)"), "\(text)")
    }

    @Test("a file that is no mapping of texts is a fault", arguments: ["- a", "smtp.url: [a]", "a: [", ""])
    func malformed(file: String) { #expect(fault([:], file: file) != "") }

    @Test("all unknown keys and all refused properties are said at once")
    func all() {
        let keys = fault([:], file: "log.levl: info\nsmtp.ulr: x\n")
        #expect(keys.contains("log.levl") && keys.contains("smtp.ulr"))
        let properties = fault(["KAFKA_SECURITY_PROTOCOL": "none", "KAFKA_SOCKET_TIMEOUT_MS": "long"])
        #expect(properties.contains("KAFKA_SECURITY_PROTOCOL: ") && properties.contains("KAFKA_SOCKET_TIMEOUT_MS: "))
    }

    @Test("librdkafka lists its properties, from which the nearest name is taken")
    func names() {
        #expect(KafkaProperty.names.count > 100 && KafkaProperty.names.contains("security.protocol"))
        #expect(!KafkaProperty.names.contains("Property"))
    }

    @Test(
        "an instance has a name that stays: none that is empty, is no name, or was made up for a pod or a container",
        arguments: ["", " ", "a/b", "..", "åsa", "intake-7d9c5b8f6-x2x4z", "intake-bcdfgh-x2x4z", "3f2a9c0d1e5b"])
    func madeUp(name: String) { #expect(fault(["INSTANCE_ID": name]).hasPrefix("INSTANCE_ID ")) }

    @Test(
        "names that people and StatefulSets give are taken",
        arguments: ["intake-0", "intake-1", "host.example.org", "intake-blue-green", "county_2", "nykoping-skola-a"])
    func given(name: String) { #expect(fault(["INSTANCE_ID": name]) == "") }

    @Test("one port for two servers is refused where they would listen at the same address")
    func ports() {
        let same = ["HTTP_PORT": "8080", "CONCERNS_HTTP_PORT": "8080"]
        #expect(fault(same).hasPrefix("CONCERNS_HTTP_PORT and HTTP_PORT are both 8080"))
        #expect(fault(same.merging(["HTTP_HOST": "0.0.0.0"]) { $1 }) != "")
        #expect(fault(same.merging(["HTTP_HOST": "127.0.0.2"]) { $1 }) == "")
        #expect(fault(["HTTP_PORT": "8080", "CONCERNS_HTTP_PORT": "8081"]) == "")
        #expect(fault(["HTTP_PORT": "0", "CONCERNS_HTTP_PORT": "0"]) == "")
    }

    @Test("a folder that cannot be one is refused by its setting's name")
    func folder() { #expect(fault(["STATE_DIRECTORY": "/dev/null/x"]).hasPrefix("STATE_DIRECTORY /dev/null/x ")) }

    @Test(
        "a link to a case is an address of the web",
        arguments: ["", "tillsammans.example.org/case/", "https:///case", "javascript:alert(1)", "file:///etc"])
    func link(text: String) { #expect(fault(["CASE_LINK": text]).hasPrefix("CASE_LINK must be")) }

    @Test("a link that is one is taken") func goodLink() {
        #expect(fault(["CASE_LINK": "https://a.example.org/c/"]) == "")
    }

    @Test(
        "a published secret is refused where anything is not on loopback",
        arguments: [
            ["KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"], ["HTTP_HOST": "0.0.0.0"],
            ["KAFKA_BOOTSTRAP_SERVERS": "localhost:1,kafka.example.org:9092"], ["HTTP_HOST": "::"],
        ])
    func published(open: [String: String]) {
        let secret = ["KEY_SECRET": "only-for-one-machine-and-no-real-child"]
        #expect(fault(secret.merging(open) { $1 }).hasPrefix("KEY_SECRET is a published example, and "))
        #expect(fault(open) == "")
    }

    @Test(
        "and taken where everything is",
        arguments: ["localhost:9092", "127.0.0.1:1,127.0.0.2:2", "[::1]:9092", "PLAINTEXT://localhost:9092"])
    func onLoopback(servers: String) {
        #expect(
            fault(["KEY_SECRET": "only-for-one-machine-and-no-real-child", "KAFKA_BOOTSTRAP_SERVERS": servers]) == "")
    }
}
