// swift-tools-version: 6.2
import PackageDescription

// Our own warnings are errors; the packages we depend on are built as they are.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

// A type that leaks out of its module, a member that comes from an import nobody wrote, and a hidden existential are errors.
let guarded: [SwiftSetting] =
    strict + [
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]

// librdkafka frees on its own threads what a stream's thread has allocated, which glibc's allocator serialises; with
// jemalloc a step costs half the processor time (see Benchmarks/README.md). A matter of executables, not of libraries.
let allocator: [LinkerSetting] = [.linkedLibrary("jemalloc", .when(platforms: [.linux]))]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let arguments = product("ArgumentParser", "swift-argument-parser")
let collections = product("HeapModule", "swift-collections")
let configuration = product("Configuration", "swift-configuration")
let crypto = product("Crypto", "swift-crypto")
let http = [product("Hummingbird", "hummingbird"), product("HummingbirdCore", "hummingbird")]
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let logging = product("Logging", "swift-log")
let metrics = product("Metrics", "swift-metrics")
let mustache = product("Mustache", "swift-mustache")
let protobuf = product("SwiftProtobuf", "swift-protobuf")
let subprocess = product("Subprocess", "swift-subprocess")
let yaml = product("Yams", "Yams")

let package = Package(
    name: "tillsammans",
    products: [
        .library(name: "CloudEvents", targets: ["CloudEvents"]),
        .library(name: "Domain", targets: ["Domain"]),
        .library(name: "Kafka", targets: ["Kafka"]),
        .library(name: "MeetingsCore", targets: ["MeetingsCore"]),
        .library(name: "Streams", targets: ["Streams"]),
        .library(name: "StreamsTesting", targets: ["StreamsTesting"]),
        .executable(name: "intake", targets: ["intake"]),
        .executable(name: "mapping", targets: ["mapping"]),
        .executable(name: "meetings", targets: ["meetings"]),
        .executable(name: "notifications", targets: ["notifications"]),
        .executable(name: "tillsammans", targets: ["tillsammans"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Shared, from the bottom up.
        .systemLibrary(
            name: "CKafka", path: "Shared/CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(
            name: "CCurl", path: "Shared/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CLMDB", path: "Shared/CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .target(
            name: "Domain", dependencies: [crypto], path: "Shared/Domain", resources: [.embedInCode("Messages")],
            swiftSettings: guarded),
        .target(name: "Kafka", dependencies: ["CKafka", logging], path: "Shared/Kafka", swiftSettings: guarded),
        .target(
            name: "CloudEvents", dependencies: [protobuf], path: "Shared/CloudEvents", swiftSettings: guarded),
        .target(
            name: "Streams",
            dependencies: [
                "CLMDB", "CloudEvents", "Kafka", collections, crypto, lifecycle, logging, metrics, protobuf,
            ],
            path: "Shared/Streams", exclude: ["README.md"], swiftSettings: guarded),
        .target(
            name: "StreamsTesting", dependencies: ["CloudEvents", "Streams", protobuf], path: "Shared/StreamsTesting",
            swiftSettings: guarded),
        .target(
            name: "Codec", dependencies: ["CloudEvents", "Domain", protobuf], path: "Shared/Codec",
            exclude: ["Schemas"], swiftSettings: strict),
        .target(
            name: "ServiceKit",
            dependencies: ["Streams", "Codec", "Domain", configuration, lifecycle, logging],
            path: "Shared/ServiceKit", swiftSettings: strict),
        // What only the services need: an HTTP server for health and metrics, and the way from start to end.
        .target(
            name: "ServiceHost",
            dependencies: ["Codec", "ServiceKit", "Streams", lifecycle, logging, metrics] + http,
            path: "Shared/ServiceHost", swiftSettings: strict),

        // The four services and the command line.
        .executableTarget(
            name: "intake", dependencies: ["ServiceHost", "ServiceKit", crypto, lifecycle, logging] + http,
            path: "Services/Intake",
            swiftSettings: strict,
            linkerSettings: allocator),
        .target(name: "MappingCore", dependencies: ["Domain"], path: "Services/Mapping/Core", swiftSettings: strict),
        .executableTarget(
            name: "mapping", dependencies: ["MappingCore", "ServiceHost", "ServiceKit"], path: "Services/Mapping",
            exclude: ["Core"], swiftSettings: strict, linkerSettings: allocator),
        .target(name: "MeetingsCore", dependencies: ["Domain"], path: "Services/Meetings/Core", swiftSettings: guarded),
        .executableTarget(
            name: "meetings", dependencies: ["MeetingsCore", "ServiceHost", "ServiceKit"], path: "Services/Meetings",
            exclude: ["Core"], swiftSettings: strict, linkerSettings: allocator),
        .executableTarget(
            name: "notifications", dependencies: ["ServiceHost", "ServiceKit", "CCurl", mustache],
            path: "Services/Notifications",
            resources: [.embedInCode("Templates")], swiftSettings: strict, linkerSettings: allocator),
        .executableTarget(
            name: "tillsammans", dependencies: ["ServiceKit", arguments, protobuf, subprocess, yaml],
            path: "Services/Tillsammans", swiftSettings: strict),

        // Writes the registry of events from the schemas (`make proto`).
        .executableTarget(
            name: "contract-generator", dependencies: [crypto, protobuf], path: "Tools/ContractGenerator",
            swiftSettings: strict),

        // Programs to learn the library from.
        .target(
            name: "Stage", dependencies: ["CloudEvents", "Kafka", "Streams", logging], path: "Examples/Streams/Stage",
            swiftSettings: guarded),
        .executableTarget(
            name: "example-1-counting", dependencies: ["CloudEvents", "Stage", "Streams", protobuf],
            path: "Examples/Streams/1-Counting", swiftSettings: guarded),
        .executableTarget(
            name: "example-2-reminding", dependencies: ["CloudEvents", "Stage", "Streams"],
            path: "Examples/Streams/2-Reminding", swiftSettings: guarded),
        .executableTarget(
            name: "example-3-wishing", dependencies: ["CloudEvents", "Kafka", "Stage", "Streams", protobuf],
            path: "Examples/Streams/3-Wishing", swiftSettings: guarded),

        // Tests: one folder per target, and the whole suite end to end.
        .target(
            name: "TestSupport", dependencies: ["Kafka", "ServiceKit", "Streams", "StreamsTesting"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .executableTarget(
            name: "stream-probe", dependencies: ["Streams", "ServiceKit", "TestSupport"], path: "Tests/StreamProbe",
            swiftSettings: strict),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CodecTests", dependencies: ["Codec", "TestSupport", "contract-generator", protobuf],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(name: "KafkaTests", dependencies: ["Kafka", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "StreamsTests",
            dependencies: [
                "Streams", "TestSupport", "stream-probe", "example-1-counting", "example-2-reminding",
                "example-3-wishing",
            ], swiftSettings: strict),
        .testTarget(
            name: "ServiceKitTests", dependencies: ["ServiceHost", "ServiceKit", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "IntakeTests", dependencies: ["intake", "TestSupport", lifecycle, logging], swiftSettings: strict),
        .testTarget(
            name: "MappingCoreTests", dependencies: ["Domain", "MappingCore", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "MappingTests", dependencies: ["MappingCore", "mapping", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "MeetingsCoreTests", dependencies: ["MeetingsCore", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "MeetingsTests", dependencies: ["meetings", "MeetingsCore", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "NotificationsTests", dependencies: ["notifications", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TillsammansTests", dependencies: ["TestSupport", "tillsammans"], swiftSettings: strict),
        .testTarget(
            name: "EndToEnd",
            dependencies: ["TestSupport", "tillsammans", "intake", "mapping", "meetings", "notifications", subprocess],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
