// Why: strangers wait apart, in silence, until the user answers them.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the box of requests shows and does.
@MainActor @Observable
public final class RequestsModel: Identifiable {
    public private(set) var requests: [RequestItem] = []
    /// The first batch has come: an empty box is really empty.
    public private(set) var isLoaded = false
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    @ObservationIgnored private let client: Client

    public init(client: Client) {
        self.client = client
    }

    /// Follows the requests until the task is cancelled.
    public func run() async {
        storeFailed = false
        do {
            for try await snapshot in client.requests().snapshots {
                requests = snapshot.items
                isLoaded = true
            }
        } catch {
            storeFailed = true
        }
    }

    /// Lets the person see when we are online and asks the same of them, or refuses and deletes what they wrote.
    public func answer(_ request: RequestItem, accept: Bool) async {
        await attempt {
            try await client.answerRequest(account: request.account, address: request.address, accept: accept)
        }
    }

    /// Hears nothing any more of the stranger, or of everybody on the stranger's server.
    public func block(_ request: RequestItem, server: Bool = false, report: Report? = nil) async {
        let address = server ? request.server : request.address
        await attempt { try await client.block(account: request.account, address: address, report: report) }
    }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}

extension RequestItem {
    /// The domain of the one who asks.
    public var server: String { String(address.split(separator: "@").last ?? "") }
}
