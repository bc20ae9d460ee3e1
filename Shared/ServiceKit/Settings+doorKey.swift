package import Codec
import Foundation

extension Settings {
    /// The key of `DOOR_KEY_FILE`; nil where none is set.
    ///
    /// - Throws: ``ConfigurationFault`` where the file holds no key.
    package func doorKey() throws(ConfigurationFault) -> DoorKey? {
        let path = try text("DOOR_KEY_FILE")
        return path.isEmpty ? nil : try DoorKey(path: path)
    }
}

extension DoorKey {
    /// - Throws: ``ConfigurationFault`` where the file holds no key.
    package init(path: String) throws(ConfigurationFault) {
        let file = FileHandle(forReadingAtPath: path)
        defer { try? file?.close() }
        guard let bytes = try? file?.read(upToCount: Self.largestFile), let key = DoorKey(file: bytes) else {
            throw ConfigurationFault("\(path) holds no door's key; make one with `tillsammans keys new`")
        }
        self = key
    }
}
