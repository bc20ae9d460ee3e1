/// Breaks lines between words, for a terminal.
enum Wrapping {
    /// The lines of one paragraph, none longer than `width`. A word that is longer is cut.
    static func lines(_ paragraph: String, within width: Int) -> [String] {
        guard width > 0, paragraph.count > width else { return [paragraph] }
        var lines: [String] = []
        var line = Substring()
        for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
            if line.isEmpty, lines.isEmpty || !word.isEmpty {
                line = word
            } else if line.count + word.count < width {
                line += " " + word
            } else {
                lines.append(String(line))
                line = word
            }
            while line.count > width {
                lines.append(String(line.prefix(width)))
                line = line.dropFirst(width)
            }
        }
        return lines + [String(line)]
    }

    /// Each line of a text. What goes on in a further line stands deeper by two.
    ///
    /// - Parameter width: nil: nothing is broken.
    static func text(_ text: String, within width: Int?) -> String {
        guard let width else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.count > width else { return String(line) }
            let indent = String(line.prefix { $0 == " " })
            let room = max(width - indent.count - 2, 1)
            let broken = lines(String(line.dropFirst(indent.count)), within: room)
            return indent + broken.joined(separator: "\n\(indent)  ")
        }.joined(separator: "\n")
    }
}
