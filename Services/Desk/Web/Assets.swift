import Crypto
import Foundation
import Hummingbird

/// The style sheet and the script, each under a path that has its content's hash. So a browser may keep it for ever.
struct Assets: Sendable {
    struct Asset: Sendable {
        let bytes: [UInt8]
        let type: String
        let hash: String

        init(_ bytes: [UInt8], _ type: String) {
            (self.bytes, self.type) = (bytes, type)
            hash = SHA256.hash(data: bytes).prefix(8).map { String(format: "%02x", $0) }.joined()
        }
    }

    private let assets: [String: Asset] = [
        "desk.css": Asset(PackageResources.desk_css, "text/css; charset=utf-8"),
        "desk.js": Asset(PackageResources.desk_js, "text/javascript; charset=utf-8"),
    ]

    func path(of name: String) -> String { "/assets/\(assets[name]?.hash ?? "")/\(name)" }

    func add(to router: Router<DeskContext>) {
        router.get("assets/:hash/:name") { _, context in
            guard let asset = assets[context.parameters.get("name") ?? ""],
                context.parameters.get("hash") == asset.hash
            else { throw HTTPError(.notFound) }
            return Response(
                status: .ok,
                headers: [.contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable"],
                body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
        }
    }
}
