// swift-tools-version: 6.2

// Measurements, apart from the package so that they cost its users nothing. Run from this folder:
//     swift run -c release machine-benchmark

import PackageDescription

let strictSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "nksim-benchmarks",
    dependencies: [.package(name: "nksim", path: "..")],
    targets: [
        // The yardstick: what a perfect compiler from BPF could reach without vector instructions.
        .target(
            name: "CMachinePrograms",
            exclude: ["programs.inc"],
            cSettings: [.unsafeFlags(["-O2", "-fno-vectorize", "-fno-slp-vectorize"])]),
        .executableTarget(
            name: "machine-benchmark",
            dependencies: ["CMachinePrograms", .product(name: "_BPFMachine", package: "nksim")],
            swiftSettings: strictSettings),
    ]
)
