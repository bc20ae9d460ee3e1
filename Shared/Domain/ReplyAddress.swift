/// The address from which one receiver's answer to one invitation comes back: the sender's own, with a mark after `+`
/// (RFC 5233) that only this suite can make.
///
///     tillsammans+srm-4k7q-m2xd-9t-0123abcd.8w3fdzk3m7qa5w2t9fjv0c@example.org
///
/// The mark names the meeting and the receiver. It ends in 80 bits of HMAC-SHA256 under a secret. Who knows a case's
/// reference, which stands in every subject, cannot write it.
public struct ReplyAddress: Sendable, Hashable {
    /// The most bytes of the sender's local part. With the mark after it, it stays within 64 (RFC 5321 §4.5.3.1.1).
    public static let longestSender = 14

    public let address: EmailAddress
    public let meeting: MeetingID
    /// Stands for the receiver: 30 bits of the code of their address.
    private let receiver: String

    /// Nil where the whole would be no address, or the sender's is too long to be marked.
    public init?(of meeting: MeetingID, to receiver: String, sender: String, secret: KeySecret) {
        let parts = sender.split(separator: "@")
        let person = Self.mark(receiver, secret)
        let id = meeting.text.lowercased()
        guard parts.count == 2,
            let address = EmailAddress("\(parts[0])+\(id).\(person)\(Self.proof(id, person, secret))@\(parts[1])")
        else { return nil }
        (self.address, self.meeting, self.receiver) = (address, meeting, person)
    }

    /// Nil unless this suite has written the address. Capitals and small letters are the same: not every program keeps them.
    public init?(_ text: String, secret: KeySecret) {
        guard let address = EmailAddress(text) else { return nil }
        let local = text.lowercased().prefix { $0 != "@" }
        guard let plus = local.firstIndex(of: "+"), let dot = local.lastIndex(of: "."), plus < dot else { return nil }
        let id = String(local[local.index(after: plus)..<dot])
        let mark = local[local.index(after: dot)...]
        let person = String(mark.prefix(Self.markLength))
        guard let hyphen = id.lastIndex(of: "-"), mark.dropFirst(Self.markLength) == Self.proof(id, person, secret)
        else { return nil }
        self.address = address
        // References are written in capitals.
        meeting = MeetingID(case: id[..<hyphen].uppercased(), mark: id[id.index(after: hyphen)...])
        receiver = person
    }

    /// Whether it was given to whoever has an address.
    public func wasGiven(to receiver: String, secret: KeySecret) -> Bool {
        Self.mark(receiver, secret) == self.receiver
    }

    private static let markLength = 6

    private static func mark(_ receiver: String, _ secret: KeySecret) -> String {
        secret.letters("receiver \(receiver.lowercased())", markLength)
    }

    private static func proof(_ meeting: String, _ receiver: String, _ secret: KeySecret) -> String {
        secret.letters("reply \(meeting) \(receiver)", 16)
    }
}
