import Codec
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport

@testable import tillsammans

extension AttackTests {
    /// At the HTTP door. What reaches its rules is refused there: the municipality is none.
    static let door = [
        Attack(name: "a body of 10 MB", expected: ["413", "cut"]) { target in
            [try await target.post(Bytes(repeating: 0x20, count: 10_000_000))]
        },
        Attack(name: "a body that never comes", expected: ["408", "cut"], limit: 30) { target in
            let request =
                "POST /v1/concerns HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(target.token)\r\n"
                + "Content-Length: 1000\r\n\r\n"
            return [Installation.text(try await RawHTTP.send(raw: Bytes(request.utf8), port: target.port))]
        },
        Attack(name: "JSON of 30 000 levels", expected: ["400", "422"]) { target in
            [try await target.post(Bytes(repeating: UInt8(ascii: "["), count: 30_000))]
        },
        Attack(name: "four texts of 9 kB without a space", expected: ["422"]) { target in
            let question = ConsultationRequested.with {
                ($0.municipality, $0.areas) = ("0000", ["safety"])
                $0.question = String(repeating: "a", count: 9_000)
                $0.reporter = .with { ($0.email, $0.organisation) = ("mia@example.org", "education") }
            }
            let body = try Bytes(question.jsonUTF8Data())
            return try await together(4) { _ in
                try await target.post(type: ConsultationRequested.eventType, body)
            }
        },
        Attack(name: "10 000 unknown areas", expected: ["422"]) { target in
            let areas = (0..<10_000).map { _ in #""a""# }.joined(separator: ",")
            return [try await target.post(Bytes(#"{"municipality":"0000","areas":[\#(areas)]}"#.utf8))]
        },
        Attack(
            name: "300 wrong tokens", expected: ["401", "429", "cut", "logged without the token"], limit: 60
        ) { target in
            let wrong = "wrong-token-of-32-characters"
            let answers = try await together(300) { number in
                try await target.post(token: "\(wrong)-\(1_000 + number)", Bytes("{}".utf8))
            }
            guard let log = await target.log() else { return answers }
            let isTraced = log.contains("wrong tokens") && !log.contains(wrong)
            return answers + [isTraced ? "logged without the token" : "no trace, or the token in the log"]
        },
        Attack(name: "another system's source", expected: ["403"]) { target in
            [try await target.post(source: "urn:somebody-else", target.report(0))]
        },
        Attack(name: "somebody's id with another content", expected: ["the same receipt"], limit: 40) { target in
            let id = "taken-\(UUID().uuidString)"
            _ = try await target.post(id: id, target.report(0))
            try await eventually("the receipt") { try await target.receipt(id) != nil }
            let before = try await target.receipt(id)
            _ = try await target.post(id: id, target.report(1))
            try await target.reportsStillPass(0)
            return [try await target.receipt(id) == before ? "the same receipt" : "another receipt"]
        },
        Attack(name: "a personal number as an id", expected: ["400", "422"]) { target in
            [try await target.post(id: "20140315-2380", target.report(0))]
        },
        Attack(name: "what is no HTTP", expected: ["400", "404", "cut"]) { target in
            var answers: [String] = []
            for raw in ["\r\n\r\n", "NONSENSE\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET "] {
                let text = raw + String(repeating: "x", count: 100_000)
                answers.append(Installation.text(try await RawHTTP.send(raw: Bytes(text.utf8), port: target.port)))
            }
            return answers
        },
        Attack(name: "300 idle sockets, and a report beside them", expected: ["receipt"], limit: 60) { target in
            let sockets = IdleSockets(300, port: target.port)
            defer { sockets.close() }
            try await target.reportsStillPass(0)
            return ["receipt"]
        },
    ]

    private static func together(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> String
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<count { group.addTask { try await body(number) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// Connections on which nothing is said.
private struct IdleSockets {
    private let descriptors: [Int32]

    init(_ count: Int, port: Int) {
        descriptors = (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            return descriptor
        }
    }

    func close() { for descriptor in descriptors { Foundation.close(descriptor) } }
}
