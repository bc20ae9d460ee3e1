import CKafka
import Foundation

/// What librdkafka says of a property before a client has it.
public enum KafkaProperty {
    public enum Verdict: Sendable, Hashable {
        case accepted
        /// librdkafka has no property of that name.
        case unknown
        /// The value cannot be used; why, in librdkafka's words.
        case refused(String)
    }

    /// Tries the property on a configuration that no client gets.
    public static func verdict(_ name: String, _ value: String) -> Verdict {
        guard let scratch = rd_kafka_conf_new() else { return .refused("no memory") }
        defer { rd_kafka_conf_destroy(scratch) }
        var reason = [CChar](repeating: 0, count: 512)
        switch rd_kafka_conf_set(scratch, name, value, &reason, reason.count) {
        case RD_KAFKA_CONF_OK: return .accepted
        case RD_KAFKA_CONF_UNKNOWN: return .unknown
        default: return .refused(text(reason))
        }
    }

    /// The names of all properties, as librdkafka lists them.
    public static let names: [String] = {
        var (start, size): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        guard let file = open_memstream(&start, &size) else { return [] }
        rd_kafka_conf_properties_show(file)
        fclose(file)
        defer { free(start) }
        guard let start else { return [] }
        // One property a line: name | who uses it | range | default | …
        return String(cString: start).split(separator: "\n").compactMap { line in
            let columns = line.split(separator: "|", maxSplits: 1)
            let name = columns[0].trimmingCharacters(in: .whitespaces)
            return columns.count == 2 && name.first?.isLowercase == true ? name : nil
        }
    }()
}
