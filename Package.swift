// swift-tools-version: 6.2

import PackageDescription

/// What every Swift target of the package is compiled with.
let strictSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// One module under Sources/: the modules it stands on, and whether Tests/ has a folder for it.
struct Module {
    let name: String
    var on: [String] = []
    var packages: [Target.Dependency] = []
    var isExecutable = false
    var hasTests = true
    var testsOn: [String] = []
    /// Folders of Tests/ that hold no Swift.
    var testFixtures: [String] = []
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// What Swift cannot express, and libraries of the system, each with a module map under Sources/.
let cTargets: [Target] = [
    .target(name: "CLinux"),
    .systemLibrary(name: "CLibELF", providers: [.apt(["libelf-dev", "zlib1g-dev"])]),
]

/// The layers, lowest first; a module's arrows point up in this list only.
let modules: [Module] = [
    // 0
    Module(name: "LinuxABI"),
    Module(name: "Wording"),
    Module(name: "SimulationCore", packages: [heap]),
    // 1
    Module(name: "BPFInstructionSet", on: ["Wording"]),
    Module(name: "PacketModel", on: ["LinuxABI", "SimulationCore", "Wording"]),
    // 2
    Module(name: "KernelControl", on: ["LinuxABI", "BPFInstructionSet", "PacketModel"], hasTests: false),
    Module(name: "Trace", on: ["LinuxABI", "SimulationCore", "PacketModel"]),
    Module(name: "BPFMachine", on: ["BPFInstructionSet", "SimulationCore"]),
    Module(
        name: "BPFObjectFile", on: ["LinuxABI", "BPFInstructionSet", "Wording", "CLibELF"], testFixtures: ["Fixtures"]),
    // 3
    Module(name: "BPFVerifier", on: ["LinuxABI", "BPFInstructionSet"], testFixtures: ["Recordings"]),
    Module(name: "HostModel", on: ["SimulationCore", "PacketModel", "Trace"], packages: [deque]),
    Module(
        name: "NetworkModel",
        on: ["LinuxABI", "BPFInstructionSet", "SimulationCore", "PacketModel", "Trace", "KernelControl"]),
    // 4
    Module(
        name: "BPFRuntime",
        on: [
            "LinuxABI", "SimulationCore", "BPFInstructionSet", "PacketModel", "KernelControl", "BPFMachine",
            "BPFVerifier",
        ], testFixtures: ["Recordings"]),
    // 5
    Module(
        name: "Datapath",
        on: [
            "LinuxABI", "SimulationCore", "PacketModel", "Trace", "KernelControl", "NetworkModel", "HostModel",
            "BPFRuntime",
        ], testsOn: ["BPFInstructionSet", "BPFObjectFile", "ScenarioKit"], testFixtures: ["Recordings"]),
    Module(
        name: "LinuxBackend",
        on: [
            "LinuxABI", "BPFInstructionSet", "PacketModel", "BPFObjectFile", "KernelControl", "CLinux",
        ]),
    // 6
    Module(
        name: "ScenarioKit",
        on: [
            "LinuxABI", "SimulationCore", "BPFInstructionSet", "PacketModel", "BPFObjectFile", "KernelControl", "Trace",
            "Wording",
        ], packages: [yams], testsOn: ["Datapath", "HostModel"], testFixtures: ["Golden", "Samples", "Mutations.md"]),
    Module(
        name: "BenchmarkKit", on: ["PacketModel", "KernelControl", "Datapath", "CLinux"],
        packages: [histogram], testsOn: ["DatapathTesting", "NetkitSimulator"]),
    // 7
    Module(
        name: "NetkitSimulator",
        on: [
            "LinuxABI", "SimulationCore", "BPFInstructionSet", "PacketModel", "BPFObjectFile", "KernelControl", "Trace",
            "HostModel", "Datapath", "ScenarioKit",
        ], hasTests: false),
    Module(
        name: "DatapathTesting",
        on: ["LinuxABI", "PacketModel", "BPFObjectFile", "KernelControl", "Datapath", "ScenarioKit"],
        testsOn: ["NetkitSimulator"]),
    Module(
        name: "nksim",
        on: [
            "BenchmarkKit", "ScenarioKit", "Datapath", "LinuxBackend", "BPFInstructionSet", "KernelControl",
            "PacketModel", "HostModel",
            "Trace",
        ],
        packages: [argumentParser], isExecutable: true, hasTests: false),
    Module(
        name: "bpf-conformance-plugin", on: ["BPFInstructionSet", "BPFMachine", "SimulationCore"], isExecutable: true,
        hasTests: false),
]

let package = Package(
    name: "nksim",
    products: [
        .library(name: "NetkitSimulator", targets: ["NetkitSimulator"]),
        .library(name: "DatapathTesting", targets: ["DatapathTesting"]),
        // For Benchmarks/, a package of its own; the underscore says that it is no interface.
        .library(name: "_BPFMachine", targets: ["BPFInstructionSet", "BPFMachine", "SimulationCore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: modules.flatMap { module -> [Target] in
        let dependencies = module.on.map { Target.Dependency(stringLiteral: $0) } + module.packages
        var targets: [Target] = [
            module.isExecutable
                ? .executableTarget(name: module.name, dependencies: dependencies, swiftSettings: strictSettings)
                : .target(name: module.name, dependencies: dependencies, swiftSettings: strictSettings)
        ]
        if module.hasTests {
            targets.append(
                .testTarget(
                    name: module.name + "Tests",
                    dependencies: [.init(stringLiteral: module.name)]
                        + (module.on + module.testsOn).map { .init(stringLiteral: $0) },
                    exclude: module.testFixtures,
                    swiftSettings: strictSettings))
        }
        return targets
    } + cTargets
)
