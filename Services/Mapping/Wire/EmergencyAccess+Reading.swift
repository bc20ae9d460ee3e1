import Codec
import Domain
import SwiftProtobuf

extension EmergencyAccess {
    init(_ emergency: Reading.Emergency) {
        self = .with {
            $0.by = emergency.by
            ($0.from, $0.until) = (.init(emergency.from), .init(emergency.until))
        }
    }

    var emergency: Reading.Emergency { .init(by: by, from: from.date, until: until.date) }
}
