import Codec
import Domain
import Foundation
import Kafka
import ServiceKit

/// Writes a county's year to Kafka, as the suite would have, for measurements of what reads it (`make bench-desk`).
///
/// `county-year write` makes the topics, the keys of `KEY_ENCRYPTION_KEY_FILE` and `DOOR_KEY_FILE`, and the records. It prints
/// lines of a word and its value: how many records there are, who can be measured, and cases that they own. `county-year delete`
/// deletes the topics. Everyone in it is fictional.
@main enum CountyYear {
    static func main() async throws {
        let settings = try Settings(
            Setting.common + [
                Setting("DOOR_KEY_FILE", default: nil, "Where the desk's key goes."),
                Setting("CASES", default: "36000", "How many cases the year has."),
            ], SettingsSource())
        switch CommandLine.arguments.dropFirst().first {
        case "write": try await DedicatedThread.run(name: "year") { try write(settings) }
        case "delete": try await DedicatedThread.run(name: "year") { try delete(settings) }
        default: throw ConfigurationFault("say write or delete")
        }
    }

    private static func topics(_ settings: Settings) throws -> [TopicSpecification] {
        TopicPlan.specifications(partitions: 6, prefix: try settings.text("TOPIC_PREFIX"), replication: 1)
    }

    private static func delete(_ settings: Settings) throws {
        let admin = try Admin(try settings.kafka().properties)
        try admin.delete(topics(settings).map(\.name), timeout: 60_000)
    }

    private static func write(_ settings: Settings) throws {
        let admin = try Admin(try settings.kafka().properties)
        try admin.create(topics(settings), replication: 1, timeout: 60_000)

        let keyFile = try settings.text(Setting.keyEncryptionKeyFile.name)
        _ = try KeyEncryptionKeys.addKey(toFile: keyFile)
        let door = DoorKey(door: "\(YearCounty.code)/desk", id: "1")
        try door.file.write(to: URL(filePath: settings.text("DOOR_KEY_FILE")))

        let cases = try settings.number("CASES", 1...1_000_000)
        let writer = try YearWriter(settings, KeyEncryptionKeys(file: keyFile))
        try writer.write(YearCounty.directory(door), key: YearCounty.code)
        var facts = 0
        // Cases begin one after the other, and each goes on while later ones begin: records of a case lie far apart.
        for number in 0..<cases + YearCase.Stage.last(of: cases) {
            for stage in YearCase.Stage.allCases {
                let begun = number - stage.cases(of: cases)
                guard (0..<cases).contains(begun), number < cases else { continue }
                facts += try YearCase(begun, of: cases).write(stage, to: writer)
            }
        }
        try writer.finish()
        print("cases \(cases)")
        print("facts \(facts)")
        print("records \(writer.count)")
        print("bytes \(writer.bytes)")
        for (role, person) in YearCounty.measured { print("person-\(role) \(person)") }
        printCases(cases)
    }

    /// Open cases of the person who is named for most, those with most facts first.
    private static func printCases(_ cases: Int) {
        let newest = (0..<cases).reversed().lazy.map { YearCase($0, of: cases) }
        let open = newest.filter { $0.unit == YearCounty.bigUnit && !$0.isClosed && $0.age > 60 }.prefix(200)
        for one in open { print("case \(one.reference)") }
    }
}
