public import Mustache

/// A page's model as its template reads it: the fields of a value by their names.
///
/// Mustache looks for a name in each value around it, and in a struct it does so by reflection, over all fields each time. That
/// took nine tenths of a page's time. Here each value is reflected once, before the page is rendered.
struct PageFields: MustacheParent {
    private let fields: [String: Any]

    init(_ model: [String: Any]) { fields = model.compactMapValues(Self.read) }

    func child(named name: String) -> Any? { fields[name] }

    /// Text, a truth, fields, or a list of such. Nil for an optional that has nothing.
    private static func read(_ value: Any) -> Any? {
        if let text = value as? String { return text }
        if let truth = value as? Bool { return truth }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { read($0.value) }
        case .collection, .set: return mirror.children.compactMap { read($0.value) }
        case .dictionary: return (value as? [String: Any]).map(PageFields.init)
        case .struct where value is any MustacheParent: return value
        case .struct where !(value is any CustomStringConvertible), .tuple: return PageFields(mirror)
        default: return String(describing: value)
        }
    }

    private init(_ mirror: Mirror) {
        var fields: [String: Any] = [:]
        for child in mirror.children {
            if let name = child.label { fields[name] = Self.read(child.value) }
        }
        self.fields = fields
    }
}

/// Inside a text, as in `{{#hint}}…{{/hint}}`, there is nothing to look for, and so nothing to reflect.
extension String: @retroactive MustacheParent {
    public func child(named name: String) -> Any? { nil }
}
