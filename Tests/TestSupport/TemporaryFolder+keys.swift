import ServiceKit
package import StreamsTestSupport

extension TemporaryFolder {
    /// A file of key-encryption keys, made when it is asked for first.
    package func keyFile() throws -> String {
        let file = path + "/key-encryption-keys"
        if (try? KeyEncryptionKeys(file: file)) == nil { _ = try KeyEncryptionKeys.addKey(toFile: file) }
        return file
    }
}
