// Why: how this device is called, which others of the account are there, and whatever has access to it.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the screen of one's own devices shows and does.
@MainActor @Observable
public final class OwnDevicesModel: Identifiable {
    /// The account.
    public let id: Int64
    public private(set) var item: OwnDevicesItem?
    /// The name of this device, as it is being edited.
    public var name = ""
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    /// There is something to save.
    public var canSave: Bool { item != nil && trimmed != item?.name ?? "" }

    @ObservationIgnored private let client: Client

    public init(client: Client, account: Int64) {
        self.client = client
        id = account
    }

    /// Asks what there is to know, and follows it until the task is cancelled.
    public func run() async {
        storeFailed = false
        do {
            try await client.askDevices(account: id)
        } catch CommandError.Offline {
            // What is known is shown.
        } catch {
            problem = error as? CommandError ?? .Internal
        }
        do {
            for try await snapshot in client.ownDevices(account: id).snapshots {
                let isFirst = item == nil
                item = snapshot.items.first
                if isFirst { name = item?.name ?? "" }
            }
        } catch {
            storeFailed = true
        }
    }

    /// Names this device, from the next session on.
    public func save() async {
        await attempt { try await client.setDevice(account: id, name: trimmed, priority: item?.priority ?? 0) }
    }

    /// How much this device wants messages that are for any.
    public func setPriority(_ priority: Int8) async {
        await attempt { try await client.setDevice(account: id, name: item?.name ?? "", priority: priority) }
    }

    /// Takes a client's access back.
    public func revoke(_ access: ClientAccess) async {
        await attempt { try await client.revokeClient(account: id, id: access.id) }
    }

    /// Another password, and everybody else goes where the server can do that; what comes of it is the account's task.
    public func signOutEverywhere(_ password: String) async {
        await attempt { try await client.signOutEverywhere(account: id, password: password) }
    }

    /// As much as the core takes.
    private var trimmed: String { String(name.trimmingCharacters(in: .whitespacesAndNewlines).prefix(30)) }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
