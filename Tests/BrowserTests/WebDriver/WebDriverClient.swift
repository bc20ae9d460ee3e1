import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// W3C WebDriver's commands over HTTP: each has a bounded time, and an error of the driver is thrown as it names it.
struct WebDriverClient: Sendable {
    private let address: String

    /// - Parameter address: of the driver, without a slash at its end.
    init(_ address: String) { self.address = address }

    func get<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) async throws -> Value {
        try JSONDecoder().decode(Answer<Value>.self, from: await send(.GET, path, nil)).value
    }

    func post<Value: Decodable>(
        _ path: String, _ body: some Encodable, as type: Value.Type = Value.self
    ) async throws -> Value {
        try JSONDecoder().decode(Answer<Value>.self, from: await send(.POST, path, JSONEncoder().encode(body))).value
    }

    /// A command that is answered by nothing.
    func post(_ path: String, _ body: some Encodable = [String: String]()) async throws {
        _ = try await send(.POST, path, JSONEncoder().encode(body))
    }

    func delete(_ path: String) async throws { _ = try await send(.DELETE, path, nil) }

    private func send(_ method: HTTPMethod, _ path: String, _ body: Data?) async throws -> Data {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let data = try await Data(response.body.collect(upTo: Self.largest).readableBytesView)
        guard response.status == .ok else {
            throw try JSONDecoder().decode(Answer<WebDriverError>.self, from: data).value
        }
        return data
    }

    /// A picture of a long page, in base64, fits.
    private static let largest = 64 << 20

    private struct Answer<Value: Decodable>: Decodable { let value: Value }
}

/// What a driver answers instead of a value (WebDriver, section "Errors").
struct WebDriverError: Error, Decodable, CustomStringConvertible {
    /// The standard's name, such as `no such element`.
    let error: String
    let message: String

    var description: String { "\(error): \(message.prefix(while: { $0 != "\n" }))" }

    /// The page has changed, or is not there yet.
    var isOfChangingPage: Bool {
        ["no such element", "stale element reference", "element not interactable", "element click intercepted"]
            .contains(error) || message.contains("aborted by navigation") || message.contains("does not belong")
    }
}
