import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A few pages of a test's own, to prove the browser's tools on.
enum SamplePages {
    /// Serves them on a free port of loopback while `body` runs.
    static func served<Value: Sendable>(
        _ pages: [String: String] = Self.pages, policy: String = "default-src 'self'",
        _ body: @escaping @Sendable (_ address: String) async throws -> Value
    ) async throws -> Value {
        let router = Router()
        for (path, html) in pages {
            router.get(RouterPath(path)) { _, _ in Self.answer(html, policy) }
        }
        router.get("sample.js") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/javascript"], body: .init(byteBuffer: .init(string: script)))
        }
        // A browser asks for it once.
        router.get("favicon.ico") { _, _ in Response(status: .noContent) }
        router.post("sent") { request, _ in
            let sent = try await String(buffer: request.body.collect(upTo: 10_000))
            let text = sent.removingPercentEncoding?.replacing("&", with: "&amp;").replacing("<", with: "&lt;") ?? ""
            return Self.answer(Self.page("Skickat", "<h1>Tack</h1><pre>\(text)</pre>"), policy)
        }
        var quiet = Logger(label: "sample-pages")
        quiet.logLevel = .critical
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: quiet)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await body("http://127.0.0.1:\(port)") }
                return nil
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() { if let ended { return ended } }
            throw CancellationError()
        }
    }

    private static func answer(_ html: String, _ policy: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy,
                .setCookie: "sample=1; Path=/; HttpOnly; SameSite=Strict",
            ], body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    static func page(_ title: String, _ body: String) -> String {
        "<!DOCTYPE html>\n<html lang=\"sv\"><head><meta charset=\"utf-8\"><title>\(title)</title></head><body><main>"
            + "\(body)</main></body></html>\n"
    }

    /// Says in the heading whether a script ran.
    static let script = "document.querySelector('h1').textContent = 'Med skript'"

    static let form = page(
        "Formulär",
        """
        <h1>Utan skript</h1>
        <form method="post" action="/sent">
        <p><label for="name">Barnets <span>"smek'namn"</span></label> <input id="name" name="name" autocomplete="off"></p>
        <p><label>Vad har du sett? <textarea name="seen"></textarea></label></p>
        <p><label for="unit">Enhet</label> <select id="unit" name="unit"><option>Skola</option><option>Vård</option></select></p>
        <fieldset><legend>Vårdnadshavare</legend><label><input type="radio" name="a" value="1"> Ja</label></fieldset>
        <fieldset><legend>Barnet</legend><label><input type="radio" name="b" value="2"> Ja</label></fieldset>
        <p><button>Skicka</button></p>
        </form>
        <script src="/sample.js"></script>
        """)

    static let pages = ["/": form, "/other": page("Annan", "<h1>Annan sida</h1>")]
}
