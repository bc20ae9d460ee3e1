import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks the provider over HTTP. Each answer is bounded in bytes and in time, and no redirect is followed.
struct ProviderClient: Sendable {
    private let http: HTTPClient
    private let patience: Duration

    struct Answer: Sendable {
        let status: Int
        let body: Data
    }

    init(patience: Duration) {
        // Nothing is unpacked: a small answer cannot become a large one.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A connection that is refused is tried again until then.
        configuration.timeout.connect = .init(patience / 2)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 8
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.patience = patience
    }

    func close() async { try? await http.shutdown() }

    /// - Returns: what was answered with the status 200.
    func get(
        _ address: SecureAddress, _ endpoint: OpenIDFault.Endpoint, bearer: String? = nil
    ) async throws(OpenIDFault) -> Data {
        var request = HTTPClientRequest(url: address.text)
        request.headers.add(name: "accept", value: "application/json")
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        let answer = try await send(request, endpoint)
        guard answer.status == 200 else { throw .provider(endpoint, .status(answer.status)) }
        return answer.body
    }

    func send(
        _ request: HTTPClientRequest, _ endpoint: OpenIDFault.Endpoint
    ) async throws(OpenIDFault) -> Answer {
        do {
            return try await withThrowingTaskGroup(of: Answer.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    let response = try await http.execute(request, deadline: .distantFuture)
                    let body = try await response.body.collect(upTo: endpoint.largestAnswer)
                    try Task.checkCancellation()
                    return Answer(status: Int(response.status.code), body: Data(body.readableBytesView))
                }
                // The client's own deadline ends with the answer's head.
                group.addTask {
                    try await Task.sleep(for: patience)
                    throw OpenIDFault.provider(endpoint, .tooSlow)
                }
                guard let answer = try await group.next() else { throw CancellationError() }
                return answer
            }
        } catch { throw Self.fault(error, endpoint) }
    }

    private static func fault(_ error: any Error, _ endpoint: OpenIDFault.Endpoint) -> OpenIDFault {
        switch error {
        case let fault as OpenIDFault: fault
        case is NIOTooManyBytesError: .provider(endpoint, .tooLarge)
        default: .provider(endpoint, .unreachable)
        }
    }
}

extension OpenIDFault.Endpoint {
    /// In bytes.
    var largestAnswer: Int {
        switch self {
        case .discovery, .token, .userInfo: 64 * 1_024
        case .keys: 256 * 1_024
        }
    }
}
