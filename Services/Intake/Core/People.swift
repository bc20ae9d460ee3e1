package import Domain

/// Somebody who works with children and sends a report (rule 1).
package struct Reporter: Sendable, Equatable {
    package var name: String
    package var role: String
    package var organisation: Organisation
    /// Where the answer goes.
    package var email: EmailAddress

    package init(name: String, role: String, organisation: Organisation, email: EmailAddress) {
        (self.name, self.role) = (name, role)
        (self.organisation, self.email) = (organisation, email)
    }
}

/// A guardian as a reporter describes them. Nothing of it has been checked.
package struct Guardian: Sendable, Equatable {
    package var name: String
    package var personalNumber: String
    package var email: String
    package var phone: String

    package init(name: String, personalNumber: String, email: String, phone: String) {
        (self.name, self.personalNumber) = (name, personalNumber)
        (self.email, self.phone) = (email, phone)
    }
}

/// A municipality of a county that the directory has.
package struct ServedMunicipality: Sendable, Equatable {
    package let county: County
    /// Four digits.
    package let code: String

    /// Nil where no county has the municipality.
    package init?(_ code: String, in directory: Directory) {
        guard let county = directory.county(ofMunicipality: code) else { return nil }
        (self.county, self.code) = (county, code)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.county.code == right.county.code && left.code == right.code
    }
}
