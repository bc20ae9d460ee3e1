import Codec
import Domain
import IntakeCore
import ServiceKit
import SwiftProtobuf

extension Codec.Reporter {
    init(_ reporter: IntakeCore.Reporter) {
        self = .with {
            ($0.name, $0.role) = (reporter.name, reporter.role)
            ($0.organisation, $0.email) = (reporter.organisation.rawValue, reporter.email.text)
        }
    }

    /// Somebody who works with children, and whom the answer reaches (rule 1).
    func read(_ words: inout Words) -> IntakeCore.Reporter? {
        let address = EmailAddress(email)
        if address == nil { words.add(Fault(.reporterEmail, at: "reporter.email")) }
        let organisation = words.one(
            of: Organisation.self, organisation, at: "reporter.organisation", else: .reporterOrganisation)
        guard let address, let organisation else { return nil }
        return .init(name: name, role: role, organisation: organisation, email: address)
    }
}

extension Codec.Guardian {
    init(_ guardian: IntakeCore.Guardian) {
        self = .with {
            ($0.name, $0.personalNumber) = (guardian.name, guardian.personalNumber)
            ($0.email, $0.phone) = (guardian.email, guardian.phone)
        }
    }

    var read: IntakeCore.Guardian {
        .init(name: name, personalNumber: personalNumber, email: email, phone: phone)
    }
}

extension Codec.DescribedGuardian {
    init(_ guardian: IntakeCore.DescribedGuardian) {
        self.init()
        key = guardian.key
        names = guardian.names.messages
        personalNumbers = guardian.personalNumbers.messages
        emails = guardian.emails.messages
        phones = guardian.phones.messages
    }

    var read: IntakeCore.DescribedGuardian {
        .init(
            key: key, names: Statements(names), personalNumbers: Statements(personalNumbers),
            emails: Statements(emails), phones: Statements(phones))
    }
}

extension Statements {
    var messages: [Codec.Statement] {
        all.map { statement in
            .with { ($0.text, $0.source, $0.at) = (statement.text, statement.source, .init(statement.at)) }
        }
    }

    init(_ messages: [Codec.Statement]) {
        self.init(messages.map { Statement($0.text, source: $0.source, at: $0.at.date) })
    }
}
