import DeskSignIn
import Domain
import Hummingbird

/// Signing in without proof, for one machine. ``LoginSettings`` refuses it anywhere else.
extension Login {
    /// People that a page lists at most.
    private static let mostListed = 120

    /// The county's people by unit, or those whose name, unit or id has the words that are looked for.
    func chooseSomebody(_ request: Request, _ context: DeskContext) async throws -> Response {
        let words = String(try Form(request.uri.query ?? "")["q"].prefix(100)).lowercased()
        let county = try await ownCounty()
        let found = county.people.values.filter { person in
            let unit = county.units[person.unit]?.name ?? ""
            return words.split(separator: " ").allSatisfy { word in
                [person.name, person.id, unit].contains { $0.lowercased().contains(word) }
            }
        }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        let groups = Dictionary(grouping: found.prefix(Self.mostListed)) { county.units[$0.unit]?.name ?? "" }
        let units = groups.sorted { $0.key < $1.key }.map { unit, people in
            [
                "unit": unit,
                "people": people.map { person in
                    let role = "role.\(person.role)"
                    let word = Catalogue.holds(role) ? Catalogue.text(role, context.language) : person.role
                    return ["id": person.id, "name": person.name, "role": word]
                },
            ] as [String: Any]
        }
        let title = Catalogue.text("desk.sign_in.development", context.language)
        let rest = found.count - Self.mostListed
        var model: [String: Any] = [
            "units": units, "q": words, "to": Self.wantedPath(request).text, "none": found.isEmpty,
        ]
        if rest > 0 {
            model["more"] = Catalogue.text(
                "desk.sign_in.development.more", context.language, ["count": "\(rest)"])
        }
        return renderer.response(
            Page(template: "sign_in_as", title: title, model: model), request, context)
    }

    /// Nothing has been proven: the assurance is what the county demands at least, so that the work can be tried.
    func beSomebody(_ request: Request, _ context: DeskContext) async throws -> Response {
        guard SameSiteCheck.isOwn(request.headers, address) else { throw HTTPError(.forbidden) }
        let form = try await Form(request, context, atMost: Self.largestOpenForm)
        let county = try await ownCounty()
        guard let person = county.people[form["person"]] else { throw HTTPError(.badRequest) }
        let signedIn = SignedIn(
            person: person.id, county: county.code, assurance: county.settings.minimumAssurance ?? .one, at: now())
        return try await signIn(signedIn, to: OwnPath(form["to"]) ?? .home, request)
    }
}
