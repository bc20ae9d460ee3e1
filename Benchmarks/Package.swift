// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "tillsammans", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .executableTarget(
            name: "StreamBenchmark",
            dependencies: [
                .product(name: "CloudEvents", package: "tillsammans"), .product(name: "Kafka", package: "tillsammans"),
                .product(name: "Streams", package: "tillsammans"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("jemalloc", .when(platforms: [.linux]))]),
        .executableTarget(
            name: "ViewBenchmark",
            dependencies: [
                .product(name: "CloudEvents", package: "tillsammans"), .product(name: "Kafka", package: "tillsammans"),
                .product(name: "Views", package: "tillsammans"), .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("jemalloc", .when(platforms: [.linux]))]),
        .executableTarget(
            name: "SchedulingBenchmark",
            dependencies: [
                .product(name: "Domain", package: "tillsammans"),
                .product(name: "MeetingsCore", package: "tillsammans"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)]),
    ],
    swiftLanguageModes: [.v6]
)
