/// Who caused an event: the CloudEvents extension Auth Context, whose attributes are `authtype`, `authid` and `authclaims`.
public struct AuthContext: Sendable, Hashable {
    /// `authtype`, for example `user` or `service_account`.
    public var type: String
    /// `authid`: the principal's id. Never an address or a name.
    public var id: String
    /// `authclaims`: how the principal was found to be that, as JSON.
    public var claims: String

    public init(type: String, id: String, claims: String) {
        (self.type, self.id, self.claims) = (type, id, claims)
    }
}
