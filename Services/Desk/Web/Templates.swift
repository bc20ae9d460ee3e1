import Mustache

/// The templates of all pages, read once. A fault in one of them ends the start.
enum Templates {
    static func library() throws -> MustacheLibrary {
        try MustacheLibrary(
            templates: embedded.mapValues { try MustacheTemplate(string: String(decoding: $0, as: UTF8.self)) })
    }

    /// By name. A test compares them with the folder.
    static let embedded: [String: [UInt8]] = [
        "layout": PackageResources.layout_mustache,
        "notice": PackageResources.notice_mustache,
        "sign-in": PackageResources.sign_in_mustache,
        "sign-in-as": PackageResources.sign_in_as_mustache,
    ]
}
