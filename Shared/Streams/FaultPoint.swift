/// Points at which a test may kill the process or the thread; see `Tests/StreamsTests`.
package enum FaultPoint: String, CaseIterable, Sendable {
    case beforeProduce, afterProduce, afterOffsets, duringCommit, afterCommit, insideStoreCommit
}
