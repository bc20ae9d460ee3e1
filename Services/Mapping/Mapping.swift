import ServiceHost
import ServiceKit

/// Kartlägga: one child's mapping, from the first concern to an outcome.
@main enum Mapping {
    static func main() async {
        await ServiceMain(
            .mapping, "leads each child's mapping: information, the five questions, consents, outcome, deadlines."
        ) { _, _, _ in .init(MappingProcessor()) }.run()
    }
}
