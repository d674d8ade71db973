// Why: a person with a device, as the app's models see them.

import Foundation
import LinnetCore
import Presentation

/// Someone who uses Linnet on one device.
@MainActor
final class Person {
    let device: Device
    let app: AppModel
    private var tasks: [Task<Void, Never>] = []

    init(
        device: Device, ca: String? = nil, desk: Desk? = nil, owner: (any OwnerCheck)? = nil,
        book: (any PhoneBook)? = nil
    ) {
        self.device = device
        app = AppModel(
            desk: desk, owner: owner, book: book, open: { try device.open(ca: ca) }, erase: { try device.erase() })
        let app = self.app
        run { await app.run() }
    }

    /// A person of the server, signed in on a new device.
    static func signedIn(
        _ address: String, on server: Server, desk: Desk? = nil, book: (any PhoneBook)? = nil
    ) async throws -> Person {
        let person = Person(device: try Device(), ca: server.ca, desk: desk, book: book)
        let model = try await person.signInScreen()
        model.fill(address, server.password, server)
        await model.signIn()
        _ = try await person.chatList()
        try await until("\(address) is online") { person.app.accounts.first?.connection == .online }
        return person
    }

    func signInScreen() async throws -> SignInModel {
        try await until("the sign-in screen") { self.signInModel != nil }
        guard let model = signInModel else { throw TooLate(description: "the sign-in screen went away") }
        return model
    }

    func chatList() async throws -> ChatListModel {
        try await until("the chat list") { self.chatListModel != nil }
        guard let model = chatListModel else { throw TooLate(description: "the chat list went away") }
        return model
    }

    /// The chat list, followed.
    func watchedChatList() async throws -> ChatListModel {
        let model = try await chatList()
        run { await model.run() }
        try await until("the chat list is loaded") { model.isLoaded }
        return model
    }

    /// The chat with an address, followed, on an active screen.
    func chat(with address: String, from own: String? = nil, isActive: Bool = true) async throws -> ChatModel {
        let list = try await chatList()
        let new = NewChatModel(client: list.client, accounts: app.accounts)
        if let own { new.account = app.accounts.first { $0.address == own }?.id }
        new.address = address
        guard let id = await new.start() else {
            throw TooLate(description: "no chat with \(address): \(String(describing: new.problem))")
        }
        let model = ChatModel(client: list.client, chat: id, title: address)
        model.isActive = isActive
        run { await model.run() }
        try await until("the chat with \(address) is loaded") { model.isLoaded }
        return model
    }

    /// Runs beside the test until the person leaves.
    func run(_ work: @escaping @MainActor () async -> Void) {
        tasks.append(Task { await work() })
    }

    /// Closes the app and the core. Returns once every screen has ended.
    func leave() async {
        app.client?.close()
        for task in tasks { await task.value }
        tasks = []
    }

    private var signInModel: SignInModel? {
        if case .signIn(let model) = app.stage { model } else { nil }
    }

    private var chatListModel: ChatListModel? {
        if case .chats(let model) = app.stage { model } else { nil }
    }
}

extension SignInModel {
    func fill(_ address: String, _ password: String, _ server: Server) {
        self.address = address
        self.password = password
        namesServer = true
        host = server.host
        port = String(server.port)
    }
}

extension ChatModel {
    var messages: [MessageItem] {
        rows.compactMap { if case .message(let message) = $0 { message } else { nil } }
    }

    func message(saying body: String) -> MessageItem? {
        messages.first { $0.body == body }
    }

    var isTypingShown: Bool {
        if case .typing = rows.last { true } else { false }
    }

    func say(_ body: String) async {
        draft = body
        await send().value
    }
}

extension MessageItem {
    /// The server has it; a quick recipient may have it, and have said so, already.
    var hasLeft: Bool { [.sent, .delivered, .read].contains(state) }
}

extension SignUpModel {
    /// Goes to the server, as far as its questions.
    func begin(on server: Server) async throws {
        domain = server.domain
        place.isUsed = true
        place.host = server.host
        place.port = String(server.port)
        await startOwn()
        try await until("its questions") { self.form != nil }
    }
}
