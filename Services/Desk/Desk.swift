import ServiceHost
import ServiceKit

/// The pages for staff: what has happened in a case, what happens, and what comes next; and what they do about it.
@main enum Desk {
    static func main() async {
        await Host(
            "desk", "shows staff their cases, and passes on what they do as signed commands.",
            settings: Setting.common
        ) { _, _ in .init([], isReady: { true }) }.run()
    }
}
