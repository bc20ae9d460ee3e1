import Foundation

/// Reads what comes from outside, up to a size.
enum BoundedInput {
    /// A file, or else standard input. What is larger ends one byte past the limit, so that its reader can say so.
    ///
    /// - Throws: ``CommandFault`` where it cannot be read.
    static func read(_ path: String?, _ largest: Int) throws -> Data {
        let handle = path.map { FileHandle(forReadingAtPath: $0) } ?? .standardInput
        guard let handle else { throw CommandFault("\(path ?? "standard input") cannot be read") }
        var data = Data()
        while data.count <= largest {
            guard let more = try handle.read(upToCount: largest + 1 - data.count), !more.isEmpty else { break }
            data += more
        }
        return data
    }

    /// Takes what is left on standard input, so that whoever writes it does not fail for a message that is too large.
    static func skipRest() {
        while let more = try? FileHandle.standardInput.read(upToCount: 1 << 16), !more.isEmpty {}
    }
}
