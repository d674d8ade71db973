// Why: the models are tested on the real core against a real server; which one, the environment says:
//   LINNET_TEST_HOST, LINNET_TEST_PORT   where it listens
//   LINNET_TEST_CA                       PEM file of the authority that signed its certificate
//   LINNET_TEST_DOMAIN                   its domain
//   LINNET_TEST_ALICE, LINNET_TEST_BOB   two accounts' addresses
//   LINNET_TEST_CAROL                    a third one who knows nobody yet; without it no request is tested
//   LINNET_TEST_PASSWORD                 the password of all
// Without them every test that needs the server fails.

import Foundation
import LinnetCore
import Testing

/// All that talk to the server, one after another: they share its accounts.
@Suite(.serialized)
struct ServerTests {}

struct Server: Sendable {
    let host: String
    let port: UInt16
    let ca: String
    let domain: String
    let alice: String
    let bob: String
    let password: String

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static func required() throws -> Server {
        let environment = ProcessInfo.processInfo.environment
        func value(_ name: String) throws -> String {
            guard let value = environment["LINNET_TEST_\(name)"], !value.isEmpty else {
                throw Missing(description: "LINNET_TEST_\(name) is not set: these tests need a server")
            }
            return value
        }
        guard let port = UInt16(try value("PORT")) else {
            throw Missing(description: "LINNET_TEST_PORT is no port")
        }
        let ca = try value("CA")
        guard FileManager.default.isReadableFile(atPath: ca) else {
            throw Missing(description: "LINNET_TEST_CA can't be read: \(ca)")
        }
        return Server(
            host: try value("HOST"), port: port, ca: ca, domain: try value("DOMAIN"), alice: try value("ALICE"),
            bob: try value("BOB"), password: try value("PASSWORD"))
    }

    static var carol: String? { ProcessInfo.processInfo.environment["LINNET_TEST_CAROL"] }
}

/// A device's folder with a store in it; gone when nobody holds it any more.
final class Device: Sendable {
    let folder: URL
    let key: Data

    /// Where sockets can't be told to do without it, a peer that goes must not end the process. Apple's can, and are.
    private static let withoutPipeSignals: Void = {
        #if os(Linux)
            signal(SIGPIPE, SIG_IGN)
        #endif
    }()

    init(key: Data = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })) throws {
        Self.withoutPipeSignals
        self.key = key
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("linnet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open(ca: String? = nil, key: Data? = nil) throws -> Client {
        let options = Options(databasePath: folder.appendingPathComponent("linnet.db").path, caFile: ca)
        return try Client.open(options: options, platform: TestPlatform(key: key ?? self.key))
    }

    func erase() throws {
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            try FileManager.default.removeItem(at: file)
        }
    }
}

/// The core's platform in tests. What it logs goes to standard error if LINNET_TEST_LOG is set.
final class TestPlatform: Platform {
    let key: Data
    private let logs = ProcessInfo.processInfo.environment["LINNET_TEST_LOG"] != nil

    init(key: Data) {
        self.key = key
    }

    func databaseKey() -> Data { key }
    func bootId() -> String { "one boot" }
    func log(level: LogLevel, target: String, message: String) {
        guard logs else { return }
        FileHandle.standardError.write(Data("\(level) \(target): \(message)\n".utf8))
    }
}
