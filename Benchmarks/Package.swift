// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "tillsammans", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
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
            name: "SealingBenchmark",
            dependencies: [
                .product(name: "CloudEvents", package: "tillsammans"),
                .product(name: "Streams", package: "tillsammans"),
                .product(name: "StreamsTesting", package: "tillsammans"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
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
