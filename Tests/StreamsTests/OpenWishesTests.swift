import Testing

@testable import Streams

@Suite("Open wishes: performed as they stand, and no longer than they stand")
struct OpenWishesTests {
    private func wish(_ key: String, _ data: UInt8 = 0, task: Int32 = 0) -> Wish {
        Wish(key: key, data: [data], partition: task)
    }

    /// The wishes that would be performed now, in order. Each is finished at once.
    private func performed(_ wishes: OpenWishes) -> [UInt8] {
        var performed: [UInt8] = []
        while let attempt = wishes.tryNext() {
            performed += attempt.wish.data
            wishes.finished(attempt)
        }
        return performed
    }

    @Test("an identical wish that is made again is performed again")
    func again() {
        let wishes = OpenWishes()
        #expect(wishes.put(wish("a", 1)))
        #expect(performed(wishes) == [1])
        #expect(wishes.put(wish("a", 1)))
        #expect(performed(wishes) == [1])
    }

    @Test("of a wish that is replaced before its turn only the later one is performed")
    func replaced() {
        let wishes = OpenWishes()
        for data in UInt8(1)...3 { #expect(wishes.put(wish("a", data))) }
        #expect(performed(wishes) == [3])
    }

    @Test("a wish that is replaced while it is performed waits for its end, and is then performed")
    func replacedMeanwhile() throws {
        let wishes = OpenWishes()
        #expect(wishes.put(wish("a", 1)))
        let attempt = try #require(wishes.tryNext())
        #expect(wishes.put(wish("a", 2)))
        #expect(performed(wishes).isEmpty)
        wishes.finished(attempt)
        #expect(performed(wishes) == [2])
    }

    @Test("what is fulfilled, or whose task has gone, is not performed")
    func gone() throws {
        let wishes = OpenWishes()
        #expect(wishes.put(wish("a", 1)) && wishes.put(wish("b", 2)) && wishes.put(wish("c", 3, task: 1)))
        let attempt = try #require(wishes.tryNext())
        wishes.remove(0, "a")
        #expect(!wishes.stands(attempt), "it was taken out, and waits for its place")
        wishes.finished(attempt)
        wishes.remove(0, "b")
        wishes.release(1)
        #expect(performed(wishes).isEmpty)
        #expect(!wishes.isKnown(0, "b") && !wishes.isKnown(1, "c"))
    }

    @Test(
        "a wish that was performed is known until its result takes it back, so that no page of the state brings it twice"
    )
    func known() {
        let wishes = OpenWishes()
        #expect(wishes.put(wish("a", 1)))
        #expect(performed(wishes) == [1])
        #expect(wishes.isKnown(0, "a"))
        wishes.remove(0, "a")
        #expect(!wishes.isKnown(0, "a"))
    }

    @Test("a task has so many open at once, and one more when one is taken back")
    func bounded() {
        let wishes = OpenWishes()
        for number in 0..<OpenWishes.limit { #expect(wishes.put(wish("\(number)"))) }
        #expect(!wishes.put(wish("more")))
        #expect(wishes.put(wish("0", 7)), "a known one is replaced")
        #expect(wishes.put(wish("more", task: 1)), "another task has room of its own")
        wishes.remove(0, "5")
        #expect(wishes.put(wish("more")))
        #expect(wishes.room(0) == 0)
    }

    @Test("nothing new is performed after the stop, and whoever waits is told")
    func stopped() async {
        let wishes = OpenWishes()
        async let waiting = wishes.next()
        wishes.close()
        #expect(await waiting?.wish == nil)
        _ = wishes.put(wish("a"))
        #expect(performed(wishes).isEmpty)
    }
}
