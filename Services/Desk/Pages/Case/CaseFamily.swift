import CaseReading
import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

// How the family has taken part (rule 7), and what a person has decided that it is told (rule 22).

extension CaseMeetings {
    struct Voice {
        let heading: String
        let asked: String
        let forms: String
        /// Nil: nothing so far.
        let afterwards: String?
        let who: String
    }

    struct Told {
        let words: String
        let who: String
    }
}

extension CasePage {
    /// The child and the guardians, as far as the reader may know them: on record, or at the last meeting.
    var family: [FormChoices.Choice] {
        let cooperation = opened.file.cooperation
        let invited = (cooperation.meeting ?? cooperation.held.last?.meeting)?.participants ?? []
        let keys = ["child"] + opened.guardians + invited.filter(\.family).map(\.person)
        return keys.uniqued().map { ($0, opened.giver($0, language).capitalizedFirst) }
    }

    func shown(_ voice: CaseFile.Entry<FamilyVoice>) -> CaseMeetings.Voice {
        let forms = voice.value.forms.map { word("voice_form.\($0)") }.joined(separator: ", ")
        return CaseMeetings.Voice(
            heading: opened.giver(voice.value.person, language).capitalizedFirst, asked: voice.value.asked,
            forms: forms.capitalizedFirst, afterwards: voice.value.afterwards.nonEmpty,
            who: by(voice.by, at: voice.at))
    }

    func shown(_ told: CaseFile.Entry<FamilyTold>) -> CaseMeetings.Told {
        // At first it was always the meeting.
        let about = told.value.about.isEmpty ? [FamilyMatter.meeting.rawValue] : told.value.about
        let values = [
            "to": opened.giver(told.value.to, language).capitalizedFirst,
            "about": about.map { word("family_matter.\($0)") }.joined(separator: ", "),
            "channel": word("channel.\(told.value.channel)"),
        ]
        return CaseMeetings.Told(words: word("desk.meeting.told.line", values), who: by(told.by, at: told.at))
    }
}

extension CaseMeetings.Voice: Weighed {
    var weight: Int {
        [heading, asked, forms, afterwards ?? "", who].reduce(320) { $0 + $1.htmlBytes }
    }
}

extension CaseMeetings.Told: Weighed {
    var weight: Int { words.htmlBytes + who.htmlBytes + 80 }
}
