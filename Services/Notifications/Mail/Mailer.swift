import CCurl
import Domain
import Foundation
import Kafka
import ServiceKit
import Streams

/// Sends one message.
///
/// Throws a ``DeliveryFailure`` where the message was not accepted.
protocol Mailer: Sendable {
    func send(
        _ message: [UInt8], from sender: EmailAddress, to receiver: EmailAddress, id: String
    ) async throws(DeliveryFailure)
}

/// Why a message was not accepted. The detail names a code, never an address.
struct DeliveryFailure: Error, Sendable, Equatable {
    /// Another attempt may succeed.
    let isTemporary: Bool
    let detail: String
    /// The relay answered, and refused. Otherwise it was silent.
    var isReply = false
}

/// Writes messages into a folder instead of sending them. Each is a file that is named after its Message-ID, so that the
/// same message again is the same file.
struct FileMailer: Mailer {
    private let folder: String

    init(folder: String) throws {
        do { try PrivateFolder.create(folder) } catch { throw ConfigurationFault("MAIL_DIRECTORY: \(error)") }
        self.folder = folder
    }

    func send(
        _ message: [UInt8], from sender: EmailAddress, to receiver: EmailAddress, id: String
    ) async throws(DeliveryFailure) {
        let name = id.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        do {
            try PrivateFolder.write(message, to: "\(folder)/\(name).eml")
        } catch {
            throw DeliveryFailure(isTemporary: true, detail: "the folder cannot be written")
        }
    }
}

/// Hands messages to a relay by SMTP (RFC 5321). STARTTLS, authentication and time-outs are libcurl's.
struct SMTPMailer: Mailer {
    enum TLS: String, Sendable {
        case always
        /// The message and the password go in clear: on this machine alone.
        case off = "none"
    }

    let url: String
    let tls: TLS
    let username: String
    let password: String
    /// A file of certificates (PEM) to trust in place of the system's; empty for the system's.
    let authorities: String
    /// The longest that one message may take, in seconds.
    let patience: Int

    init(
        url: String, tls: TLS, username: String, password: String, authorities: String = "", patience: Int = 60
    ) throws {
        curl_global_init(Int(CURL_GLOBAL_ALL))
        (self.url, self.tls, self.username, self.password) = (url, tls, username, password)
        (self.authorities, self.patience) = (authorities, patience)
    }

    func send(
        _ message: [UInt8], from sender: EmailAddress, to receiver: EmailAddress, id: String
    ) async throws(DeliveryFailure) {
        let result: Result<Void, DeliveryFailure>
        do {
            result = try await DedicatedThread.run(name: "smtp") { transfer(message, sender, receiver) }
        } catch {
            throw DeliveryFailure(isTemporary: true, detail: "no thread")
        }
        try result.get()
    }

    /// One connection, one message.
    private func transfer(
        _ message: [UInt8], _ sender: EmailAddress, _ receiver: EmailAddress
    ) -> Result<Void, DeliveryFailure> {
        guard let handle = curl_easy_init() else {
            return .failure(DeliveryFailure(isTemporary: true, detail: "no memory"))
        }
        defer { curl_easy_cleanup(handle) }
        let receivers = curl_slist_append(nil, "<\(receiver.text)>")
        defer { curl_slist_free_all(receivers) }
        let upload = Upload(message)
        let code = withExtendedLifetime(upload) {
            _ = cc_set_string(handle, CURLOPT_URL, url)
            _ = cc_set_string(handle, CURLOPT_MAIL_FROM, "<\(sender.text)>")
            _ = cc_set_pointer(handle, CURLOPT_MAIL_RCPT, receivers)
            _ = cc_set_long(handle, CURLOPT_UPLOAD, 1)
            _ = cc_set_long(handle, CURLOPT_NOSIGNAL, 1)
            _ = cc_set_long(handle, CURLOPT_CONNECTTIMEOUT, 15)
            _ = cc_set_long(handle, CURLOPT_TIMEOUT, patience)
            // Without it, the QUIT to a silent relay waits two minutes more.
            _ = cc_set_long(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, patience)
            let level: curl_usessl =
                switch tls {
                case .always: CURLUSESSL_ALL
                case .off: CURLUSESSL_NONE
                }
            _ = cc_set_long(handle, CURLOPT_USE_SSL, Int(level.rawValue))
            if !authorities.isEmpty { _ = cc_set_string(handle, CURLOPT_CAINFO, authorities) }
            if !username.isEmpty {
                _ = cc_set_string(handle, CURLOPT_USERNAME, username)
                _ = cc_set_string(handle, CURLOPT_PASSWORD, password)
            }
            _ = cc_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(upload).toOpaque())
            _ = cc_set_reader(handle) { buffer, size, count, context in
                guard let buffer, let context else { return 0 }
                return Unmanaged<Upload>.fromOpaque(context).takeUnretainedValue().read(buffer, size * count)
            }
            return curl_easy_perform(handle)
        }
        if code == CURLE_OK { return .success(()) }
        var reply = 0
        _ = cc_response_code(handle, &reply)
        // 5xx is permanent (RFC 5321 §4.2.1), and all else is temporary. A refused login is temporary too: somebody mends it.
        let isPermanent = (500..<600).contains(reply) && code != CURLE_LOGIN_DENIED
        return .failure(
            DeliveryFailure(
                isTemporary: !isPermanent,
                detail: reply > 0 ? "SMTP \(reply)" : String(cString: curl_easy_strerror(code)),
                isReply: reply >= 400))
    }

    /// The message as libcurl pulls it.
    private final class Upload {
        private var rest: ArraySlice<UInt8>
        init(_ message: [UInt8]) { rest = message[...] }

        func read(_ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
            let part = rest.prefix(room)
            part.withUnsafeBytes {
                UnsafeMutableRawPointer(buffer).copyMemory(
                    from: $0.baseAddress ?? UnsafeRawPointer(buffer), byteCount: $0.count)
            }
            rest = rest.dropFirst(part.count)
            return part.count
        }
    }
}
