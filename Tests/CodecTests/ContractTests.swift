import CloudEvents
import Codec
import Foundation
import SwiftProtobuf
import Testing

@testable import contract_generator

@Suite("The contract is the schema")
struct ContractTests {
    private static let codec = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Shared/Codec").standardizedFileURL

    private static func descriptors() throws -> Google_Protobuf_FileDescriptorSet {
        try Google_Protobuf_FileDescriptorSet(
            serializedBytes: Data(contentsOf: codec.appending(path: "Schemas/contract.binpb")),
            extensions: Contract_Extensions)
    }

    @Test("the registry is what the schemas give; else `make proto` was forgotten")
    func registry() throws {
        let committed = try String(
            contentsOf: Self.codec.appending(path: "Generated/Registry.swift"), encoding: .utf8)
        #expect(try Schema(Self.descriptors()).registry == committed)
        let limits = try String(
            contentsOf: Self.codec.appending(path: "Generated/Limits.swift"), encoding: .utf8)
        #expect(try Schema(Self.descriptors()).limits == limits)
        let digest = try String(contentsOf: Self.codec.appending(path: "Schemas/contract.sha256"), encoding: .utf8)
        #expect(try Schema.digest(of: Self.codec.appending(path: "Schemas/tillsammans/v1")) + "\n" == digest)
    }

    @Test("every event has a type of its own, a kind and topics; every text and list a largest size")
    func complete() throws {
        let schema = try Schema(Self.descriptors())
        #expect(schema.faults.isEmpty)
        #expect(schema.events.map(\.type) == EventRegistry.all.map { $0.eventType })
        #expect(schema.events.map(\.topics) == EventRegistry.all.map { $0.topics.map(\.rawValue) })
        #expect(schema.fields.contains { $0.options.personal })
    }

    @Test("everything that a schema leaves out is named at once")
    func faults() throws {
        var set = try Self.descriptors()
        let file = try #require(set.file.firstIndex { $0.name.hasSuffix("mapping.proto") })
        func change(_ name: String, _ change: (inout Google_Protobuf_DescriptorProto) -> Void) throws {
            let message = try #require(set.file[file].messageType.firstIndex { $0.name == name })
            change(&set.file[file].messageType[message])
        }
        try change("TakeOn") { $0.options.event = .with { $0.type = "take on" } }
        try change("HandBackWork") { $0.options.event.type = "se.tillsammans.mapping.delegate.v1" }
        try change("RecordMaturity") { $0.field[2].options.personal = true }
        try change("Measure") { $0.field[1].clearOptions() }
        try change("ConcludeMapping") { $0.field[3].options.maxElements = 0 }
        #expect(
            Schema(set).faults == [
                "TakeOn: the type is not se.tillsammans.….v1", "TakeOn: no kind", "TakeOn: no topic",
                "HandBackWork: another event has its type", "ConcludeMapping.organisations: no max_elements",
                "Measure.text: no max_bytes", "RecordMaturity.youth_consents: personal, but not a text",
            ])
    }

    @Test("commands go to command topics, facts and state never", arguments: EventRegistry.all.map({ $0.eventType }))
    func topics(type: String) throws {
        let event = try #require(EventRegistry.event(ofType: type))
        for topic in event.topics {
            switch event.kind {
            case .command: #expect(topic.isExternal)
            // No outsider writes where services ask of each other.
            case .internalCommand, .fact: #expect(!topic.isExternal && !topic.isCompacted)
            case .state: #expect(topic.isCompacted)
            }
        }
    }
}
