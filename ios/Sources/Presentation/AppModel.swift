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
    public private(set) var accounts: [AccountItem] = [] {
        didSet { notifications?.attention.isCatchingUp = accounts.contains { $0.connection == .catchingUp } }
    }
    public var banner: ConnectionBanner? { ConnectionBanner(accounts) }
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// What is told outside the app; `nil` where nothing can be.
    public let notifications: NotificationsModel?
    /// The chat on screen.
    @ObservationIgnored public var chatOnScreen: Int64? {
        didSet { notifications?.attention.chat = chatOnScreen }
    }

    public let lock: LockModel
    /// Pictures of people, once the core is open.
    public private(set) var people: People?

    /// A link that was opened, until its screen is closed.
    public var openedLink: LinkModel? {
        didSet { if let gone = oldValue, gone !== openedLink { gone.signingUp = nil } }
    }
    /// The last link that led nowhere, until the user has seen it.
    public var badLink: LinkError?

    @ObservationIgnored private let open: @Sendable () throws -> Client
    @ObservationIgnored private let erase: @Sendable () throws -> Void
    @ObservationIgnored private let book: (any PhoneBook)?
    @ObservationIgnored private let download: @Sendable (URL) async -> String?
    @ObservationIgnored public private(set) var client: Client?
    /// The core has told of them at least once.
    @ObservationIgnored private var hasAccounts = false
    /// What a client that is opened later has to know.
    @ObservationIgnored private var isMetered = false
    /// One more account, while the first ones stay.
    @ObservationIgnored private weak var adding: SignInModel?
    /// A chat that was asked for before there was a list to open it from.
    @ObservationIgnored private var wantedChat: Int64?
    /// A link that waits for the core, or until somebody is signed in.
    @ObservationIgnored private var wantedLink: Link?

    /// `open` opens the core, `erase` deletes its files and its key. Both are called off the main thread. `download`
    /// fetches a text, for a newer list of servers; `nil`: it could not be had.
    public init(
        desk: (any NotificationDesk)? = nil, owner: (any OwnerCheck)? = nil, book: (any PhoneBook)? = nil,
        open: @escaping @Sendable () throws -> Client, erase: @escaping @Sendable () throws -> Void,
        download: @escaping @Sendable (URL) async -> String? = { _ in nil }
    ) {
        lock = LockModel(owner: owner)
        notifications = desk.map(NotificationsModel.init)
        self.open = open
        self.erase = erase
        self.download = download
        self.book = book
    }

    /// Opens the core if needed and follows its accounts until the task is cancelled.
    public func run() async {
        guard let client = await openOnce() else { return }
        storeFailed = false
        async let telling: Void? = notifications?.run(client)
        async let locking: Void = lock.run(client)
        do {
            for try await snapshot in client.accounts().snapshots {
                accounts = snapshot.items
                let isFirst = !hasAccounts
                hasAccounts = true
                choose(client)
                // Kept over a sign-in, it waits for that; from outside, for the first news of the accounts.
                if let link = wantedLink, isFirst || accounts.contains(where: \.signedIn) {
                    wantedLink = nil
                    show(link)
                }
            }
        } catch {
            storeFailed = true
        }
        _ = await (telling, locking)
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

    /// Whether the network is paid for by the byte: then history is read sparingly.
    public func setMetered(_ metered: Bool) {
        isMetered = metered
        client?.setMetered(metered: metered)
    }

    /// Opens a chat, from its notification for example; waits for the chat list if need be. With `from`: only if that
    /// chat is still open.
    public func openChat(_ chat: Int64, title: String? = nil, draft: String? = nil, from: Int64? = nil) {
        if case .chats(let list) = stage {
            list.openChat(chat, title: title, draft: draft, from: from)
        } else if from == nil {
            wantedChat = chat
        }
    }

    /// Another app hands a link over: what it wants is shown.
    public func openLink(_ text: String) {
        do {
            show(try readLink(text: text))
        } catch {
            badLink = error as? LinkError ?? .Unreadable
        }
    }

    /// Shows what a link wants, as soon as the accounts are known.
    public func show(_ link: Link) {
        guard let client, hasAccounts else {
            wantedLink = link
            return
        }
        // Two screens above the same one do not fit.
        switch stage {
        case .signIn(let model): model.closeScreens()
        case .chats(let model): model.closeScreens()
        case .opening, .broken: break
        }
        openedLink = LinkModel(client: client, link: link, accounts: accounts)
    }

    /// The user signs in first; then the link is shown again.
    public func keepLink() {
        wantedLink = openedLink?.link
        openedLink = nil
    }

    /// The app leaves the screen: servers may hold back what can wait, connections are closed in good order. Returns
    /// when the app may be frozen.
    public func suspend() async {
        notifications?.attention.isActive = false
        lock.cover()
        // What can't be told now is told again at the next change.
        try? await client?.setActive(active: false)
        await client?.suspend()
    }

    /// The app is on screen again.
    public func resume() async {
        notifications?.attention.isActive = true
        client?.resume()
        try? await client?.setActive(active: true)
        await lock.look()
        await notifications?.refreshPermission()
    }

    /// The screen for signing in with one more account.
    public func addAccount() -> SignInModel? {
        guard let client else { return nil }
        let model = signInModel(client)
        model.follow(accounts)
        adding = model
        return model
    }

    /// The screen for making an account, on a server to choose or where an invitation leads.
    public func signUp(_ invitation: Invitation? = nil) -> SignUpModel? {
        guard let client else { return nil }
        return SignUpModel(client: client, invitation: invitation, download: download)
    }

    /// The screen of a new phone that gets its account from another one.
    public func arrive() -> ArrivalModel? {
        guard let client else { return nil }
        return ArrivalModel(client: client) { [weak self] in self?.accounts ?? [] }
    }

    /// The screen that offers people of the phone book; `nil` where there is none.
    public func phoneBook() -> PhoneBookModel? {
        guard let client, let book else { return nil }
        return PhoneBookModel(client: client, book: book, accounts: accounts)
    }

    /// The screen that saves settings and accounts into a file, and restores one.
    public func backup() -> BackupModel? {
        guard let client else { return nil }
        return BackupModel(client: client, lock: lock, saves: accounts.contains(where: \.signedIn))
    }

    /// The screen that takes an account's people and profile along in a file.
    public func portable(_ account: AccountItem) -> PortableModel? {
        guard let client else { return nil }
        return PortableModel(client: client, account: account.id) { [weak self] in self?.accounts ?? [] }
    }

    /// The screen on which an account's user goes on at another one.
    public func moved(_ account: AccountItem) -> MovedModel? {
        guard let client else { return nil }
        return MovedModel(client: client, account: account.id) { [weak self] in self?.accounts ?? [] }
    }

    /// The screen that sets up another phone with an account.
    public func handOver(_ account: AccountItem) -> HandoverModel? {
        guard let client else { return nil }
        return HandoverModel(client: client, account: account, lock: lock)
    }

    /// The screen about an account's server.
    public func server(_ account: AccountItem, language: String = Locale.current.identifier(.bcp47)) -> ServerModel? {
        guard let client else { return nil }
        return ServerModel(client: client, account: account.id, language: language, download: download)
    }

    /// The screen about an account's devices.
    public func ownDevices(_ account: AccountItem) -> OwnDevicesModel? {
        client.map { OwnDevicesModel(client: $0, account: account.id) }
    }

    /// The screen about an account's own presence.
    public func presence(_ account: AccountItem) -> PresenceModel? {
        client.map { PresenceModel(client: $0, account: account.id) }
    }

    private func openOnce() async -> Client? {
        if let client { return client }
        stage = .opening
        let open = self.open
        do {
            let opened = try await Task.detached(priority: .userInitiated) { try open() }.value
            client = opened
            people = People { await opened.picture(name: $0) }
            opened.setMetered(metered: isMetered)
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
            adding?.follow(accounts)
            if case .chats = stage { return }
            if case .signIn(let gone) = stage { gone.closeScreens() }
            let list = ChatListModel(client: client)
            stage = .chats(list)
            if let chat = wantedChat { list.openChat(chat) }
            wantedChat = nil
            return
        }
        let model: SignInModel
        if case .signIn(let present) = stage {
            model = present
        } else {
            if case .chats(let gone) = stage { gone.closeScreens() }
            model = signInModel(client)
            stage = .signIn(model)
        }
        model.follow(accounts)
    }

    private func signInModel(_ client: Client) -> SignInModel {
        SignInModel(client: client) { [weak self] link in self?.show(link) }
    }
}
