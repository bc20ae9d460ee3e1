public import Foundation

/// RFC 3339 in UTC with milliseconds, as CloudEvents requires for `time`.
///
/// Hand-written, because it runs once per record and a date formatter would be slower than the rest of the step.
public enum Timestamp {
    /// `2026-11-23T08:00:00.000Z`
    public static func text(_ date: Date) -> String {
        let milliseconds = Int64((date.timeIntervalSince1970 * 1_000).rounded())
        var seconds = time_t(milliseconds.flooring(by: 1_000))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(unsafeUninitializedCapacity: 24) { buffer in
            func put(_ number: Int, _ width: Int, at position: Int) {
                var rest = number
                for index in stride(from: position + width - 1, through: position, by: -1) {
                    buffer[index] = UInt8(48 + rest % 10)
                    rest /= 10
                }
            }
            put(Int(parts.tm_year) + 1_900, 4, at: 0)
            put(Int(parts.tm_mon) + 1, 2, at: 5)
            put(Int(parts.tm_mday), 2, at: 8)
            put(Int(parts.tm_hour), 2, at: 11)
            put(Int(parts.tm_min), 2, at: 14)
            put(Int(parts.tm_sec), 2, at: 17)
            put(Int(milliseconds) - seconds * 1_000, 3, at: 20)
            for (position, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z")]
                as [(Int, Unicode.Scalar)]
            { buffer[position] = UInt8(ascii: mark) }
            return 24
        }
    }

    /// Any RFC 3339 time; nil for anything else.
    public static func date(_ text: String) -> Date? {
        ours(text) ?? (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
            ?? (try? Date.ISO8601FormatStyle().parse(text))
    }

    /// Parses what ``text(_:)`` writes, without a formatter; nil for any other spelling.
    private static func ours(_ text: String) -> Date? {
        var text = text
        return text.withUTF8 { ours(UnsafeRawBufferPointer($0)) }
    }

    static func ours(_ bytes: UnsafeRawBufferPointer) -> Date? {
        guard bytes.count == 24, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84, bytes[13] == 58, bytes[16] == 58,
            bytes[19] == 46, bytes[23] == 90
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var number = 0
            for index in range {
                guard (48...57).contains(bytes[index]) else { return nil }
                number = number * 10 + Int(bytes[index] - 48)
            }
            return number
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let milliseconds = number(20..<23), hour < 24, minute < 60, second < 60
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year - 1_900), Int32(month - 1), Int32(day))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (Int32(hour), Int32(minute), Int32(second))
        let seconds = Double(timegm(&parts))
        // `timegm` would turn 30 February into a day of March.
        guard parts.tm_mon == Int32(month - 1), parts.tm_mday == Int32(day) else { return nil }
        return Date(timeIntervalSince1970: seconds + Double(milliseconds) / 1_000)
    }
}

extension Int64 {
    fileprivate func flooring(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
