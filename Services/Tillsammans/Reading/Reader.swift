import ArgumentParser

/// Who reads, and how they are known.
struct Reader: Sendable, Equatable {
    /// The id in the directory.
    let person: String
    /// The door through which they came.
    let door: String
    /// How they proved who they are.
    let assurance: String
}

/// The options of every command that shows what is written about a child.
struct ReaderOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: "Who reads: the id in the directory. It stands in the access log, signed with the door's key.")
    var person: String
}
