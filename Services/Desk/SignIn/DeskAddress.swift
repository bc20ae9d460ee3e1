import Foundation

/// Where browsers find the desk, from outside: `https://desk.example.org`.
package struct DeskAddress: Sendable, Hashable {
    /// Scheme, host and, if it is not the scheme's own, port. It is also what `Origin` says (RFC 6454).
    package let origin: String
    /// Only this machine reaches it.
    package let isLoopback: Bool

    /// Nil for anything but such an address, with a slash after it or without.
    package init?(_ text: String) {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.user == nil,
            url.password == nil, ["", "/"].contains(url.path), url.query == nil, url.fragment == nil,
            url.scheme == "https" || url.scheme == "http"
        else { return nil }
        isLoopback = Self.isLoopback(host)
        guard url.scheme == "https" || isLoopback else { return nil }
        let isOwnPort = url.port == (url.scheme == "https" ? 443 : 80)
        let port = isOwnPort ? "" : url.port.map { ":\($0)" } ?? ""
        origin = "\(url.scheme ?? "https")://\(host.lowercased())\(port)"
    }

    /// 127.0.0.0/8, ::1 and localhost. A name that only begins with `127.` is none.
    package static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return isIPv4 && parts[0] == "127" || ["localhost", "::1", "[::1]"].contains(host.lowercased())
    }
}
