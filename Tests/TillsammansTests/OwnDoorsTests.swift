import CloudEvents
import Codec
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("The doors of a suite that runs on one machine")
struct OwnDoorsTests {
    @Test("the desk's door has a key file that only its owner reads, and speaks for everybody of the staff")
    func desk() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let doors = try OwnDoors(in: folder.path + "/keys", of: "TST")
        let file = doors.file(.desk)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let directory = Directory(["TST": try doors.added(to: ExampleCounty.message).county()])
        let key = try DoorKey(path: file)
        let event = try Event(id: "1", source: "test", time: Date(), CaseViewed.with { $0.by = "nurse" })
        let proven = try directory.proveActor(
            of: key.sign(event, for: "nurse", .three, loggedIn: Date() - 60), received: Date())
        #expect(proven.person == "nurse" && proven.door.kind == .desk && proven.assurance == .three)
    }
}
