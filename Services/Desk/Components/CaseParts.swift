import DeskCore

/// The first thing on each page of a case (`case_header`): what it is, who has it, and what comes next by when (rules 19–21).
struct CaseHeader {
    struct Next {
        let what: String
        let due: Moment
        /// Where the step is done; nil where this person may not do it.
        let href: String?
    }

    let reference: String
    let tags: [Tag]
    let pairs: [Pair]
    let next: Next?
    let isOverdue: Bool
}

/// *Now* or *next* (`panels`, rule 20).
struct Panel {
    struct Line {
        let label: String
        let due: Moment?
        let tag: Tag?

        init(_ label: String, due: Moment? = nil, tag: Tag? = nil) {
            (self.label, self.due, self.tag) = (label, due, tag)
        }
    }

    let title: String
    let lines: [Line]
    let isNow: Bool
    let link: Link?
}

/// What has happened on a day (`timeline`, rule 20).
struct TimelineDay {
    struct Entry {
        let time: Moment
        let what: String
        let who: String?
        /// What was written, shown when asked for.
        let words: String?
        let tag: Tag?
    }

    let iso: String
    let label: String
    let entries: [Entry]
}

/// A case in a list of work (`tasks`).
struct TaskLine {
    enum Urgency: String { case overdue, today }

    let href: String
    let what: String
    let reference: String
    let due: Moment
    let tag: Tag?
    let urgency: String?
    /// Whose it is, and where.
    let detail: String?

    init(
        href: String, what: String, reference: String, due: Moment, urgency: Urgency? = nil, tag: Tag? = nil,
        detail: String? = nil
    ) {
        (self.href, self.what, self.reference, self.due) = (href, what, reference, due)
        (self.urgency, self.tag, self.detail) = (urgency?.rawValue, tag, detail)
    }
}

/// The child's own words (`child_voice`, rule 7).
struct ChildVoice {
    struct Voice {
        let words: String
        let attribution: String
    }

    let voices: [Voice]
    let hasVoices: Bool
    /// To all of them; nil where all are shown.
    var more: Link?

    init(_ voices: [Voice]) { (self.voices, hasVoices) = (voices, !voices.isEmpty) }
}

/// What one giver has decided about sharing (`consents`, rule 13).
struct ConsentCard {
    /// A button that needs no more words, such as withdrawal.
    struct Deed {
        struct Hidden {
            let name: String
            let value: String
        }

        let action: String
        let id: String
        let hidden: [Hidden]
        let label: String
        let style: String
    }

    let giver: String
    let tag: Tag
    /// What must be looked at; nil for nothing.
    let note: String?
    let pairs: [Pair]
    let actions: [Deed]
}

/// A guardian on record, or one who was (`guardians`, rule 12).
struct GuardianCard {
    let name: String
    let tags: [Tag]
    let pairs: [Pair]
    /// To the form that corrects what is written; nil where the reader may not.
    let correct: Link?
}

/// What was written first, and what replaced it (`history`).
struct History {
    struct Version {
        let time: Moment
        let who: String
        let words: String
        let reason: String?
        let isReplaced: Bool
    }

    /// The newest first.
    let versions: [Version]
    let hasVersions: Bool
    let count: Int
    /// To all of them; nil where all are shown.
    let more: Link?

    /// - Parameter all: where all of them are, if they may be too many for a page that shows other things, too.
    init(_ versions: [Version], all: Link? = nil) {
        let shown = all == nil ? versions.count : Division.beginnings(of: [versions], limit: Self.beginningLimit)[0]
        (self.versions, hasVersions, count) = (Array(versions.prefix(shown)), shown > 0, versions.count)
        more = shown < versions.count ? all : nil
    }

    /// What a page may weigh of one history.
    private static let beginningLimit = 3_000
}

/// Links to the pages before and after this one of a list (`pages`).
struct ListPages {
    let previous: String?
    let next: String?
    /// `Sida 2 av 7`.
    let position: String
}

/// A list that has nothing in it, and what one can do about it (`empty`).
struct EmptyList {
    let what: String
    let link: Link?
}
