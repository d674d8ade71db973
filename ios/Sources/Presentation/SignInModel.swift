// Why: signing in is answered at once by the core and told in the account's connection from then on; this model turns
// both into one thing a screen can show.
// Invariant: at most one account is on its way in. Correcting the address takes the half-made account away again.

import Foundation
import LinnetCore
import Observation

/// What the sign-in screen shows and does.
@MainActor @Observable
public final class SignInModel {
    public enum Progress: Equatable, Sendable {
        case idle
        case connecting
        /// Not reached yet; the core goes on trying by itself.
        case waiting(WaitReason)
        case failed(Problem)
    }

    public enum Problem: Equatable, Sendable {
        case login(LoginFailure)
        case command(CommandError)
        /// The port is no number from 1 to 65535.
        case port
    }

    public var address = ""
    public var password = ""
    /// Connect to the host below rather than asking DNS.
    public var namesServer = false
    public var host = ""
    public var port = "5222"
    public var directTls = false
    public private(set) var progress = Progress.idle

    public var canSubmit: Bool {
        progress != .connecting && !password.isEmpty && address.contains("@")
            && (!namesServer || !host.trimmingCharacters(in: .whitespaces).isEmpty)
    }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private var pending: AccountItem?
    @ObservationIgnored private var isSubmitting = false

    public init(client: Client) {
        self.client = client
    }

    /// Signs in with what the fields say. How it ends shows in `progress`, or in the account's being signed in.
    public func signIn() async {
        guard canSubmit, !isSubmitting else { return }
        let typed = address.trimmingCharacters(in: .whitespacesAndNewlines)
        var server: ServerAddress?
        if namesServer {
            guard let number = UInt16(port.trimmingCharacters(in: .whitespaces)), number > 0 else {
                progress = .failed(.port)
                return
            }
            server = ServerAddress(
                host: host.trimmingCharacters(in: .whitespaces), port: number, directTls: directTls)
        }
        isSubmitting = true
        defer { isSubmitting = false }
        progress = .connecting
        do {
            if let pending, pending.address.lowercased() != typed.lowercased() {
                try await client.removeAccount(account: pending.id)
                self.pending = nil
            }
            _ = try await client.addAccount(address: typed, password: password, server: server)
        } catch let error as CommandError {
            progress = .failed(.command(error))
        } catch {
            progress = .failed(.command(.Internal))
        }
    }

    /// Gives up the account that is on its way in.
    public func cancel() async {
        progress = .idle
        guard let pending else { return }
        self.pending = nil
        // Already gone is as good as removed.
        try? await client.removeAccount(account: pending.id)
    }

    /// Takes in the account that is on its way in, as the core sees it now; `nil` if there is none.
    func follow(_ account: AccountItem?) {
        let known = pending
        pending = account
        guard let account else { return }
        // After a restart the half-made account is all there is to know.
        if known == nil && address.isEmpty { address = account.address }
        guard !isSubmitting else { return }
        switch account.connection {
        case .off: progress = .idle
        case .connecting, .catchingUp, .online: progress = .connecting
        case .waiting(_, let reason): progress = .waiting(reason)
        case .failed(let reason): progress = .failed(.login(reason))
        }
    }
}
