import CloudEvents

/// One of the stream's inputs, with its names.
struct Input {
    let logical: String
    let physical: String
    let isFromOutside: Bool
}

/// What is done since the transaction began.
struct Step {
    let began: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    var turns = 0
    /// The last turn, which is to blame where it is the only one.
    var last: (task: Int32, trigger: StreamTask.Trigger)?
    /// What was written under the wishes' table, in order.
    var wishes: [(partition: Int32, key: Bytes, value: Bytes?)] = []
    var opened: Set<Int32> = []
}
