/// The id of somebody who takes part from outside the directory. It looks like no id of the directory's and no guardian's key, so that
/// wherever it is met it is known for what it is.
public enum OutsiderID {
    private static let prefix = "outsider:"

    /// - Parameter cause: what they were invited by: another id for each.
    public static func of(_ cause: String) -> String { prefix + Reference.id(of: cause) }

    public static func isOne(_ id: String) -> Bool { id.hasPrefix(prefix) }
}
