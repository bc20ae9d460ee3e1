import Foundation

/// Secrets that stand in this repository, for trying on one machine. Everybody knows them.
package enum PublishedSecret {
    /// Each of them contains this.
    static let mark = "only-for-one-machine"

    /// Whether all of `servers` are on this machine: hosts, or host:port separated by commas.
    package static func isLoopback(_ servers: String) -> Bool {
        servers.split(separator: ",").allSatisfy { server in
            var host = server.split(separator: "/").last.map(String.init) ?? ""
            if let end = host.lastIndex(of: "]") {
                host = String(host[...end].drop { $0 == "[" }.dropLast())
            } else if host.count(where: { $0 == ":" }) == 1 {
                host = String(host.prefix { $0 != ":" })
            }
            host = host.trimmingCharacters(in: .whitespaces).lowercased()
            return host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
    }
}
