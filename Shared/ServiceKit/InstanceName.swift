/// The name of one instance of a service: stable over restarts, and unique within the service.
///
/// State files, membership in the group and the transactions of one instance go by its name.
package struct InstanceName: Sendable {
    package let text: String

    /// - Throws: ``ConfigurationFault`` for a name that cannot stand in a path and in Kafka, and for one that a
    ///   ReplicaSet or Docker has made up.
    package init(_ text: String) throws(ConfigurationFault) {
        let isPlain = text.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "._-".utf8.contains(byte)
        }
        guard isPlain, 1...100 ~= text.utf8.count, text != ".", text != ".." else {
            throw ConfigurationFault(
                "INSTANCE_ID must be a name of 1 to 100 letters, digits, dots, hyphens and underscores")
        }
        // A made-up name works, but each restart reads the whole state again and waits for the session of its
        // predecessor. That is told at the first start, when it is cheap to change.
        guard !Self.isMadeUp(text) else {
            throw ConfigurationFault(
                "INSTANCE_ID \(text) looks like a name that a Deployment or a container runtime has made up and that "
                    + "changes with each restart; use a StatefulSet, or set a name that stays")
        }
        self.text = text
    }

    /// `intake-7d9c5b8f6-x2x4z`, as a Deployment's ReplicaSet names a pod, or a container's id of twelve digits.
    ///
    /// Kubernetes makes such names of letters and digits that spell no word (`SafeEncodeString` in apimachinery).
    private static func isMadeUp(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        func isRandom(_ part: Substring, _ lengths: ClosedRange<Int>) -> Bool {
            lengths ~= part.count && part.allSatisfy { "bcdfghjklmnpqrstvwxz2456789".contains($0) }
        }
        if parts.count >= 3, isRandom(parts[parts.count - 1], 5...5), isRandom(parts[parts.count - 2], 6...10) {
            return true
        }
        return text.count == 12 && text.allSatisfy { "0123456789abcdef".contains($0) }
            && text.contains { $0.isNumber }
    }
}
