import ServiceHost
import ServiceKit

/// Samarbeta: who meets, when and where; coordinator, plan and follow-up.
///
/// Keyed by county. Calendars that can collide lie behind one key.
@main enum Meetings {
    static func main() async {
        await ServiceMain(
            .meetings, "calls cooperation meetings, never two at once; keeps the plan and its follow-up."
        ) { _, _, _ in .init(MeetingsProcessor()) }.run()
    }
}
