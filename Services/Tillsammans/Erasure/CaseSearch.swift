import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import Streams

/// What one record, state entry or message has to do with an erased case.
struct Finding: Sendable, Equatable {
    /// It names the case, or holds one of the markers.
    var isAbout = true
    let verdict: Verdict

    enum Verdict: Sendable, Equatable {
        /// Holds nothing that tells of the child: a tombstone, a receipt, a deadline.
        case bare
        /// No key opens it any more.
        case sealed
        /// The erased key itself, as long as the brokers have not cleaned it away. Whoever has it and the key-encryption key
        /// could open everything.
        case uncleaned
        /// Opened though it should not, clear though it is personal, or it holds a marker.
        case readable
        case undecided(Doubt)
    }
}

/// Why it cannot be said whether something tells of the child.
enum Doubt: String, Sendable, CaseIterable {
    case noKeys
    case otherVersion
    case otherCase
    case altered
    case noMarkers

    /// For the person who asked, with what to do.
    var text: String {
        switch self {
        case .noKeys: "sealed, not tried: KEY_ENCRYPTION_KEY_FILE is not set, or child-keys could not be read"
        case .otherVersion: "sealed, not tried: its version is missing in KEY_ENCRYPTION_KEY_FILE"
        case .otherCase: "names this case, but is sealed under another case's key, which is not opened here"
        case .altered: "sealed, and altered since: it cannot be opened, and why is not known"
        case .noMarkers: "tells of a child without a reference: give --markers to know whether it is this one"
        }
    }
}

/// Decides what records, state entries and messages have to do with one case. Shows nothing of what is in them.
///
/// What is sealed under the case's key is opened where there still is one. What is sealed under a service's own key is opened,
/// too, since it may tell of any child. Other cases' contents stay closed.
struct CaseSearch {
    let reference: String
    private let needles: Needles
    private let hasMarkers: Bool
    /// Nil without key-encryption keys, and where the topic of data keys was not read. It knows no data key but the case's.
    private let keyring: Keyring?

    init(_ reference: String, _ markers: Markers, _ keyring: Keyring?) {
        (self.reference, self.keyring) = (reference, keyring)
        (needles, hasMarkers) = (Needles(reference: reference, markers), !markers.isEmpty)
    }

    // MARK: Places

    /// A record of a topic that is no changelog.
    func finding(_ record: Record) -> Finding? {
        let around = traces(around: record)
        if let name = record.headers[Keyring.deadLetterHeader].map({ String(decoding: $0, as: UTF8.self) }) {
            return sealed(under: name, around, isAnyones: true) {
                try keyring?.openDeadLetter(record).map { letter in
                    letter.headers.reduce(letter.key + [0x20] + letter.value) { $0 + [0x20] + $1.value }
                }
            }
        }
        let received = Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
        guard let event = try? Event(headers: record.headers, value: record.value, received: received) else {
            // What nobody can read may say anything.
            let value = record.value ?? []
            return clear(around.union(needles.traces(in: value)), isPersonal: !value.isEmpty, isAnyones: true)
        }
        let isAnyones = event.subject?.isEmpty != false
        if let seal = event.sealed {
            return sealed(under: seal.key, around, isAnyones: isAnyones) { try keyring?.open(event).data }
        }
        let value = record.value ?? []
        let content = event.data == value ? [value] : [value, event.data]
        return clear(
            around.union(needles.traces(in: content)),
            isPersonal: EventRegistry.sealed.contains(event.type), isAnyones: isAnyones)
    }

    private func traces(around record: Record) -> Traces {
        var traces = needles.traces(in: record.key ?? [])
        for header in record.headers { traces.formUnion(needles.traces(in: Bytes(header.name.utf8), header.value)) }
        return traces
    }

    /// An entry of a service's state, from a changelog or a file. Streams store in clear only what is not personal.
    func finding(state key: Bytes, _ value: Bytes?) -> Finding? {
        let around = needles.traces(in: key)
        guard let value else { return clear(around) }
        guard let name = value.withUnsafeBytes({ StateValue.sealingKey(of: $0) }) else {
            return clear(around.union(needles.traces(in: value)))
        }
        // What lies under a service's own key waits for a reference, or has none.
        return sealed(under: name, around, isAnyones: true) {
            try value.withUnsafeBytes { value in try key.withUnsafeBytes { try keyring?.open(value, at: $0) } }
        }
    }

    /// A message in a folder, and its file's name.
    func finding(message: Bytes, named name: String) -> Finding? {
        clear(needles.traces(in: [Bytes(name.utf8)] + MailTexts.all(of: message)))
    }

    /// Whether a name may be shown.
    func isShowable(_ name: String) -> Bool { !needles.traces(in: Bytes(name.utf8)).contains(.marker) }

    /// A search through a file's bytes, whatever they are.
    func scan() -> Needles.Scan { Needles.Scan(needles) }

    // MARK: Verdicts

    /// - Parameters:
    ///   - isPersonal: it is of a kind that the contract seals.
    ///   - isAnyones: nothing says whose it is.
    private func clear(_ traces: Traces, isPersonal: Bool = false, isAnyones: Bool = false) -> Finding? {
        if traces.contains(.marker) { return Finding(verdict: .readable) }
        if traces.contains(.reference) { return Finding(verdict: isPersonal ? .readable : .bare) }
        return isPersonal && isAnyones && !hasMarkers ? Finding(isAbout: false, verdict: .undecided(.noMarkers)) : nil
    }

    /// - Parameters:
    ///   - around: what stands in clear around what is sealed.
    ///   - open: nil where there are no keys, or it does not open.
    private func sealed(
        under name: String, _ around: Traces, isAnyones: Bool, _ open: () throws -> Bytes?
    ) -> Finding? {
        if around.contains(.marker) { return Finding(verdict: .readable) }
        let isOwn = name == reference
        let isAbout = isOwn || !around.isEmpty
        guard isOwn || name.hasPrefix("~") else {
            return isAbout ? Finding(verdict: .undecided(.otherCase)) : nil
        }
        switch attempt(open, isOwn: isOwn) {
        case .opened(let content):
            let found = around.union(needles.traces(in: content))
            return isOwn ? Finding(verdict: .readable) : clear(found, isPersonal: true, isAnyones: isAnyones)
        case .erased: return Finding(isAbout: isAbout, verdict: .sealed)
        case .closed(let doubt): return Finding(isAbout: isAbout, verdict: .undecided(doubt))
        }
    }

    private enum Attempt {
        case opened(Bytes), erased, closed(Doubt)
    }

    private func attempt(_ open: () throws -> Bytes?, isOwn: Bool) -> Attempt {
        guard keyring != nil else { return .closed(.noKeys) }
        do {
            if let content = try open() { return .opened(content) }
        } catch {
            if error is KeyUnusable { return .closed(.otherVersion) }
            if !Keyring.isErased(error) { return .closed(.altered) }
        }
        // A service's own key is never erased: it is derived from the key-encryption key.
        return isOwn ? .erased : .closed(.otherVersion)
    }
}
