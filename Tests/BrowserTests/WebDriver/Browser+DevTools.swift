import Foundation
import StreamsTestSupport

/// What WebDriver has no command for, by Chromium's own protocol.
extension Browser {
    enum ColourScheme: String, CaseIterable, Sendable {
        case light, dark
    }

    /// Shows pages light or dark, and waits until none of their colours is on its way any more.
    func prefer(_ scheme: ColourScheme) async throws {
        try await command("Emulation.setEmulatedMedia", Media(features: [.init(value: scheme.rawValue)]))
        try await eventually("the end of the page's animations", within: Self.patience) {
            try await run("return document.getAnimations().every(a => a.playState !== 'running')", as: Bool.self)
        }
    }

    /// Lays pages out as in a window of this width, in CSS pixels.
    func resize(width: Int, height: Int = 900) async throws {
        try await command("Emulation.setDeviceMetricsOverride", Metrics(width: width, height: height))
    }

    /// Of the whole page, as PNG.
    ///
    /// - Parameter tallest: what is below is cut off, in CSS pixels.
    func picture(tallest: Double = Self.tallest) async throws -> Data {
        let size = try await command("Page.getLayoutMetrics", None(), as: Layout.self).cssContentSize
        let area = Picture.Area(width: size.width, height: min(size.height, tallest))
        return try await command("Page.captureScreenshot", Picture(clip: area), as: Captured.self).data
    }

    /// Of what fits into the window, as PNG.
    func view() async throws -> Data {
        Data(base64Encoded: try await client.get(path + "/screenshot", as: String.self)) ?? Data()
    }

    /// The page as it is printed, as PDF.
    func printed() async throws -> Data {
        let text = try await client.post(path + "/print", ["orientation": "portrait"], as: String.self)
        return Data(base64Encoded: text) ?? Data()
    }

    /// The page's HTML as the server sent it. Can be asked for once on each page.
    func source() async throws -> String {
        let answers = try await log("performance").compactMap { entry in
            try? JSONDecoder().decode(Received.self, from: Data(entry.message.utf8)).message
        }
        guard
            let answer = answers.last(where: { $0.method == "Network.responseReceived" && $0.params.type == "Document" }
            )
        else { throw WebDriverError(error: "no source", message: "no page came since the last was asked for") }
        let body = try await command(
            "Network.getResponseBody", ["requestId": answer.params.requestId], as: ResponseBody.self)
        guard body.base64Encoded else { return body.body }
        return String(decoding: Data(base64Encoded: body.body) ?? Data(), as: UTF8.self)
    }

    /// The bytes of the page and of all that it brought, before any compression. Needs JavaScript.
    func weight() async throws -> Int {
        try await run(
            """
            return performance.getEntries().filter(e => ["navigation", "resource"].includes(e.entryType))
                .reduce((sum, e) => sum + e.decodedBodySize, 0)
            """, as: Int.self)
    }

    static let tallest = 8_000.0

    private func command(_ name: String, _ parameters: some Encodable) async throws {
        try await client.post(path + "/goog/cdp/execute", Command(cmd: name, params: parameters))
    }

    private func command<Value: Decodable>(
        _ name: String, _ parameters: some Encodable, as type: Value.Type
    ) async throws -> Value {
        try await client.post(path + "/goog/cdp/execute", Command(cmd: name, params: parameters))
    }
}

private struct Command<Parameters: Encodable>: Encodable {
    let cmd: String
    let params: Parameters
}

private struct None: Encodable {}

private struct Media: Encodable {
    var media = ""
    let features: [Feature]

    struct Feature: Encodable {
        var name = "prefers-color-scheme"
        let value: String
    }
}

private struct Metrics: Encodable {
    let width: Int
    let height: Int
    var deviceScaleFactor = 1
    var mobile = false
}

private struct Layout: Decodable {
    let cssContentSize: Size

    struct Size: Decodable {
        let width: Double
        let height: Double
    }
}

private struct Picture: Encodable {
    var captureBeyondViewport = true
    let clip: Area

    struct Area: Encodable {
        var x = 0.0
        var y = 0.0
        let width: Double
        let height: Double
        var scale = 1
    }
}

private struct Captured: Decodable { let data: Data }

/// That a response came, as the performance log tells it.
private struct Received: Decodable {
    let message: Message

    struct Message: Decodable {
        let method: String
        let params: Parameters
    }

    struct Parameters: Decodable {
        let requestId: String
        /// `Document` for a page.
        let type: String
    }
}

private struct ResponseBody: Decodable {
    let body: String
    let base64Encoded: Bool
}
