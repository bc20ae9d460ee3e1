/// One thing that is wrong with what somebody sent: where, what, and what to do, in both languages.
///
/// The code is stable and for machines. Neither text ever repeats what was sent, since that may be personal data.
public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable, machine-readable name, for example `personal_number.checksum`.
    public let code: String
    /// The field by path, for example `reporter.email` or `areas[2]`; empty for the whole.
    public let path: String
    public let swedish: String
    public let english: String

    public init(_ code: String, at path: String = "", sv swedish: String, en english: String) {
        self.code = code
        self.path = path
        self.swedish = swedish
        self.english = english
    }

    public var description: String { path.isEmpty ? "\(english) [\(code)]" : "\(path): \(english) [\(code)]" }
}

/// Everything that is wrong, at once: nobody should have to send a thing five times to learn five faults.
public struct Faults: Error, Sendable, Hashable, CustomStringConvertible {
    public let list: [Fault]

    public init(_ list: [Fault]) { self.list = list }

    public var description: String { list.map(\.description).joined(separator: "; ") }
}
