// Why: one's own accounts: what the server lacks, whether it keeps messages, and the way out.
// Invariant: what is begun on a screen above this one ends when the user closes that screen, or this one; the lock, which
// takes all of them down, closes none.

import Foundation
import LinnetCore
import Observation

/// What the accounts screen does. What it shows are `AppModel.accounts`.
@MainActor @Observable
public final class AccountsModel: Identifiable {
    /// A screen further in.
    public enum Place: Hashable, Sendable {
        case account(Int64)
        case privacy(Int64)
        case safety
        case backup
    }

    public var problem: CommandError?
    /// Where the user is.
    public var path: [Place] = [] {
        didSet { if !path.contains(.backup) { keptBackup = nil } }
    }

    /// One more account, on its way in.
    public var adding: SignInModel? {
        didSet {
            guard let gone = oldValue, gone !== adding else { return }
            gone.closeScreens()
            // Closed before it was in: nothing stays behind.
            Task { await gone.cancel() }
        }
    }
    /// Another phone that is being set up.
    public var handingOver: HandoverModel? {
        didSet { if let gone = oldValue, gone !== handingOver { Task { await gone.end() } } }
    }
    public var signingInAgain: SignInAgainModel?
    public var certificate: CertificateModel?
    public var blocks: BlocksModel?
    public var server: ServerModel?
    public var devices: OwnDevicesModel?
    public var portable: PortableModel?
    public var moved: MovedModel?
    public var profile: ProfileModel?
    public var presence: PresenceModel?

    @ObservationIgnored private let client: Client
    @ObservationIgnored private var keptBackup: BackupModel?

    public init(client: Client) {
        self.client = client
    }

    /// Nothing of what was begun here goes on.
    public func closeScreens() {
        (adding, handingOver, signingInAgain, certificate, blocks) = (nil, nil, nil, nil, nil)
        (server, devices, portable, moved, profile, presence) = (nil, nil, nil, nil, nil, nil)
        path = []
    }

    /// The screen of backups: one, with its passphrase, until the user leaves it.
    public func backup(_ make: () -> BackupModel?) -> BackupModel? {
        if keptBackup == nil { keptBackup = make() }
        return keptBackup
    }

    /// Names the account for the user alone, and gives it a colour.
    public func edit(_ account: AccountItem, _ name: String, _ colour: AccountColour) async {
        // As much as the core takes.
        let name = String(name.trimmingCharacters(in: .whitespacesAndNewlines).prefix(40))
        await attempt { try await client.editAccount(account: account.id, name: name, colour: colour) }
    }

    /// Puts the account at this place of the user's order.
    public func move(_ account: AccountItem, _ to: Int) async {
        await attempt { try await client.moveAccount(account: account.id, to: UInt32(max(to, 0))) }
    }

    /// Connects or disconnects without forgetting the account.
    public func setEnabled(_ account: AccountItem, _ enabled: Bool) async {
        await attempt { try await client.setAccountEnabled(account: account.id, enabled: enabled) }
    }

    /// Switches the server's archive (XEP-0441).
    public func setArchiving(_ account: AccountItem, _ on: Bool) async {
        await attempt { try await client.setArchiving(account: account.id, on: on) }
    }

    /// Switches what the account tells others unasked.
    public func setPrivacy(_ account: AccountItem, _ setting: PrivacySetting, _ on: Bool) async {
        await attempt { try await client.setPrivacy(account: account.id, setting: setting, on: on) }
    }

    /// Chooses who may call.
    public func setCallers(_ account: AccountItem, _ callers: Callers) async {
        await attempt { try await client.setCallers(account: account.id, callers: callers) }
    }

    /// Chooses who may ask to be a contact.
    public func setAdders(_ account: AccountItem, _ adders: Adders) async {
        await attempt { try await client.setAdders(account: account.id, adders: adders) }
    }

    /// Connects the account there, or where DNS finds its server; false if no server can be there.
    public func setServer(_ account: AccountItem, _ server: ServerAddress?) async -> Bool {
        do {
            try await client.setServer(account: account.id, server: server)
        } catch CommandError.AddressInvalid {
            return false
        } catch {
            problem = error as? CommandError ?? .Internal
        }
        return true
    }

    /// Leads everything of the account through a proxy, or straight again.
    public func setProxy(_ account: AccountItem, _ proxy: ProxyAddress?) async {
        await attempt { try await client.setProxy(account: account.id, proxy: proxy) }
    }

    /// The screen that shows the server's certificate.
    public func certificate(_ account: AccountItem) -> CertificateModel {
        CertificateModel(client: client, account: account)
    }

    /// The screen that shows whom the account hears nothing of.
    public func blocks(_ account: AccountItem) -> BlocksModel {
        BlocksModel(client: client, account: account)
    }

    /// The screen that shows what others see of the account.
    public func profile(_ account: AccountItem) -> ProfileModel {
        ProfileModel(client: client, account: account)
    }

    /// The screen that asks for the password again.
    public func signInAgain(_ account: AccountItem) -> SignInAgainModel {
        SignInAgainModel(client: client, account: account)
    }

    /// Gives the account another password on its server; what comes of it is its task.
    public func changePassword(_ account: AccountItem, _ password: String) async {
        await attempt { try await client.changePassword(account: account.id, password: password) }
    }

    /// Signs out: the server forgets this device, and this device the account and all it stored.
    public func signOut(_ account: AccountItem) async {
        await attempt { try await client.signOut(account: account.id) }
    }

    /// Deletes the account on its server, for all devices and for good; what comes of it is its task.
    public func delete(_ account: AccountItem) async {
        await attempt { try await client.deleteAccount(account: account.id) }
    }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
