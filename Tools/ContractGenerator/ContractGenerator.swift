import Foundation

/// Writes the registry of events and the limits of their fields from the descriptors of the schemas: `contract-generator Shared/Codec`.
@main
struct ContractGenerator {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            fail(["usage: contract-generator FOLDER, which holds Schemas/ and Generated/"])
        }
        let folder = URL(filePath: CommandLine.arguments[1], directoryHint: .isDirectory)
        let schemas = folder.appending(path: "Schemas")
        let schema = try Schema(descriptorSet: Data(contentsOf: schemas.appending(path: "contract.binpb")))
        let faults = schema.faults
        guard faults.isEmpty else { fail(faults) }
        try Data(schema.registry.utf8).write(to: folder.appending(path: "Generated/Registry.swift"))
        try Data(schema.limits.utf8).write(to: folder.appending(path: "Generated/Limits.swift"))
        let digest = try Schema.digest(of: schemas.appending(path: "tillsammans/v1"))
        try Data("\(digest)\n".utf8).write(to: schemas.appending(path: "contract.sha256"))
    }

    private static func fail(_ faults: [String]) -> Never {
        FileHandle.standardError.write(Data((faults.joined(separator: "\n") + "\n").utf8))
        exit(1)
    }
}
