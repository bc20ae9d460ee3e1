package import CloudEvents
package import Codec
package import Domain
package import Streams

/// Whose word a command is: who must be proven to give it.
package struct Speaker: Sendable {
    /// The directory's id; nil for nobody of the directory.
    package let person: String?
    /// The doors whose own word it may be, too: what a mail server has found out, or a calendar system.
    package let doors: Set<County.Door.Kind>
    /// It may be passed on by anybody who has been proven, where ``person`` is nobody of the directory (rule 13).
    let isAnybody: Bool
    /// It is the word of whoever of the staff this door has let in.
    private var staffDoor: String?

    /// Whoever of the staff the pages have let in.
    ///
    /// - Parameter door: their name, such as `SRM/desk`.
    package init(staffOf door: String) {
        self.init(nil)
        staffDoor = door
    }

    package init(_ person: String?, orOf doors: Set<County.Door.Kind> = [], isAnybody: Bool = false) {
        (self.person, self.doors, self.isAnybody) = (person, doors, isAnybody)
    }

    /// The word of one of the directory, or of the suite itself, which no door speaks for.
    package init(_ actor: Actor) { self.init(actor.id.nonEmpty) }

    func isOf(_ proven: ProvenActor) -> Bool {
        if let staffDoor { return proven.isOfStaff && proven.doorName == staffDoor }
        if isAnybody, person.map({ proven.county.people[$0] == nil }) ?? true { return true }
        return person == proven.person || doors.contains(proven.door.kind)
    }
}

extension Turn {
    /// Proves who gives an event, at the first contact with it; what the turn publishes names them.
    ///
    /// On an internal topic, where services alone write, the event may say itself who has been proven. Then nothing is done.
    ///
    /// - Parameter county: the code of the county that it is about; nil for a matter of no county.
    /// - Throws: `Refusal` with `actor.unproven` or `actor.not_entitled`.
    @discardableResult
    package mutating func prove(
        _ event: Event, by speaker: Speaker, in county: String?
    ) throws(Refusal) -> ProvenActor? {
        guard isFromOutside || cause.auth == nil else { return nil }
        let proven: ProvenActor
        do throws(Fault) { proven = try directory.proveActor(of: event, received: received) } catch {
            throw Refusal([error])
        }
        // A door speaks for nobody of another county, whatever ids the two share.
        if let county, county != proven.county.code { throw Refusal([Fault(.actorNotEntitled)]) }
        guard speaker.isOf(proven) else { throw Refusal([.unproven("person", at: speaker.person == nil ? "" : "by")]) }
        acts(proven.auth)
        return proven
    }

    /// Whether others than services write the record's topic. True also for a topic that nobody knows.
    package var isFromOutside: Bool { Codec.Topic(rawValue: topic)?.isExternal != false }
}
