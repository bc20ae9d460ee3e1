// The glossary of the county model as values. Raw values are the words used on the wire and in files.

/// Barnets bästa-hjulet: the seven areas in which everyone describes what they see (rule 1).
public enum WheelArea: String, CaseIterable, Sendable {
    case health, development, learning, care, home, relationships, safety

    /// The area's name in the county's own documents.
    public var swedish: String {
        switch self {
        case .health: "hälsa"
        case .development: "utveckling"
        case .learning: "lärande"
        case .care: "omsorg"
        case .home: "hemmet"
        case .relationships: "relationer"
        case .safety: "trygghet"
        }
    }
}

/// Where a child is in its schooling, which decides who the named person is (rule 2).
public enum Stage: String, CaseIterable, Sendable {
    case beforeSchool = "before_school"
    case school = "school"
    case upperSecondary = "upper_secondary"
    case upperSecondaryElsewhere = "upper_secondary_elsewhere"
    case outsideUpperSecondary = "outside_upper_secondary"
}

/// The parties of the agreement.
public enum Organisation: String, CaseIterable, Sendable {
    case education
    case socialServices = "social_services"
    case healthCare = "health_care"
}

/// The kinds of unit that can hold a named person or take part.
public enum UnitKind: String, CaseIterable, Sendable {
    case childHealthCentre = "child_health_centre"
    case preschool
    case school
    case upperSecondarySchool = "upper_secondary_school"
    case followUp = "follow_up"
    case activityResponsibility = "activity_responsibility"
    case socialServices = "social_services"
    case healthCare = "health_care"
    case fallback

    public var organisation: Organisation {
        switch self {
        case .childHealthCentre, .healthCare: .healthCare
        case .socialServices: .socialServices
        case .preschool, .school, .upperSecondarySchool, .followUp, .activityResponsibility, .fallback: .education
        }
    }
}

/// The four sources of a mapping (rule 7).
public enum InformationSource: String, CaseIterable, Sendable {
    case detector, organisation, guardian, child
}

/// What a piece of information is about: needs, not diagnoses; strengths first (rule 8).
public enum InformationKind: String, CaseIterable, Sendable {
    case strength, need, obstacle
    /// The child was not asked; the text says why (rule 7).
    case notAsked = "not_asked"
}

/// How a mapping ends (rule 10).
public enum Outcome: String, CaseIterable, Sendable {
    case nothingFurther = "nothing_further"
    case ownMeasures = "own_measures"
    case cooperation
}

/// What a guardian or the youth says to sharing (rules 12 and 13).
public enum ConsentDecision: String, CaseIterable, Sendable {
    case given, refused, withdrawn
}

/// The five questions of the analysis, in the county's words (rule 9).
public enum Question: Int, CaseIterable, Sendable {
    case information = 1, obstacles, mine, organisation, others

    public var swedish: String {
        switch self {
        case .information: "Har jag all information som jag behöver för att hjälpa barnet?"
        case .obstacles: "Vad står i vägen för barnets välmående?"
        case .mine: "Vad kan jag göra nu för att hjälpa det här barnet?"
        case .organisation: "Vad kan min verksamhet göra för att hjälpa barnet?"
        case .others: "Vilken ytterligare hjälp behöver jag från andra?"
        }
    }
}
