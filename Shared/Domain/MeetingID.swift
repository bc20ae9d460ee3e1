/// A meeting's id, which begins with its case, and the `UID` under which calendars know it (RFC 5545 §3.8.4.7).
public struct MeetingID: Sendable, Hashable {
    private static let domain = "@tillsammans"

    public let text: String

    public init(_ text: String) { self.text = text }

    /// - Parameter mark: distinguishes the meeting from others of the case; without a hyphen.
    public init(case reference: String, mark: some StringProtocol) { text = "\(reference)-\(mark)" }

    /// Nil if the `UID` is not of a meeting of this suite.
    public init?(uid: String) {
        guard uid.hasSuffix(Self.domain) else { return nil }
        text = String(uid.dropLast(Self.domain.count))
    }

    public var uid: String { text + Self.domain }

    /// The case's reference; nil if the id is not of a case's meeting.
    public var caseReference: String? { text.lastIndex(of: "-").map { String(text[..<$0]) } }
}
