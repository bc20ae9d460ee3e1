public import Mustache

/// A page's model as its template reads it: the fields of a value by their names.
///
/// Mustache looks for a name in each value around it, and in a struct it does so by reflection, over all fields each time. That
/// took nine tenths of a page's time. Here each value is reflected once, before the page is rendered. That still takes longer
/// than the rendering, so that what a page has many of is a ``PageComponent``.
struct PageFields: MustacheParent {
    private let fields: [String: Any]

    init(_ model: [String: Any]) { fields = model.compactMapValues(Self.read) }

    func child(named name: String) -> Any? { fields[name] }

    /// Text, a truth, fields, or a list of such. Nil for an optional that has nothing.
    fileprivate static func read(_ value: Any) -> Any? {
        if let text = value as? String { return text }
        if let truth = value as? Bool { return truth }
        if let component = value as? any PageComponent { return ComponentFields(component) }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { read($0.value) }
        case .collection, .set: return mirror.children.compactMap { read($0.value) }
        case .dictionary: return (value as? [String: Any]).map(PageFields.init)
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

/// A value that tells its fields by their names, so that it need not be reflected. A page can have hundreds of them, such as
/// the choices of a form.
protocol PageComponent {
    /// - Returns: nil for what it has not.
    func field(_ key: String) -> Any?
}

/// Holds a component by reference: each look for a name would copy it.
private final class ComponentFields: MustacheParent {
    private let component: any PageComponent

    init(_ component: any PageComponent) { self.component = component }

    func child(named name: String) -> Any? { component.field(name).flatMap(PageFields.read) }
}

/// Inside a text, as in `{{#hint}}…{{/hint}}`, there is nothing to look for, and so nothing to reflect.
extension String: @retroactive MustacheParent {
    public func child(named name: String) -> Any? { nil }
}

/// A text is what it shows. Mustache would describe it first.
extension String: @retroactive MustacheCustomRenderable {
    public var renderText: String { self }
    public var isNull: Bool { false }
}
