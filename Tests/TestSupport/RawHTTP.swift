import Foundation
import Kafka

/// HTTP/1.1 by hand, over a socket on loopback: what a well-behaved client library would never send must be sendable.
package enum RawHTTP {
    package struct Answer: Sendable {
        package let status: Int
        package let headers: String
        package let body: String

        package var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
        }

        /// What problem details list, as `code place`: a JSON pointer, or a header's name.
        package var errors: [String] {
            (json["errors"] as? [[String: Any]] ?? []).map {
                "\($0["code"] ?? "") \($0["pointer"] ?? $0["header"] ?? "")"
            }
        }
    }

    /// A whole request, and its answer; nil where the connection was refused or cut.
    package static func send(
        _ method: String, _ path: String, port: Int, headers: [String: String] = [:], body: [UInt8]? = nil,
        from address: UInt32 = loopback
    ) async throws -> Answer? {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if let body { text += "Content-Length: \(body.count)\r\n" }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        return try await send(raw: Array((text + "\r\n").utf8) + (body ?? []), port: port, from: address)
    }

    /// Bytes as they are, and what comes back until the other side closes; 30 s at most.
    package static func send(raw bytes: [UInt8], port: Int, from address: UInt32 = loopback) async throws -> Answer? {
        try await DedicatedThread.run(name: "raw-http") { () -> Answer? in
            guard let descriptor = connected(port: port, from: address) else { return nil }
            defer { close(descriptor) }
            var limit = timeval(tv_sec: 30, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                // The other side may have answered and closed before it took everything.
                guard count > 0 else { break }
                sent += count
            }
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 16_384)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                received += buffer[..<count]
            }
            return answer(String(decoding: received, as: UTF8.self))
        }
    }

    /// 127.0.0.1
    package static let loopback: UInt32 = 0x7F00_0001

    /// A socket that sends nothing, and is the caller's to close; nil where the connection was refused.
    package static func connected(port: Int, from address: UInt32 = loopback) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        func with(_ port: Int, _ address: UInt32, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Bool {
            var socket = sockaddr_in()
            socket.sin_family = sa_family_t(AF_INET)
            socket.sin_port = UInt16(port).bigEndian
            socket.sin_addr.s_addr = address.bigEndian
            return withUnsafePointer(to: &socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
        guard with(0, address, { bind(descriptor, $0, $1) }), with(port, loopback, { connect(descriptor, $0, $1) })
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func answer(_ text: String) -> Answer? {
        guard let end = text.range(of: "\r\n\r\n"), let status = Int(text.split(separator: " ").dropFirst().first ?? "")
        else { return nil }
        return Answer(status: status, headers: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]))
    }
}
