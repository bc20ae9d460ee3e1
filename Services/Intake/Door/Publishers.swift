import Crypto
import Foundation

/// Who may publish over HTTP. Each system has a token, and each token one CloudEvents source.
struct Publishers: Sendable {
    /// By the SHA-256 of the token, so that the time of a search says nothing about a token.
    private let sources: [Data: String]

    /// Nil where an entry has no source or too short a token, and where there is no entry.
    ///
    /// - Parameter text: `source=token`, separated by white space. A token has at least 32 characters.
    init?(_ text: String) {
        var sources: [Data: String] = [:]
        for entry in text.split(whereSeparator: \.isWhitespace) {
            guard let split = entry.lastIndex(of: "="), split > entry.startIndex else { return nil }
            let token = entry[entry.index(after: split)...]
            guard token.utf8.count >= 32 else { return nil }
            sources[Self.hash(token)] = String(entry[..<split])
        }
        guard !sources.isEmpty else { return nil }
        self.sources = sources
    }

    /// The source of the token in an `Authorization` header; nil for every other header, and for none.
    func source(authorization: String?) -> String? {
        let words = authorization?.split(separator: " ", maxSplits: 1) ?? []
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return sources[Self.hash(words[1])]
    }

    private static func hash(_ token: Substring) -> Data { Data(SHA256.hash(data: Data(token.utf8))) }
}
