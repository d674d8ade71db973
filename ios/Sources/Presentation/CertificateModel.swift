// Why: a server with a private authority can be let in by a person who has looked at its certificate, never by ignoring
// what is wrong with it.
// Invariant: what is trusted is the very certificate that was on screen when the user said so.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the certificate screen shows and does.
@MainActor @Observable
public final class CertificateModel: Identifiable {
    /// The account.
    public let id: Int64
    public let address: String
    public private(set) var certificate: CertificateItem?
    /// The user has decided; the account connects anew.
    public private(set) var isDone = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    /// The domain that the certificate should be made out to.
    public var domain: String { String(address.split(separator: "@").last ?? "") }

    @ObservationIgnored private let client: Client

    public init(client: Client, account: AccountItem) {
        self.client = client
        id = account.id
        address = account.address
        certificate = account.certificate
    }

    /// Follows the account until the task is cancelled.
    public func run() async {
        do {
            for try await snapshot in client.accounts().snapshots {
                certificate = snapshot.items.first { $0.id == id }?.certificate
                // The server shows one again that needs no looking at.
                if certificate == nil { isDone = true }
            }
        } catch {
            problem = .Storage
        }
    }

    /// Accepts this certificate, and no other, from now on. If the server has shown another one meanwhile, that one is
    /// shown and nothing is trusted.
    public func trust(_ certificate: CertificateItem) async {
        await decide { try await client.pinCertificate(account: id, sha256: certificate.sha256) }
    }

    /// Takes the trust back: certificates are judged as this device does by itself.
    public func distrust() async {
        await decide { try await client.unpinCertificate(account: id) }
    }

    private func decide(_ command: () async throws -> Void) async {
        do {
            try await command()
            isDone = true
        } catch {
            problem = error as? CommandError ?? .Internal
        }
    }
}

/// Fingerprints as people compare them.
public enum Fingerprint {
    /// Four lines of four groups of four digits: `AB12 34CD …`.
    public static func lines(_ sha256: String) -> [String] {
        let groups = chunks(of: 4, in: Array(sha256.uppercased())).map { String($0) }
        return chunks(of: 4, in: groups).map { $0.joined(separator: " ") }
    }

    private static func chunks<Element>(of size: Int, in all: [Element]) -> [ArraySlice<Element>] {
        stride(from: 0, to: all.count, by: size).map { all[$0..<min($0 + size, all.count)] }
    }
}
