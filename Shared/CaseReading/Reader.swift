package import Domain
package import Foundation

/// Who reads, and how they are known.
package struct Reader: Sendable, Equatable {
    /// The id in the directory.
    package let person: String
    /// The door through which they came.
    package let door: String
    /// How they proved who they are.
    package let assurance: Assurance
    /// When they did; nil: with this reading.
    package let loggedIn: Date?

    package init(person: String, door: String, assurance: Assurance, loggedIn: Date? = nil) {
        (self.person, self.door, self.assurance, self.loggedIn) = (person, door, assurance, loggedIn)
    }
}
