import CloudEvents
import Crypto

/// Ids of events that follow from other events.
enum EventId {
    /// SHA-256 of application, source, cause and output index; the first 128 bits. It is the same on every replay, and
    /// does not reveal the cause's id, which an outsider may have chosen.
    static func derived(_ application: String, _ source: String, _ cause: String, _ ordinal: Int) -> String {
        withDigest(application, source, cause, ordinal) { digest in
            String(unsafeUninitializedCapacity: 32) { buffer in
                for index in 0..<16 {
                    buffer[2 * index] = hexadecimal[Int(digest[index] >> 4)]
                    buffer[2 * index + 1] = hexadecimal[Int(digest[index] & 15)]
                }
                return 32
            }
        }
    }

    /// The same as 16 bytes.
    static func digest(_ application: String, _ source: String, _ cause: String, _ ordinal: Int) -> Bytes {
        withDigest(application, source, cause, ordinal) { Bytes($0.prefix(16)) }
    }

    /// The digest of three texts, each followed by a zero byte, and of the number as eight bytes, big-endian.
    private static func withDigest<Result>(
        _ first: String, _ second: String, _ third: String, _ ordinal: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let size = first.utf8.count + second.utf8.count + third.utf8.count + 11
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { bytes in
            var at = 0
            func add(_ part: String) {
                var part = part
                part.withUTF8 { UnsafeMutableRawBufferPointer(rebasing: bytes[at...]).copyMemory(from: .init($0)) }
                at += part.utf8.count
                bytes[at] = 0
                at += 1
            }
            add(first)
            add(second)
            add(third)
            bytes.storeBytes(of: UInt64(ordinal).bigEndian, toByteOffset: at, as: UInt64.self)
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash.finalize().withUnsafeBytes(body)
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}
