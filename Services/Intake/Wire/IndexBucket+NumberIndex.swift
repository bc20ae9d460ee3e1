import Codec
import IntakeCore
import SwiftProtobuf

extension IndexBucket {
    /// Sorted, so that the same index always has the same bytes.
    init(_ index: NumberIndex) {
        self.init()
        entries = index.references.sorted { $0.key.text < $1.key.text }.map { child, reference in
            .with { ($0.hash, $0.caseReference) = (child.text, reference) }
        }
    }

    var index: NumberIndex {
        NumberIndex(Dictionary(entries.map { (NumberHash(stored: $0.hash), $0.caseReference) }) { $1 })
    }
}
