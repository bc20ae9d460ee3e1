import Domain
import Mustache
import ServiceHost

/// The templates of all pages, read once for each language. A fault in one of them ends the start.
enum Templates {
    /// - Parameter more: templates beside the desk's own, by name.
    /// - Throws: a fault of a template.
    static func library(_ language: Language, and more: [String: String] = [:]) throws -> MustacheLibrary {
        let texts = embedded.mapValues { String(decoding: $0, as: UTF8.self) }.merging(more) { $1 }
        return try MustacheLibrary(
            templates: texts.mapValues { try MustacheTemplate(html: inWords($0, language)) })
    }

    /// Puts words of the catalogue in: `{{#text}}desk.name{{/text}}`. They are the same on every page, so they are not looked up
    /// for each.
    private static func inWords(_ template: String, _ language: Language) -> String {
        template.replacing(#/\{\{#text\}\}([^{}]+)\{\{\/text\}\}/#) { Catalogue.text(String($0.1), language) }
    }

    /// By name. A test compares them with the folder.
    static let embedded: [String: [UInt8]] = [
        "access_log": PackageResources.access_log_mustache,
        "act": PackageResources.act_mustache,
        "action": PackageResources.action_mustache,
        "case_consents": PackageResources.case_consents_mustache,
        "case_coordinator": PackageResources.case_coordinator_mustache,
        "case_findings": PackageResources.case_findings_mustache,
        "case_form": PackageResources.case_form_mustache,
        "case_header": PackageResources.case_header_mustache,
        "case_known": PackageResources.case_known_mustache,
        "case_mapping": PackageResources.case_mapping_mustache,
        "case_meeting_parts": PackageResources.case_meeting_parts_mustache,
        "case_meetings": PackageResources.case_meetings_mustache,
        "case_notices": PackageResources.case_notices_mustache,
        "case_outcome": PackageResources.case_outcome_mustache,
        "case_overview": PackageResources.case_overview_mustache,
        "case_people": PackageResources.case_people_mustache,
        "case_print": PackageResources.case_print_mustache,
        "case_record": PackageResources.case_record_mustache,
        "case_top": PackageResources.case_top_mustache,
        "child_voice": PackageResources.child_voice_mustache,
        "chips": PackageResources.chips_mustache,
        "concern": PackageResources.concern_mustache,
        "concern_check": PackageResources.concern_check_mustache,
        "concern_form": PackageResources.concern_form_mustache,
        "consents": PackageResources.consents_mustache,
        "consultation_form": PackageResources.consultation_form_mustache,
        "emergency": PackageResources.emergency_mustache,
        "empty": PackageResources.empty_mustache,
        "error_summary": PackageResources.error_summary_mustache,
        "field_area": PackageResources.field_area_mustache,
        "field_choices": PackageResources.field_choices_mustache,
        "field_help": PackageResources.field_help_mustache,
        "field_hidden": PackageResources.field_hidden_mustache,
        "field_select": PackageResources.field_select_mustache,
        "field_text": PackageResources.field_text_mustache,
        "findings": PackageResources.findings_mustache,
        "follow_ups": PackageResources.follow_ups_mustache,
        "form": PackageResources.form_mustache,
        "guardian": PackageResources.guardian_mustache,
        "guardians": PackageResources.guardians_mustache,
        "history": PackageResources.history_mustache,
        "layout": PackageResources.layout_mustache,
        "moment": PackageResources.moment_mustache,
        "notice": PackageResources.notice_mustache,
        "notice_box": PackageResources.notice_box_mustache,
        "numbers": PackageResources.numbers_mustache,
        "pages": PackageResources.pages_mustache,
        "panels": PackageResources.panels_mustache,
        "pieces": PackageResources.pieces_mustache,
        "readers": PackageResources.readers_mustache,
        "readings": PackageResources.readings_mustache,
        "report_sent": PackageResources.report_sent_mustache,
        "sign_in": PackageResources.sign_in_mustache,
        "sign_in_as": PackageResources.sign_in_as_mustache,
        "sign_out": PackageResources.sign_out_mustache,
        "tabs": PackageResources.tabs_mustache,
        "tag": PackageResources.tag_mustache,
        "tasks": PackageResources.tasks_mustache,
        "timeline": PackageResources.timeline_mustache,
        "versions": PackageResources.versions_mustache,
        "wheel": PackageResources.wheel_mustache,
        "wheel_form": PackageResources.wheel_form_mustache,
        "withhold": PackageResources.withhold_mustache,
        "work": PackageResources.work_mustache,
    ]
}
