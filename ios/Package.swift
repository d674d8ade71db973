// swift-tools-version: 6.0
// The manifest runs on the build host, so `#if os(Linux)` parts two worlds: Linux links the host's library and brings
// stand-ins for Apple's frameworks (ios/Stubs), so that everything can be type-checked and the models tested there;
// macOS takes the XCFramework and the SDK.
import PackageDescription

#if os(Linux)
    // The folder that holds liblinnet.so.
    let library = Context.environment["LINNET_LIBRARY_DIR"] ?? "../target/debug"
    let core: [Target] = [.systemLibrary(name: "LinnetCoreFFI", path: "Sources/CoreFFI")]
    let link: [LinkerSetting] = [
        .unsafeFlags(["-L\(library)", "-Xlinker", "-rpath", "-Xlinker", library]),
        .linkedLibrary("linnet"),
        // Swift 6.0's libswiftObservation names a symbol that no library has (swift#75670).
        .unsafeFlags(["-Xlinker", "--allow-shlib-undefined"]),
    ]
    let frameworks = [
        "SwiftUI", "UIKit", "AVFoundation", "PhotosUI", "Security", "Network", "UserNotifications",
        "LocalAuthentication", "UniformTypeIdentifiers", "Contacts", "dnssd", "os",
    ]
    let on: [String: [Target.Dependency]] = [
        "SwiftUI": ["UIKit", "UniformTypeIdentifiers"], "AVFoundation": ["UIKit"], "PhotosUI": ["SwiftUI"],
    ]
    let stubs: [Target] =
        frameworks.map { name in
            .target(name: name, dependencies: on[name] ?? [], path: "Stubs/\(name)")
        } + [
            .target(
                name: "LinnetApp", dependencies: ["Presentation", "Shell", "Views", "SwiftUI"], path: "App",
                exclude: [
                    "Assets.xcassets", "Info.plist", "InfoPlist.xcstrings", "Linnet.entitlements",
                    "Localizable.xcstrings", "PrivacyInfo.xcprivacy",
                ],
                swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
            .executableTarget(
                name: "batch-bench", dependencies: ["LinnetCore", "CoreAdapters"], path: "Tests/BatchBench"),
        ]
    let ui: [Target.Dependency] = ["SwiftUI", "UIKit", "AVFoundation", "PhotosUI", "UniformTypeIdentifiers"]
    let shell: [Target.Dependency] = [
        "Security", "Network", "UIKit", "UserNotifications", "LocalAuthentication", "Contacts", "dnssd", "os",
    ]
#else
    let core: [Target] = [.binaryTarget(name: "LinnetCoreFFI", path: "build/LinnetCoreFFI.xcframework")]
    let link: [LinkerSetting] = []
    let stubs: [Target] = []
    let ui: [Target.Dependency] = []
    let shell: [Target.Dependency] = []
#endif

let package = Package(
    name: "Linnet",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "Linnet", targets: ["Views", "Shell"])],
    targets: core + stubs + [
        // Generated. UniFFI 0.32's helpers for async foreign traits don't compile in the 6 language mode.
        .target(
            name: "LinnetCore", dependencies: ["LinnetCoreFFI"], path: "Sources/CoreBindings",
            swiftSettings: [.swiftLanguageMode(.v5)], linkerSettings: link),
        .target(name: "CoreAdapters", dependencies: ["LinnetCore"]),
        .target(name: "Presentation", dependencies: ["LinnetCore", "CoreAdapters"]),
        .target(name: "Views", dependencies: ["Presentation", "LinnetCore"] + ui),
        .target(name: "Shell", dependencies: ["Presentation", "LinnetCore"] + shell),
        .testTarget(name: "PresentationTests", dependencies: ["Presentation", "LinnetCore", "CoreAdapters"]),
    ],
    swiftLanguageModes: [.v6]
)
