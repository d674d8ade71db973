// Why: a corrected message keeps what it said before; whoever wonders can look.

import CoreAdapters
import LinnetCore
import Observation

/// What the sheet with a message's versions shows.
@MainActor @Observable
public final class VersionsModel: Identifiable {
    public let id: Int64
    /// Oldest first; the last one is what the chat shows.
    public private(set) var versions: [VersionItem] = []
    public private(set) var isLoaded = false
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false

    @ObservationIgnored private let client: Client

    public init(client: Client, message: Int64) {
        self.client = client
        id = message
    }

    /// All of a version that is shown cut.
    public func wholeText(of version: VersionItem) -> WholeTextModel {
        WholeTextModel(client: client, of: .version(version: version.id))
    }

    /// Follows the message until the task is cancelled.
    public func run() async {
        storeFailed = false
        do {
            for try await snapshot in client.versions(message: id).snapshots {
                versions = snapshot.items
                isLoaded = true
            }
        } catch {
            storeFailed = true
        }
    }
}
