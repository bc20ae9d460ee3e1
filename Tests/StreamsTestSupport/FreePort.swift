import Foundation

/// The first of `count` ports on loopback in a row that were free a moment ago.
///
/// They lie below the range from which the system takes ports for connections (32 768 and up on Linux, 49 152 and
/// up elsewhere), so that no connection of another test takes one before it is used.
package func freePort(inARow count: Int = 1) throws -> Int {
    for _ in 0..<200 {
        let first = Int.random(in: 10_000..<32_768 - count)
        if (first..<first + count).allSatisfy(isFree) { return first }
    }
    throw NoFreePort()
}

struct NoFreePort: Error {}

private func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
