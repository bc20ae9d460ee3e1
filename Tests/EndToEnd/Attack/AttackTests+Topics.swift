import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport

@testable import tillsammans

extension AttackTests {
    /// Straight to the topics that outsiders write.
    static let topics = [
        Attack(
            name: "records that are no events, on every topic for outsiders", expected: ["dead letters"],
            limit: 60
        ) { target in
            let values: [Bytes?] = [nil, [], [0xFF, 0xFE, 0x00], Bytes(repeating: 0x7B, count: 100_000)]
            let headers: [Headers] = [
                [], [(name: "content-type", value: Bytes("application/cloudevents+json".utf8))],
                [
                    (name: "ce_specversion", value: [0xFF]),
                    (name: "ce_id", value: Bytes(repeating: 0x41, count: 50_000)),
                ],
            ]
            let records = Topic.allCases.filter(\.isExternal).flatMap { topic in
                values.flatMap { value in
                    headers.map { headers in
                        ProducerRecord(
                            topic: target.connection.topic(topic), key: Bytes("attack".utf8), value: value,
                            headers: headers)
                    }
                }
            }
            return try await target.deadLetters(records.count) { try await target.send(records) }
        },
        Attack(
            name: "a report with 30 000 unknown areas", expected: ["receipt"], limit: 30
        ) { target in
            let event = Event(
                id: "areas-\(UUID().uuidString)", source: target.source, type: ConcernReported.eventType, time: Date(),
                content: .json,
                data: Bytes(
                    #"{"municipality":"0480","areas":[\#((0..<30_000).map { _ in #""a""# }.joined(separator: ","))]}"#
                        .utf8))
            try await target.send([target.connection.record(event, to: .concernReports, key: event.id)])
            try await eventually("the receipt", within: .seconds(20)) { try await target.receipt(event.id) != nil }
            return ["receipt"]
        },
        Attack(name: "a withdrawal that cannot be read", expected: ["undecodable"], limit: 30) { target in
            try await refused(target, RecordConsent.eventType, Bytes([0xFF, 0xFF, 0xFF]))
        },
        Attack(name: "a withdrawal that nobody has proven", expected: ["actor.unproven"], limit: 30) { target in
            let command = RecordConsent.with {
                ($0.caseReference, $0.by, $0.giver) = ("SRM-0000-0000-00", "nobody", "guardian-1")
                ($0.decision, $0.form) = ("withdrawn", "spoken")
            }
            return try await refused(target, RecordConsent.eventType, command.wireBytes())
        },
        Attack(name: "a service's own command from outside", expected: ["command.unknown"], limit: 30) { target in
            try await refused(target, "se.tillsammans.mapping.cooperation.note.v1", [])
        },
    ]

    /// Under any key, on any partition: decided where the case is.
    static let places = [
        Attack(
            name: "a command under any key on every partition",
            expected: ["person.not_allowed", "case.closed", "case.taken_on"], limit: 60
        ) { target in
            try await target.refusals(
                everywhere: TakeOn.with {
                    ($0.caseReference, $0.by) = (target.ownCase?.reference ?? "", "trosa-rektor")
                },
                by: "trosa-rektor")
        },
        Attack(name: "a withdrawal under any key on every partition", expected: ["carried out"], limit: 30) { target in
            let withdrawal = RecordConsent.with {
                ($0.caseReference, $0.by) = (target.ownCase?.reference ?? "", "nykoping-rektor")
                ($0.giver, $0.decision, $0.form) = ("guardian-1", "withdrawn", "spoken")
            }
            return try await target.isCarriedOut(
                everywhere: withdrawal, by: "nykoping-rektor", ConsentRecorded.self)
        },
    ]

    /// In the named person's name.
    static let names = [
        Attack(name: "a command without a proof", expected: ["actor.unproven"], limit: 60) { target in
            try await target.refusals(everywhere: takeOn(target), by: nil)
        },
        Attack(name: "a command signed with a key that no directory has", expected: ["actor.unproven"], limit: 30) {
            target in
            try await target.refusal(of: takeOn(target)) {
                try DoorKey(door: "SRM/own-operator", id: "1").sign($0, for: "nykoping-rektor", .four)
            }
        },
        Attack(name: "a command with another command's proof", expected: ["actor.unproven"], limit: 30) { target in
            try await target.refusal(of: takeOn(target)) { event in
                var other = event
                other.data = try TakeOn.with { $0.by = "nykoping-rektor" }.wireBytes()
                var forged = event
                forged.actor = try target.connection.signed(other, for: "nykoping-rektor").actor
                return forged
            }
        },
        Attack(name: "a command by somebody else than the proven person", expected: ["actor.unproven"], limit: 30) {
            target in
            try await target.refusal(of: takeOn(target)) { try target.connection.signed($0, for: "trosa-rektor") }
        },
    ]

    private static func takeOn(_ target: Installation) -> TakeOn {
        .with { ($0.caseReference, $0.by) = (target.ownCase?.reference ?? "", "nykoping-rektor") }
    }

    /// The codes with which Mapping refuses a command.
    private static func refused(_ target: Installation, _ type: String, _ data: Bytes) async throws -> [String] {
        let event = Event(
            id: "attack-\(UUID().uuidString)", source: "urn:attack", type: type, time: Date(), content: .protobuf,
            data: data)
        let record = target.connection.record(event, to: .mappingCommands, key: "attack")
        return try await target.refusal(of: event.id, on: .mappings, record)
    }
}
