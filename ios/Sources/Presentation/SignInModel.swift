// Why: signing in is answered at once by the core and told in the account's connection from then on; this model turns
// both into one thing a screen can show.
// Invariants: at most one account is on its way in. Correcting the address takes the half-made account away again; an
// account that is signed in is never touched from here. A link in the address field is no address: it goes the way of an
// opened one. What is begun on a screen above this one ends when the user closes that screen; the lock closes none.

import Foundation
import LinnetCore
import Observation

/// What the sign-in screen shows and does.
@MainActor @Observable
public final class SignInModel: Identifiable {
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
        /// The proxy has no host or no port.
        case proxy
        /// This account is signed in here already.
        case known
    }

    public var address: String {
        get { typed }
        set {
            let before = typed
            typed = newValue
            // By hand it comes sign by sign, and is whole only when the user says so.
            if newValue.count > before.count + 1 { takeLink() }
        }
    }
    public var password = ""
    /// Connect to the host below rather than asking DNS.
    public var namesServer = false
    public var host = ""
    public var port = "5222"
    public var directTls = false
    /// Everything of this account goes through it, from the first connection on.
    public var proxy = ProxyDraft()
    public private(set) var progress = Progress.idle
    /// The account that is on its way in, as the core sees it.
    public private(set) var account: AccountItem?
    /// It is in.
    public private(set) var isDone = false

    public var canSubmit: Bool {
        progress != .connecting && !password.isEmpty && address.contains("@")
            && (!namesServer || !host.trimmingCharacters(in: .whitespaces).isEmpty)
    }

    /// An account in the making.
    public var signingUp: SignUpModel? {
        didSet { if let gone = oldValue, gone !== signingUp { Task { await gone.cancel() } } }
    }
    /// This phone, being set up by another one.
    public var arriving: ArrivalModel? {
        didSet { if let gone = oldValue, gone !== arriving { Task { await gone.end() } } }
    }
    public var restoring: BackupModel?
    /// The user looks for his invitation.
    public var scanning: ScanModel?
    /// The certificate that is looked at.
    public var shownCertificate: CertificateModel?

    private var typed = ""
    @ObservationIgnored private let client: Client
    @ObservationIgnored private let open: @MainActor (Link) -> Void
    /// The account that was added last.
    @ObservationIgnored private var wanted: Int64?
    @ObservationIgnored private var signedIn: Set<String> = []
    @ObservationIgnored private var isSubmitting = false

    /// `open` gets a link that was put into the address field.
    public init(client: Client, open: @escaping @MainActor (Link) -> Void = { _ in }) {
        self.client = client
        self.open = open
    }

    /// The user has an invitation, as a code or a link.
    public func haveInvitation() {
        scanning = ScanModel(wantsInvitation: true)
    }

    /// Only the sign-in stays on screen.
    public func closeScreens() {
        (signingUp, arriving, restoring, scanning, shownCertificate) = (nil, nil, nil, nil, nil)
    }

    /// Opens what stands in the address field if it is a link; whether it was one. A link that is but an address is taken
    /// for that.
    @discardableResult
    public func takeLink() -> Bool {
        // No address of a user has it, every link does.
        guard typed.contains(":"), let link = try? readLink(text: typed) else { return false }
        if case .chat(let address, _, nil) = link {
            typed = address
            return false
        }
        open(link)
        // The field shows what was put into it first, then that it is empty again.
        let taken = typed
        Task { if typed == taken { typed = "" } }
        return true
    }

    /// Signs in with what the fields say. How it ends shows in `progress`, or in the account's being signed in.
    public func signIn() async {
        guard canSubmit, !isSubmitting, !takeLink() else { return }
        let typed = address.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !signedIn.contains(typed.lowercased()) else {
            progress = .failed(.known)
            return
        }
        var server: ServerAddress?
        if namesServer {
            guard let number = UInt16(typed: port) else {
                progress = .failed(.port)
                return
            }
            server = ServerAddress(
                host: host.trimmingCharacters(in: .whitespaces), port: number, directTls: directTls)
        }
        guard !proxy.isUsed || proxy.address != nil else {
            progress = .failed(.proxy)
            return
        }
        isSubmitting = true
        defer { isSubmitting = false }
        progress = .connecting
        do {
            if let account, account.address.lowercased() != typed.lowercased() {
                try await client.removeAccount(account: account.id)
                self.account = nil
            }
            // A proxy that was switched off goes before anything is sent straight.
            if let account, account.proxy != nil, !proxy.isUsed {
                try await client.setProxy(account: account.id, proxy: nil)
            }
            wanted = try await client.addAccount(
                address: typed, password: password, server: server, proxy: proxy.isUsed ? proxy.address : nil,
                again: account != nil)
        } catch CommandError.AccountKnown {
            progress = .failed(.known)
        } catch let error as CommandError {
            progress = .failed(.command(error))
        } catch {
            progress = .failed(.command(.Internal))
        }
    }

    /// The screen for the certificate that the server was refused for, if it was.
    public var certificate: CertificateModel? {
        guard progress == .failed(.login(.certificate)), let account, account.certificate != nil else { return nil }
        return CertificateModel(client: client, account: account)
    }

    /// Gives up the account that is on its way in.
    public func cancel() async {
        progress = .idle
        guard let account, !isDone else { return }
        self.account = nil
        // Already gone is as good as removed.
        try? await client.removeAccount(account: account.id)
    }

    /// Takes in the accounts as the core sees them now.
    func follow(_ accounts: [AccountItem]) {
        signedIn = Set(accounts.filter(\.signedIn).map { $0.address.lowercased() })
        if accounts.contains(where: { $0.id == wanted && $0.signedIn }) {
            (account, isDone) = (nil, true)
            return
        }
        let known = account
        account = accounts.last { !$0.signedIn }
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
