import Domain
import Foundation

/// RFC 3339 in UTC with milliseconds, as CloudEvents wants `time`.
///
/// Written by hand because it is written once per record, and a date formatter is slower than the rest of the step.
public enum Timestamp {
    /// `2026-11-23T08:00:00.000Z`
    public static func text(_ date: Date) -> String {
        let milliseconds = Int64((date.timeIntervalSince1970 * 1_000).rounded())
        let seconds = milliseconds.flooring(by: 1_000)
        let days = seconds.flooring(by: 86_400)
        let day = LocalDate(number: Int(days))
        let clock = Int(seconds - days * 86_400)
        return String(unsafeUninitializedCapacity: 24) { buffer in
            func put(_ number: Int, _ width: Int, at position: Int) {
                var rest = number
                for index in stride(from: position + width - 1, through: position, by: -1) {
                    buffer[index] = UInt8(48 + rest % 10)
                    rest /= 10
                }
            }
            put(day.year, 4, at: 0)
            put(day.month, 2, at: 5)
            put(day.day, 2, at: 8)
            put(clock / 3_600, 2, at: 11)
            put(clock / 60 % 60, 2, at: 14)
            put(clock % 60, 2, at: 17)
            put(Int(milliseconds - seconds * 1_000), 3, at: 20)
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

    /// What ``text(_:)`` writes, read without a formatter; nil for any other spelling.
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
        guard let year = number(0..<4), let month = number(5..<7), let dayOfMonth = number(8..<10),
            let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let milliseconds = number(20..<23),
            let day = LocalDate(year: year, month: month, day: dayOfMonth), hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = Double(day.number * 86_400 + hour * 3_600 + minute * 60 + second)
        return Date(timeIntervalSince1970: seconds + Double(milliseconds) / 1_000)
    }
}

extension Int64 {
    fileprivate func flooring(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
