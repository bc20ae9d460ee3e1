import CKafka
import Foundation

/// Caches topic names by librdkafka's topic object, so that reading a record does not copy its topic's name.
final class TopicNames {
    private var names: [OpaquePointer: String] = [:]
    private var last: (topic: OpaquePointer, name: String)?

    func name(_ topic: OpaquePointer?) -> String {
        guard let topic else { return "" }
        if let last, last.topic == topic { return last.name }
        let name = names[topic] ?? String(cString: rd_kafka_topic_name(topic))
        names[topic] = name
        last = (topic, name)
        return name
    }

    func forget() { (names, last) = ([:], nil) }
}

extension BorrowedRecord {
    init(_ message: rd_kafka_message_t) {
        self.init(
            partition: message.partition, offset: message.offset,
            key: message.key.map { UnsafeRawBufferPointer(start: $0, count: message.key_len) },
            value: message.payload.map { UnsafeRawBufferPointer(start: $0, count: message.len) })
    }
}

extension Record {
    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, topic: String) {
        let content = message.pointee
        self.init(
            topic: topic, partition: content.partition, offset: content.offset,
            timestamp: rd_kafka_message_timestamp(message, nil),
            key: content.key.map { Bytes(UnsafeRawBufferPointer(start: $0, count: content.key_len)) },
            value: content.payload.map { Bytes(UnsafeRawBufferPointer(start: $0, count: content.len)) })
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return }
        headers = Headers(reserving: 256)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        var index = 0
        while rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let start = name
        {
            headers.append(
                UnsafeRawBufferPointer(start: start, count: strlen(start)),
                UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))
            index += 1
        }
    }
}
