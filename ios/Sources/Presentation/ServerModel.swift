// Why: what an account's server can do, and what it announces. Asked when somebody looks, never before.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the screen about a server shows.
@MainActor @Observable
public final class ServerModel: Identifiable {
    /// The account.
    public let id: Int64
    public private(set) var details: ServerDetailsItem?
    /// What is announced.
    public private(set) var outage: Outage?
    /// The server could not be asked now: what is shown is what it said last.
    public private(set) var isOffline = false
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let language: String
    @ObservationIgnored private let download: @Sendable (URL) async -> String?
    @ObservationIgnored private var looked: String?

    /// `language` is a BCP 47 tag, for announcements; `download` fetches a text over https, or gives `nil`.
    public init(
        client: Client, account: Int64, language: String, download: @escaping @Sendable (URL) async -> String?
    ) {
        self.client = client
        self.language = language
        self.download = download
        id = account
    }

    /// Asks the server, and follows what is known of it until the task is cancelled.
    public func run() async {
        storeFailed = false
        do {
            try await client.askServer(account: id)
            isOffline = false
        } catch CommandError.Offline {
            isOffline = true
        } catch {
            problem = error as? CommandError ?? .Internal
        }
        do {
            for try await snapshot in client.serverDetails(account: id).snapshots {
                details = snapshot.items.first
                await look(snapshot.items.first?.outageFile)
            }
        } catch {
            storeFailed = true
        }
    }

    /// An announcement is worth a look, and nothing is said if there is none or it can't be read.
    private func look(_ file: String?) async {
        guard file != looked else { return }
        looked = file
        guard let file, let url = URL(string: file), let text = await download(url) else {
            outage = nil
            return
        }
        // A file that says nothing readable announces no outage.
        outage = try? readOutage(json: text, language: language)
    }
}
