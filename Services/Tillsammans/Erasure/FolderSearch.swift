import CloudEvents
import Foundation
import Streams

/// Looks for one case in folders: services' state files, and messages that were written instead of sent. Reads regular files
/// alone, and changes none.
struct FolderSearch {
    private let search: CaseSearch
    private let largestMessage: Int

    /// - Parameter largestMessage: in bytes. Of a larger one the beginning alone is searched.
    init(_ search: CaseSearch, largestMessage: Int = MIMEMessage.largestBytes) {
        (self.search, self.largestMessage) = (search, largestMessage)
    }

    /// Each entry of each state file, as it lies in the changelog, and each file's bytes: what was deleted may lie in pages
    /// that LMDB has not used again.
    func state(_ folder: String) -> SearchedPlace {
        place("state \(folder)", folder) { path, name, place in
            var isReadable = false
            if name.hasSuffix(".mdb") || name.hasSuffix(".mdb.lost") {
                do {
                    try StateFileReader.forEachEntry(of: path) { key, value in
                        guard let finding = search.finding(state: Bytes(key), Bytes(value)) else { return }
                        isReadable = isReadable || finding.verdict == .readable
                        place.add(finding, at: shown(name))
                    }
                } catch {
                    // The error names the file.
                    place.addUnreachable(search.isShowable(name) ? "\(error)" : "\(shown(name)) cannot be read")
                }
            }
            guard !isReadable, try traces(inFile: path).contains(.marker) else { return }
            place.add(Finding(verdict: .readable), at: shown(name))
            place.note(
                reason:
                    "\(shown(name)): among its bytes, in no entry that was read; it is a cache: stop its service, delete it"
            )
        }
    }

    func mail(_ folder: String) -> SearchedPlace {
        place("mail \(folder)", folder) { path, name, place in
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            let message = try file.read(upToCount: largestMessage + 1) ?? Data()
            if let finding = search.finding(message: Bytes(message), named: name) {
                place.add(finding, at: shown(name))
            }
            if message.count > largestMessage {
                place.addUnreachable("\(shown(name)) is larger than \(largestMessage) bytes; look at its end")
            }
        }
    }

    /// Calls `look` for each file of a folder.
    private func place(
        _ name: String, _ folder: String, _ look: (_ path: String, _ name: String, inout SearchedPlace) throws -> Void
    ) -> SearchedPlace {
        var place = SearchedPlace(name)
        var failed: [String] = []
        let keys: [URLResourceKey] = [.isRegularFileKey, .isDirectoryKey]
        let root = URL(filePath: folder).resolvingSymlinksInPath().path + "/"
        let files = FileManager.default.enumerator(
            at: URL(filePath: root), includingPropertiesForKeys: keys
        ) { url, _ in
            failed.append(url.path)
            return true
        }
        var isDirectory: ObjCBool = false
        guard let files, FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory),
            isDirectory.boolValue
        else {
            place.addUnreachable("there is no such folder")
            return place
        }
        for case let url as URL in files {
            let name = String(url.path.dropFirst(url.path.hasPrefix(root) ? root.count : 0))
            let values = try? url.resourceValues(forKeys: Set(keys))
            if values?.isDirectory == true { continue }
            guard values?.isRegularFile == true else {
                place.addUnreachable("\(shown(name)) is no regular file")
                continue
            }
            do { try look(url.path, name, &place) } catch { place.addUnreachable("\(shown(name)) cannot be read") }
        }
        for path in failed {
            place.addUnreachable("\(shown(path)) cannot be read; run this as the owner of the folder")
        }
        return place
    }

    /// A name that itself tells of the child is not repeated.
    private func shown(_ name: String) -> String {
        search.isShowable(name) ? name : "a file whose name holds a marker"
    }

    private func traces(inFile path: String) throws -> Traces {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        var scan = search.scan()
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { piece.withUnsafeBytes { scan.read($0) } }
        return scan.found
    }
}
