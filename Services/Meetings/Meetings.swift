import ServiceHost
import ServiceKit

/// Samarbeta: who meets, when and where; coordinator, plan, follow-up. Keyed by county, so that every calendar that can
/// collide lies behind one key.
@main enum Meetings {
    static func main() async {
        await ServiceMain(
            .meetings, "calls cooperation meetings, never two at once; keeps the plan and its follow-up."
        ) { _, _, _ in .init(MeetingsProcessor()) }.run()
    }
}
