// Why: whom the user does not want to hear, and the way to hear them again.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the block list of one account shows and does.
@MainActor @Observable
public final class BlocksModel: Identifiable {
    static let page: UInt32 = 200

    /// The account.
    public let id: Int64
    /// The account's server can't block: what is blocked is hidden on this device.
    public let isLocal: Bool
    public private(set) var blocks: [BlockItem] = []
    public private(set) var isLoaded = false
    public private(set) var atEnd = true
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?
    /// Whom to block next.
    public var address = "" {
        didSet { if address != oldValue { isInvalid = false } }
    }
    /// That is nobody who can be blocked.
    public private(set) var isInvalid = false
    public var canBlock: Bool { !trimmed.isEmpty }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private var list: BlocksSubscription?

    public init(client: Client, account: AccountItem) {
        self.client = client
        id = account.id
        isLocal = account.blocks == false
    }

    /// Follows the list until the task is cancelled.
    public func run() async {
        storeFailed = false
        let list = client.blocks()
        self.list = list
        do {
            for try await snapshot in list.snapshots {
                (blocks, atEnd) = (snapshot.items.filter { $0.account == id }, snapshot.atEnd)
                isLoaded = true
            }
        } catch {
            storeFailed = true
        }
        self.list = nil
    }

    /// The last rows are on screen: more of them are shown.
    public func showMore() {
        if !atEnd { list?.loadMore(count: Self.page) }
    }

    /// Hears nothing any more of who is at the address.
    public func block() async {
        guard canBlock else { return }
        do {
            try await client.block(account: id, address: trimmed, report: nil)
            address = ""
        } catch CommandError.AddressInvalid {
            isInvalid = true
        } catch {
            problem = error as? CommandError ?? .Internal
        }
    }

    /// Hears them again.
    public func unblock(_ item: BlockItem) async {
        do {
            try await client.unblock(account: item.account, address: item.address)
        } catch {
            problem = error as? CommandError ?? .Internal
        }
    }

    private var trimmed: String { address.trimmingCharacters(in: .whitespacesAndNewlines) }
}
