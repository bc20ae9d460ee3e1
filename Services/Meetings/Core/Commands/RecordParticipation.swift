package import Domain

/// What the child or a guardian was asked, in which form, and what they said of it afterwards (rule 7).
///
/// It changes nothing that is booked or planned, and may come when the case has closed.
package struct RecordParticipation: Command, Hashable {
    package var voice: FamilyVoice

    package init(_ voice: FamilyVoice) { self.voice = voice }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .recordParticipation, else: .meetingNone, by: actor, context)
        try Refusal.unless(
            cooperation.faultsUnlessMay(.recordParticipation, actor, context)
                + cooperation.faultsUnlessFamily(voice.person, at: "voice.person"))
        return Decision(planning, [.family(.tookPart(.init(voice, by: actor.id)))])
    }
}
