import Domain
import Foundation
import IntakeCore
import ServiceKit
import TestSupport
import Testing

/// Random values of Intake's core, the same for the same seed.
struct RandomReport: RandomValues {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func date() -> Date { Date(timeIntervalSince1970: Double(number(1_700_000_000...1_790_000_000)) + 0.25) }

    mutating func areas() -> [WheelArea] { list(1...3) { $0.one(WheelArea.self) } }
    mutating func digest() -> ReportDigest { ReportDigest(stored: id()) }
    mutating func reportID() -> ReportID { ReportID(source: "urn:\(id())", id: word()) }

    mutating func email() throws -> EmailAddress { try #require(EmailAddress("\(id())@example.org")) }

    mutating func reporter() throws -> Reporter {
        Reporter(name: word(), role: word(), organisation: one(Organisation.self), email: try email())
    }

    mutating func guardian() -> Guardian {
        Guardian(
            name: word(), personalNumber: maybe { $0.id() } ?? "", email: maybe { $0.id() } ?? "",
            phone: maybe { $0.id() } ?? "")
    }

    mutating func municipality() throws -> ServedMunicipality {
        try #require(ServedMunicipality("0001", in: ExampleCounty.directory))
    }

    mutating func personalNumber() throws -> PersonalNumber {
        try PersonalNumber(flag() ? "20140315-2380" : "20141231-2389", today: day())
    }

    mutating func owner() -> Routing.Owner {
        Routing.Owner(unit: id(), person: id(), fallback: maybe { $0.one(Routing.Fallback.self) })
    }

    mutating func place() -> KnownChild.Place {
        KnownChild.Place(county: id(), municipality: id(), stage: one(Stage.self), attends: maybe { $0.id() })
    }

    mutating func move() -> ProposedMove { ProposedMove(place: place(), owner: owner()) }

    mutating func statements() -> Statements {
        Statements(list { Statement($0.word(), source: $0.id(), at: $0.date()) })
    }

    mutating func describedGuardian() -> DescribedGuardian {
        DescribedGuardian(
            key: id(), names: statements(), personalNumbers: statements(), emails: statements(), phones: statements())
    }

    mutating func report() throws -> Report {
        Report(
            number: try personalNumber(), name: word(), municipality: try municipality(),
            stage: maybe { $0.one(Stage.self) }, unit: maybe { $0.id() }, areas: areas(), observation: word(),
            strengths: list { $0.word() }, isHarmSuspected: flag(), observedAt: date(), reporter: try reporter(),
            guardians: list { $0.guardian() }, isProtected: flag())
    }

    mutating func consultation() throws -> Consultation {
        Consultation(
            municipality: try municipality(), areas: areas(), question: "Hur gör vi?", reporter: try reporter())
    }

    mutating func reasons() -> [Receipt.Reason] {
        list(1...3) { random in
            Receipt.Reason(Fault(random.one(FaultCode.self), at: random.id()))
        }
    }

    mutating func known() throws -> Kept<KnownChild> {
        let guardians = list { random in
            KnownGuardian(
                random.describedGuardian(),
                aliases: random.list { KnownGuardian.Alias($0.one(KnownGuardian.Alias.Kind.self), hash: $0.id()) })
        }
        let recent = list { random in
            RecentConcern(
                concern: random.id(), source: random.id(), observedAt: random.date(), areas: random.areas())
        }
        let child = KnownChild(
            reference: id(), number: try personalNumber(), place: place(), owner: owner(), hasOpenCase: flag(),
            isProtected: flag(), protectedBy: statements(), isHarmSuspected: flag(), names: statements(),
            guardians: guardians,
            recent: recent)
        return Kept(child, taken: list { UInt64($0.number(1...999_999)) })
    }

    mutating func registered() throws -> RegisteredConcern {
        RegisteredConcern(
            concern: id(), reference: id(), county: id(), municipality: id(), stage: one(Stage.self),
            attends: maybe { $0.id() }, owner: owner(), hasGrown: flag(), proposed: maybe { $0.move() },
            receivedAt: date(), observedAt: date(), areas: areas(), observation: word(), strengths: list { $0.word() },
            isHarmSuspected: flag(), reporter: try reporter(), guardians: list { $0.id() }, youthConsentFrom: day(),
            adultFrom: day(), isProtected: flag(), linkedTo: maybe { $0.id() })
    }

    mutating func setAside() throws -> SetAsideConcern {
        SetAsideConcern(
            reference: id(), county: id(), municipality: id(), owner: owner(), receivedAt: date(),
            observedAt: date(), areas: areas(), observation: word(), reporter: try reporter())
    }

    mutating func answer() -> Receipt.Answer {
        switch number(0...2) {
        case 0: .refused(reasons())
        case 1: .consultation(reference: id())
        default:
            .registered(
                Receipt.Registered(
                    reference: id(), unit: id(), unitName: maybe { $0.word() },
                    fallback: maybe { $0.one(Routing.Fallback.self) }, isDutyToReport: flag()))
        }
    }
}
