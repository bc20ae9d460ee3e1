import Foundation
import Testing
import Yams

/// What `compose.yaml` gives each executable of ours: the image's environment, then its own.
struct ComposeFile {
    struct Executable {
        let name: String
        let environment: [String: String]
        /// The container's ports that are published.
        let published: [Int]
    }

    let executables: [Executable]

    /// - Parameter values: for `${NAME:?…}`, as a file `.env` gives them.
    init(folder: String, values: [String: String]) throws {
        let dockerfile = try String(contentsOfFile: folder + "/Deploy/Dockerfile", encoding: .utf8)
        let text = try String(contentsOfFile: folder + "/compose.yaml", encoding: .utf8)
        let root = try #require(try Yams.load(yaml: text) as? [String: Any])
        let services = try #require(root["services"] as? [String: [String: Any]])
        executables = try services.sorted { $0.key < $1.key }.compactMap { name, service in
            guard let build = service["build"] as? [String: Any], service["command"] == nil else { return nil }
            let target = try #require(build["target"] as? String)
            let own = (service["environment"] as? [String: Any] ?? [:]).mapValues { "\($0)" }
            return Executable(
                name: target,
                environment: Self.environment(of: target, in: dockerfile)
                    .merging(own.mapValues { Self.filled($0, values) }) { $1 },
                published: (service["ports"] as? [String] ?? []).compactMap { $0.split(separator: ":").last }
                    .compactMap { Int($0) })
        }
    }

    /// What `ENV` says in a stage, and in those that it is made from.
    private static func environment(of target: String, in dockerfile: String) -> [String: String] {
        var stages: [String: [String: String]] = [:]
        var stage = ""
        for line in dockerfile.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "FROM" where words.count == 4:
                stage = String(words[3])
                stages[stage] = stages[String(words[1])] ?? [:]
            case "ENV":
                for pair in words.dropFirst() {
                    let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                    stages[stage]?[parts[0]] = parts[1]
                }
            default: break
            }
        }
        return stages[target] ?? [:]
    }

    private static func filled(_ text: String, _ values: [String: String]) -> String {
        text.replacing(/\$\{([A-Z_]+)(?::\?|:-)?([^}]*)\}/) { match in values[String(match.1)] ?? String(match.2) }
    }
}
