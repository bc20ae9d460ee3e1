import Domain
import Testing

@Suite("A meeting's id")
struct MeetingIDTests {
    @Test("it tells its case, and calendars give it back as it was")
    func there() {
        let id = MeetingID(case: "TST-AAAA-AAAA-AA", mark: "0123abcd")
        #expect(id.text == "TST-AAAA-AAAA-AA-0123abcd" && id.caseReference == "TST-AAAA-AAAA-AA")
        #expect(MeetingID(uid: id.uid) == id)
        #expect(id.uid == "TST-AAAA-AAAA-AA-0123abcd@tillsammans", "sent once, it is known by this for ever")
    }

    @Test("what is none of ours is told as such")
    func foreign() {
        #expect(MeetingID(uid: "x@elsewhere") == nil)
        #expect(MeetingID("x").caseReference == nil)
    }
}
