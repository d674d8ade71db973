// Why: the one place that opens the core and decides which part of the app is on screen.
// Invariant: the core is opened once and outlives every screen; all models share it.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// The whole app: which stage it is in, and its accounts.
@MainActor @Observable
public final class AppModel {
    public enum Stage {
        case opening
        case broken(OpenError)
        case signIn(SignInModel)
        case chats(ChatListModel)
    }

    public private(set) var stage = Stage.opening
    public private(set) var accounts: [AccountItem] = []
    public var banner: ConnectionBanner? { ConnectionBanner(accounts) }
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false

    @ObservationIgnored private let open: @Sendable () throws -> Client
    @ObservationIgnored private let erase: @Sendable () throws -> Void
    @ObservationIgnored public private(set) var client: Client?

    /// `open` opens the core, `erase` deletes its files and its key. Both are called off the main thread.
    public init(open: @escaping @Sendable () throws -> Client, erase: @escaping @Sendable () throws -> Void) {
        self.open = open
        self.erase = erase
    }

    /// Opens the core if needed and follows its accounts until the task is cancelled.
    public func run() async {
        guard let client = await openOnce() else { return }
        storeFailed = false
        do {
            for try await snapshot in client.accounts().snapshots {
                accounts = snapshot.items
                choose(client)
            }
        } catch {
            storeFailed = true
        }
    }

    /// Deletes what can't be opened. What servers keep comes back after signing in; `run` opens the new store.
    public func startAfresh() async {
        guard case .broken = stage, client == nil else { return }
        let erase = self.erase
        do {
            try await Task.detached(priority: .userInitiated) { try erase() }.value
            stage = .opening
        } catch {
            stage = .broken(.Other)
        }
    }

    /// The device has another network, or one again: connections are tried now.
    public func networkChanged() {
        client?.networkChanged()
    }

    /// The app leaves the screen: connections are closed in good order. Returns when the app may be frozen.
    public func suspend() async {
        await client?.suspend()
    }

    /// The app is on screen again.
    public func resume() {
        client?.resume()
    }

    private func openOnce() async -> Client? {
        if let client { return client }
        stage = .opening
        let open = self.open
        do {
            let opened = try await Task.detached(priority: .userInitiated) { try open() }.value
            client = opened
            return opened
        } catch let error as OpenError {
            stage = .broken(error)
        } catch {
            stage = .broken(.Other)
        }
        return nil
    }

    private func choose(_ client: Client) {
        if accounts.contains(where: \.signedIn) {
            if case .chats = stage { return }
            stage = .chats(ChatListModel(client: client))
            return
        }
        let model: SignInModel
        if case .signIn(let present) = stage {
            model = present
        } else {
            model = SignInModel(client: client)
            stage = .signIn(model)
        }
        model.follow(accounts.last)
    }
}
