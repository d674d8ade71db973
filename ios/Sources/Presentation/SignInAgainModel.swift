// Why: a password that was changed elsewhere is asked for again; the account, its chats and its settings stay.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the screen for signing in again shows and does.
@MainActor @Observable
public final class SignInAgainModel: Identifiable {
    public let id: Int64
    public let address: String
    public var password = ""
    public private(set) var progress: SignInModel.Progress
    /// The account is connected again.
    public private(set) var isDone = false

    public var canSubmit: Bool { !password.isEmpty && progress != .connecting }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private var isSubmitting = false

    public init(client: Client, account: AccountItem) {
        self.client = client
        id = account.id
        address = account.address
        if case .failed(let reason) = account.connection {
            progress = .failed(.login(reason))
        } else {
            progress = .idle
        }
    }

    /// Follows the account until the task is cancelled.
    public func run() async {
        do {
            for try await snapshot in client.accounts().snapshots {
                if let account = snapshot.items.first(where: { $0.id == id }) { follow(account) }
            }
        } catch {
            progress = .failed(.command(.Storage))
        }
    }

    /// Signs in with the password. How it ends shows in `progress` and `isDone`.
    public func signIn() async {
        guard canSubmit, !isSubmitting else { return }
        isSubmitting = true
        defer { isSubmitting = false }
        progress = .connecting
        do {
            try await client.setPassword(account: id, password: password)
        } catch {
            progress = .failed(.command(error as? CommandError ?? .Internal))
        }
    }

    private func follow(_ account: AccountItem) {
        switch account.connection {
        case .online, .catchingUp: isDone = true
        // What is told while the new password is on its way is about the old one.
        case _ where isSubmitting: break
        case .off: progress = .idle
        case .connecting: progress = .connecting
        case .waiting(_, let reason): progress = .waiting(reason)
        case .failed(let reason): progress = .failed(.login(reason))
        }
    }
}
