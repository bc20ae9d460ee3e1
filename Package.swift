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
let asyncHTTPClient = product("AsyncHTTPClient", "async-http-client")
let collections = product("HeapModule", "swift-collections")
let crypto = product("Crypto", "swift-crypto")
let cryptoExtras = product("CryptoExtras", "swift-crypto")
let grdb = product("GRDB", "GRDB.swift")
let http = [product("Hummingbird", "hummingbird"), product("HummingbirdCore", "hummingbird")]
let jwt = product("JWTKit", "jwt-kit")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let logging = product("Logging", "swift-log")
let metrics = product("Metrics", "swift-metrics")
let nio = product("NIOCore", "swift-nio")
let nioHTTP = product("NIOHTTP1", "swift-nio")
let mustache = product("Mustache", "swift-mustache")
let protobuf = product("SwiftProtobuf", "swift-protobuf")
let signals = product("UnixSignals", "swift-service-lifecycle")
let subprocess = product("Subprocess", "swift-subprocess")
let system = product("SystemPackage", "swift-system")
let yaml = product("Yams", "Yams")

let package = Package(
    name: "tillsammans",
    products: [
        .library(name: "CloudEvents", targets: ["CloudEvents"]),
        .library(name: "Domain", targets: ["Domain"]),
        .library(name: "Kafka", targets: ["Kafka"]),
        .library(name: "MeetingsCore", targets: ["MeetingsCore"]),
        .library(name: "OpenID", targets: ["OpenID"]),
        .library(name: "Streams", targets: ["Streams"]),
        .library(name: "StreamsTesting", targets: ["StreamsTesting"]),
        .library(name: "Views", targets: ["Views"]),
        .executable(name: "intake", targets: ["intake"]),
        .executable(name: "mapping", targets: ["mapping"]),
        .executable(name: "meetings", targets: ["meetings"]),
        .executable(name: "notifications", targets: ["notifications"]),
        .executable(name: "desk", targets: ["desk"]),
        .executable(name: "tillsammans", targets: ["tillsammans"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
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
            name: "StreamsTesting", dependencies: ["CloudEvents", "Kafka", "Streams", logging, protobuf],
            path: "Shared/StreamsTesting", swiftSettings: guarded),
        .target(
            name: "Views",
            dependencies: ["CloudEvents", "Kafka", "Streams", crypto, grdb, lifecycle, logging, metrics],
            path: "Shared/Views", exclude: ["README.md"], swiftSettings: guarded),
        .target(
            name: "Codec", dependencies: ["CloudEvents", "Domain", crypto, protobuf], path: "Shared/Codec",
            exclude: ["Schemas"], swiftSettings: guarded),
        .target(
            name: "ServiceKit",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "Kafka", "Streams", crypto, lifecycle, logging, protobuf, yaml,
            ],
            path: "Shared/ServiceKit", swiftSettings: guarded),
        // How a case is read: by whom, logged first, in which words. For whatever shows content.
        .target(
            name: "CaseReading", dependencies: ["CloudEvents", "Codec", "Domain", "Kafka", "ServiceKit", protobuf],
            path: "Shared/CaseReading", swiftSettings: guarded),
        // What only the services need: an HTTP server for health and metrics, the way from start to end, templates of HTML.
        .target(
            name: "ServiceHost",
            dependencies: ["Kafka", "ServiceKit", "Streams", lifecycle, logging, metrics, mustache, signals] + http,
            path: "Shared/ServiceHost", swiftSettings: guarded),

        // Who somebody is, as any OpenID provider says.
        .target(
            name: "OpenID", dependencies: [asyncHTTPClient, crypto, jwt, nio, nioHTTP], path: "Shared/OpenID",
            exclude: ["README.md"],
            swiftSettings: guarded),

        // The services and the command line.
        .target(name: "IntakeCore", dependencies: ["Domain"], path: "Services/Intake/Core", swiftSettings: guarded),
        .executableTarget(
            name: "intake",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "IntakeCore", "Kafka", "ServiceHost", "ServiceKit", "Streams", crypto,
                lifecycle, logging, metrics, nio, protobuf,
            ] + http,
            path: "Services/Intake", exclude: ["Core"], swiftSettings: guarded, linkerSettings: allocator),
        .target(name: "MappingCore", dependencies: ["Domain"], path: "Services/Mapping/Core", swiftSettings: guarded),
        .executableTarget(
            name: "mapping",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "MappingCore", "ServiceHost", "ServiceKit", "Streams", protobuf,
            ],
            path: "Services/Mapping", exclude: ["Core"], swiftSettings: guarded, linkerSettings: allocator),
        .target(name: "MeetingsCore", dependencies: ["Domain"], path: "Services/Meetings/Core", swiftSettings: guarded),
        .executableTarget(
            name: "meetings",
            dependencies: ["Codec", "Domain", "MeetingsCore", "ServiceHost", "ServiceKit", "Streams", protobuf],
            path: "Services/Meetings", exclude: ["Core"], swiftSettings: guarded, linkerSettings: allocator),
        .target(
            name: "NotificationsCore", dependencies: ["Domain"], path: "Services/Notifications/Core",
            resources: [.embedInCode("Templates")], swiftSettings: guarded),
        .executableTarget(
            name: "notifications",
            dependencies: [
                "CCurl", "CloudEvents", "Codec", "Domain", "Kafka", "NotificationsCore", "ServiceHost", "ServiceKit",
                "Streams", lifecycle, logging, mustache, protobuf,
            ],
            path: "Services/Notifications", exclude: ["Core"], swiftSettings: guarded, linkerSettings: allocator),
        .target(name: "DeskCore", dependencies: ["Domain"], path: "Services/Desk/Core", swiftSettings: guarded),
        // How people sign in at the desk: its settings, which the command line checks, too.
        .target(
            name: "DeskSignIn", dependencies: ["Domain", "OpenID", "ServiceKit"], path: "Services/Desk/SignIn",
            swiftSettings: guarded),
        .executableTarget(
            name: "desk",
            dependencies: [
                "CaseReading", "CloudEvents", "Codec", "DeskCore", "DeskSignIn", "Domain", "Kafka", "OpenID",
                "ServiceHost", "ServiceKit", "Streams", "Views",
                asyncHTTPClient, crypto, grdb, lifecycle, logging, metrics, mustache, nio, protobuf,
            ] + http,
            path: "Services/Desk", exclude: ["Core", "SignIn"],
            resources: [.embedInCode("Templates"), .embedInCode("Assets")], swiftSettings: guarded,
            linkerSettings: allocator),
        .executableTarget(
            name: "tillsammans",
            dependencies: [
                "CaseReading", "CloudEvents", "Codec", "DeskSignIn", "Domain", "Kafka", "OpenID", "ServiceKit",
                "Streams",
                arguments, lifecycle, logging, protobuf, signals, subprocess, system, yaml,
            ],
            path: "Services/Tillsammans", swiftSettings: guarded),

        // What sealing costs (`make bench-sealing`). It measures what other packages cannot see.
        .executableTarget(
            name: "sealing-benchmark", dependencies: ["CloudEvents", "Streams", crypto],
            path: "Tools/SealingBenchmark", swiftSettings: guarded),

        // Writes a county's year to Kafka, for what is measured on it (`make bench-desk`).
        .executableTarget(
            name: "county-year",
            dependencies: ["CloudEvents", "Codec", "Domain", "Kafka", "ServiceKit", "Streams", crypto, protobuf],
            path: "Tools/CountyYear", swiftSettings: guarded, linkerSettings: allocator),

        // Writes the registry of events from the schemas (`make proto`).
        .executableTarget(
            name: "contract-generator", dependencies: [crypto, protobuf], path: "Tools/ContractGenerator",
            swiftSettings: guarded),

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
            name: "StreamsTestSupport", dependencies: ["CloudEvents", "Kafka", "Streams", "StreamsTesting", protobuf],
            path: "Tests/StreamsTestSupport", swiftSettings: guarded),
        .target(
            name: "TestSupport",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "Kafka", "ServiceKit", "Streams", "StreamsTestSupport",
                "StreamsTesting", protobuf,
            ],
            path: "Tests/TestSupport", swiftSettings: guarded),
        .executableTarget(
            name: "stream-probe",
            dependencies: ["Kafka", "Streams", "StreamsTestSupport", lifecycle, logging, signals],
            path: "Tests/StreamProbe", swiftSettings: guarded),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "TestSupport"], swiftSettings: guarded),
        .testTarget(
            name: "CodecTests",
            dependencies: ["CloudEvents", "Codec", "Domain", "TestSupport", "contract-generator", protobuf],
            exclude: ["Golden"], swiftSettings: guarded),
        .testTarget(
            name: "KafkaTests", dependencies: ["CKafka", "Kafka", "StreamsTestSupport"], swiftSettings: guarded),
        .testTarget(
            name: "StreamsTests",
            dependencies: [
                "CloudEvents", "Kafka", "Streams", "StreamsTestSupport", "StreamsTesting", "example-1-counting",
                "example-2-reminding", "example-3-wishing", "stream-probe", crypto, logging, protobuf,
            ], swiftSettings: guarded),
        .testTarget(
            name: "ViewsTests",
            dependencies: [
                "CloudEvents", "Kafka", "Streams", "StreamsTestSupport", "Views", grdb, lifecycle, logging, metrics,
                product("MetricsTestKit", "swift-metrics"),
            ], swiftSettings: guarded),
        .testTarget(
            name: "ServiceKitTests",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "Kafka", "ServiceHost", "ServiceKit", "Streams", "StreamsTesting",
                "TestSupport", metrics, protobuf,
            ], swiftSettings: guarded),
        .testTarget(
            name: "CaseReadingTests",
            dependencies: [
                "CaseReading", "CloudEvents", "Codec", "Domain", "Kafka", "StreamsTestSupport", "TestSupport", protobuf,
            ], swiftSettings: guarded),
        .testTarget(
            name: "IntakeCoreTests", dependencies: ["Domain", "IntakeCore", "MappingCore", "TestSupport"],
            swiftSettings: guarded),
        .testTarget(
            name: "IntakeTests",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "IntakeCore", "Kafka", "ServiceHost", "ServiceKit", "Streams",
                "StreamsTesting", "TestSupport", "intake", logging, protobuf,
            ], swiftSettings: guarded),
        .testTarget(
            name: "MappingCoreTests", dependencies: ["Codec", "Domain", "MappingCore", "TestSupport"],
            swiftSettings: guarded),
        .testTarget(
            name: "MappingTests",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "MappingCore", "ServiceKit", "Streams", "StreamsTesting",
                "TestSupport", "mapping", protobuf,
            ], swiftSettings: guarded),
        .testTarget(
            name: "MeetingsCoreTests", dependencies: ["Domain", "MeetingsCore", "TestSupport"],
            swiftSettings: guarded),
        .testTarget(
            name: "MeetingsTests",
            dependencies: [
                "Codec", "Domain", "MeetingsCore", "ServiceKit", "Streams", "StreamsTesting", "TestSupport", "meetings",
                protobuf,
            ],
            swiftSettings: guarded),
        .testTarget(
            name: "NotificationsCoreTests",
            dependencies: ["Codec", "Domain", "NotificationsCore", "TestSupport", protobuf],
            swiftSettings: guarded),
        .testTarget(
            name: "NotificationsTests",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "Kafka", "NotificationsCore", "ServiceKit", "Streams",
                "StreamsTesting", "TestSupport", "notifications", logging, protobuf,
            ], swiftSettings: guarded),
        .target(
            name: "OpenIDTestSupport",
            dependencies: [
                "OpenID", "StreamsTestSupport", asyncHTTPClient, crypto, cryptoExtras, grdb, jwt, logging, nio, nioHTTP,
            ] + http,
            path: "Tests/OpenIDTestSupport", swiftSettings: guarded),
        .testTarget(
            name: "OpenIDTests", dependencies: ["OpenID", "OpenIDTestSupport", cryptoExtras, jwt],
            swiftSettings: guarded),
        .testTarget(
            name: "DeskCoreTests", dependencies: ["DeskCore", "Domain", "StreamsTesting", "TestSupport"],
            swiftSettings: guarded),
        .testTarget(
            name: "DeskTests",
            dependencies: [
                "CaseReading", "CloudEvents", "Codec", "DeskCore", "DeskSignIn", "Domain", "IntakeCore", "Kafka",
                "MappingCore", "MeetingsCore", "OpenID", "OpenIDTestSupport", "ServiceHost", "ServiceKit", "Streams",
                "StreamsTestSupport", "StreamsTesting",
                "TestSupport", "Views", "desk", "intake", "mapping", "meetings", "notifications", asyncHTTPClient,
                crypto, grdb, jwt, lifecycle,
                logging, metrics, nio, nioHTTP, protobuf,
                product("HummingbirdTesting", "hummingbird"), product("InMemoryLogging", "swift-log"),
            ] + http,
            swiftSettings: guarded),
        // The pages in a real browser, with the whole suite behind them.
        .testTarget(
            name: "BrowserTests",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "Kafka", "ServiceKit", "TestSupport", "desk", "intake", "mapping",
                "meetings", "notifications", "tillsammans", asyncHTTPClient, logging, nio, nioHTTP, protobuf,
                subprocess, system,
            ] + http,
            swiftSettings: guarded),
        .testTarget(
            name: "TillsammansTests",
            dependencies: [
                "CaseReading", "CloudEvents", "Codec", "Domain", "ServiceKit", "TestSupport", "tillsammans", arguments,
                protobuf,
            ],
            swiftSettings: guarded),
        .testTarget(
            name: "EndToEnd",
            dependencies: [
                "CloudEvents", "Codec", "Domain", "Kafka", "ServiceKit", "TestSupport", "desk", "intake", "mapping",
                "meetings", "notifications", "tillsammans", arguments, protobuf, subprocess, yaml,
            ],
            swiftSettings: guarded),
    ],
    swiftLanguageModes: [.v6]
)
