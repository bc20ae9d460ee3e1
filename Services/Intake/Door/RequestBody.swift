import CloudEvents
import Domain
import Foundation
import Hummingbird

extension Request {
    /// The whole body, within the door's limits.
    ///
    /// - Throws: a ``Problem`` with status 413 where it is too large, and 408 where it comes too slowly.
    func wholeBody(within limits: Door.Limits) async throws(Problem) -> Bytes {
        let tooLarge = Problem(.contentTooLarge, [Fault(.bodyTooLarge, ["limit": "\(limits.body)"])])
        let tooSlow = Problem(
            .requestTimeout, [Fault(.bodyTooSlow, ["limit": "\(limits.patience)"])], closes: true)
        if let length = headers[.contentLength].flatMap(Int.init), length > limits.body { throw tooLarge }
        // Whichever comes first. A client that sends a byte now and then is not idle, but it is too slow.
        let collected = await withTaskGroup(of: Result<ByteBuffer, Problem>.self) { group in
            group.addTask {
                do { return .success(try await body.collect(upTo: limits.body)) } catch { return .failure(tooLarge) }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(limits.patience))
                return .failure(tooSlow)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(tooSlow)
        }
        return Bytes(buffer: try collected.get())
    }
}
