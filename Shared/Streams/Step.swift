import CloudEvents

/// The names of one input of the stream.
struct Input {
    let logical: String
    let physical: String
    let isFromOutside: Bool
}

/// What was done since the transaction began.
struct Step {
    let began: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    var turns = 0
    /// The last turn. If the step fails and this was its only turn, it is to blame.
    var last: (task: Int32, trigger: StreamTask.Trigger)?
    /// What was written to the table of wishes, in order.
    var wishes: [(partition: Int32, key: Bytes, value: Bytes?)] = []
    var opened: Set<Int32> = []
}
