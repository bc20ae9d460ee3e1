package import Domain

/// By which of the provider's claims somebody is found in the directory.
package enum PersonClaim: String, CaseIterable, Sendable {
    /// The directory's e-mail address, whatever the case of its letters.
    case email
    /// The directory's id.
    case subject = "sub"
    /// The directory's id.
    case preferredUsername = "preferred_username"
}

/// What the provider's authentication contexts (`acr`) are worth.
package struct AssuranceMap: Sendable {
    private let levels: [String: Assurance]

    /// - Parameter text: `context=level`, separated by spaces; a level is 1, 2, 3 or 4. Nil for anything else.
    package init?(_ text: String) {
        var levels: [String: Assurance] = [:]
        for pair in text.split(separator: " ") {
            // A context is a URI as a rule, and may hold the sign, too.
            guard let sign = pair.lastIndex(of: "="), sign > pair.startIndex,
                let level = Assurance(rawValue: String(pair[pair.index(after: sign)...])), level.level != nil
            else { return nil }
            guard levels.updateValue(level, forKey: String(pair[..<sign])) == nil else { return nil }
        }
        self.levels = levels
    }

    /// The lowest level where the provider says nothing, or nothing that is known.
    package func assurance(_ context: String?) -> Assurance { context.flatMap { levels[$0] } ?? .one }
}
