/// How somebody was found to be who they are, as the door that let them in says.
public enum Assurance: String, CaseIterable, Sendable {
    /// Levels of assurance, as the county's login gives them (ISO/IEC 29115): 1 is lowest.
    case one = "1"
    case two = "2"
    case three = "3"
    case four = "4"
    /// A program with an account or a secret of its own.
    case service
    /// Whoever may use the operator's key.
    case `operator`
    /// Whoever holds the secret address of an invitation.
    case invitation

    /// 1 to 4; nil where it was not a person who signed in.
    public var level: Int? { Int(rawValue) }

    /// Whether it is a level that is as high, or higher.
    public func isAtLeast(_ minimum: Assurance) -> Bool {
        guard let level, let least = minimum.level else { return false }
        return level >= least
    }
}

extension County {
    /// Where commands come in. A door signs what it passes on, and says for whom.
    public struct Door: Sendable {
        public enum Kind: String, CaseIterable, Sendable {
            /// The pages for staff.
            case desk
            /// Intake's HTTP door, which lets in who has a publisher's token.
            case http
            /// The mail server's pipe.
            case mail
            /// A system of the county's.
            case system
            /// The command line.
            case `operator`
        }

        /// An Ed25519 public key (RFC 8032), and the days on which it counts, the last included.
        public struct Key: Sendable {
            public var id: String
            public var bytes: [UInt8]
            public var from: LocalDate?
            public var until: LocalDate?

            public static let bytes = 32

            public init(id: String, bytes: [UInt8], from: LocalDate? = nil, until: LocalDate? = nil) {
                (self.id, self.bytes) = (id, bytes)
                (self.from, self.until) = (from, until)
            }

            public func counts(on day: LocalDate) -> Bool {
                from.map { $0 <= day } ?? true && until.map { $0 >= day } ?? true
            }
        }

        public var id: String
        public var kind: Kind
        public var keys: [Key]
        /// It speaks for everybody of the county's staff.
        public var isForStaff: Bool
        /// It speaks for the staff of these units.
        public var units: Set<String>
        /// It speaks for this source of reports.
        public var source: String?
        /// It speaks for these accounts of programs.
        public var accounts: Set<String>

        public init(
            id: String, kind: Kind, keys: [Key], isForStaff: Bool = false, units: Set<String> = [],
            source: String? = nil, accounts: Set<String> = []
        ) {
            (self.id, self.kind, self.keys) = (id, kind, keys)
            (self.isForStaff, self.units, self.source, self.accounts) = (isForStaff, units, source, accounts)
        }
    }

    /// Whether a door may say that somebody acts: itself, a source, an account, or somebody of the staff.
    ///
    /// Intake's HTTP door speaks for each source, since it has asked for that source's token.
    public func maySpeak(_ door: Door, for name: String) -> Bool {
        if name == door.id || door.accounts.contains(name) { return true }
        if let source = door.source, source == name { return true }
        guard let person = people[name] else { return door.kind == .http }
        return door.isForStaff || door.units.contains(person.unit)
    }
}

extension County {
    /// The pages for staff of that name: the county's code, and the door's id.
    fileprivate func desk(named name: String) -> Door? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == code, let door = doors[String(parts[1])], door.kind == .desk else {
            return nil
        }
        return door
    }
}

extension Directory {
    /// The county in whose directory a source of reports has a key, so that nothing counts as its report that is not signed.
    public func county(ofSource source: String) -> County? {
        counties.sorted { $0.key < $1.key }.lazy.map(\.value).first { county in
            county.doors.values.contains { $0.source == source } || county.desk(named: source) != nil
        }
    }

    /// Whether a source of reports is the pages for staff: they report under the door's own name, such as `SRM/desk`.
    public func isDesk(_ source: String) -> Bool { counties.values.contains { $0.desk(named: source) != nil } }
}
