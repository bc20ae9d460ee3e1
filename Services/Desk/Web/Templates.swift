import Mustache

/// The templates of all pages, read once. A fault in one of them ends the start.
enum Templates {
    static func library() throws -> MustacheLibrary {
        try MustacheLibrary(
            templates: embedded.mapValues { try MustacheTemplate(string: String(decoding: $0, as: UTF8.self)) })
    }

    /// By name. A test compares them with the folder.
    static let embedded: [String: [UInt8]] = [
        "action": PackageResources.action_mustache,
        "case_header": PackageResources.case_header_mustache,
        "child_voice": PackageResources.child_voice_mustache,
        "chips": PackageResources.chips_mustache,
        "consents": PackageResources.consents_mustache,
        "empty": PackageResources.empty_mustache,
        "error_summary": PackageResources.error_summary_mustache,
        "field_area": PackageResources.field_area_mustache,
        "field_choices": PackageResources.field_choices_mustache,
        "field_help": PackageResources.field_help_mustache,
        "field_select": PackageResources.field_select_mustache,
        "field_text": PackageResources.field_text_mustache,
        "form": PackageResources.form_mustache,
        "history": PackageResources.history_mustache,
        "layout": PackageResources.layout_mustache,
        "moment": PackageResources.moment_mustache,
        "notice": PackageResources.notice_mustache,
        "notice_box": PackageResources.notice_box_mustache,
        "pages": PackageResources.pages_mustache,
        "panels": PackageResources.panels_mustache,
        "tabs": PackageResources.tabs_mustache,
        "tag": PackageResources.tag_mustache,
        "tasks": PackageResources.tasks_mustache,
        "timeline": PackageResources.timeline_mustache,
        "wheel": PackageResources.wheel_mustache,
        "wheel_form": PackageResources.wheel_form_mustache,
        "sign_in": PackageResources.sign_in_mustache,
        "sign_out": PackageResources.sign_out_mustache,
        "sign_in_as": PackageResources.sign_in_as_mustache,
    ]
}
