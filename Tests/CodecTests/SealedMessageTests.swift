import CloudEvents
import Codec
import Foundation
import SwiftProtobuf
import Testing

@testable import contract_generator

@Suite("The contract says what is sealed")
struct SealedMessageTests {
    private static func schema() throws -> Schema {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return try Schema(
            descriptorSet: Data(contentsOf: folder.appending(path: "../../Shared/Codec/Schemas/contract.binpb")))
    }

    @Test(
        "an event is sealed if a field in it is personal, at any depth",
        arguments: EventRegistry.all.map { $0.eventType })
    func events(type: String) throws {
        let event = try #require(EventRegistry.event(ofType: type))
        let name = String(event.protoMessageName.split(separator: ".").last ?? "")
        #expect(try Self.schema().personalMessages.contains(name) == (event is any SealedMessage.Type))
        #expect(EventRegistry.sealed.contains(type) == (event is any SealedMessage.Type))
    }

    @Test("a message that holds a personal one is sealed with it, also where messages hold each other")
    func depth() throws {
        var file = Google_Protobuf_FileDescriptorProto.with { $0.package = "tillsammans.v1" }
        func message(_ name: String, holding other: String?) -> Google_Protobuf_DescriptorProto {
            .with {
                $0.name = name
                guard let other else { return }
                $0.field = [.with { ($0.name, $0.type, $0.typeName) = ("field", .message, ".tillsammans.v1.\(other)") }]
            }
        }
        file.messageType = [
            message("Outer", holding: "Inner"), message("Inner", holding: "Outer"), message("Other", holding: "Plain"),
            message("Plain", holding: nil),
        ]
        file.messageType[1].field.append(
            .with { field in
                (field.name, field.type) = ("name", .string)
                field.options.personal = true
            })
        #expect(Schema(.with { $0.file = [file] }).personalMessages == ["Inner", "Outer"])
    }
}
