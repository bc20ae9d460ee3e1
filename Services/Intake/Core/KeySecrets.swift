package import Domain

/// The secret under which Intake makes keyed hashes, and the one that it replaces.
package struct KeySecrets: Sendable {
    package let current: KeySecret
    /// What was hashed under it is known again. Nothing new is stored under it. Nil where no secret is being replaced.
    package let previous: KeySecret?

    package init(_ current: KeySecret, previous: KeySecret? = nil) {
        (self.current, self.previous) = (current, previous)
    }
}
