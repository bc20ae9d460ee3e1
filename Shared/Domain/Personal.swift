/// Personal data that cannot be printed, logged or interpolated by accident.
///
/// Whatever prints a value of this type prints `‹personal›`. Reading it is a word one can search for: ``reveal``.
public struct Personal<Value: Sendable & Hashable>: Sendable, Hashable {
    /// The value itself, for the few places that must have it.
    public let reveal: Value

    public init(_ value: Value) { reveal = value }
}

extension Personal: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "‹personal›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
