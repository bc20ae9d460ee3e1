package import ServiceKit

extension Setting {
    /// What the desk understands besides what every process of the suite does.
    package static let desk = [
        Setting("DESK_HOST", default: "127.0.0.1", "Address for the pages. TLS ends in front of them."),
        Setting("DESK_PORT", default: "8090", "Port for the pages; 0: any that is free, which the log tells."),
        Setting("DOOR_KEY_FILE", default: nil, "The key with which the desk signs (`tillsammans keys new`)."),
    ]
}
