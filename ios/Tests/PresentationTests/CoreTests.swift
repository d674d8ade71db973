// Why: what the models rely on of the core, shown without a server: batches that were lost, waits that were cancelled,
// a core that was closed, a store that does not open.

import CoreAdapters
import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct CoreTests {
    /// A core with one account that can't connect, and a chat.
    private func openCore() async throws -> (device: Device, client: Client, account: Int64, chat: Int64) {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let chat = try await client.startChat(account: account, address: "bob@example.org")
        return (device, client, account, chat)
    }

    private func say(_ body: String, in chat: Int64, of client: Client) async throws -> Int64 {
        try await client.sendText(chat: chat, body: body, token: client.newToken())
    }

    @Test func aLostBatchIsAnsweredWithAReset() async throws {
        let (device, client, _, chat) = try await openCore()
        let first = try await say("one", in: chat, of: client)
        let timeline = client.timeline(chat: chat)
        let lost = try #require(await timeline.next(applied: 0))
        #expect(lost.revision == 1)

        // As if the first batch had never arrived: the whole list comes again, with what is new.
        _ = try await say("two", in: chat, of: client)
        let again = try #require(await timeline.next(applied: 0))
        guard case .reset(let items) = try #require(again.ops.first) else {
            Issue.record("no reset: \(again.ops)")
            return
        }
        #expect(again.ops.count == 1 && items.count == 2)

        // With the revision that was handed out, only the difference comes.
        try await client.deleteMessage(message: first)
        let next = try #require(await timeline.next(applied: again.revision))
        #expect(next.revision == again.revision + 1)
        #expect(next.ops.first == .remove(at: 0, count: 1))
        #expect(!next.ops.contains { if case .reset = $0 { true } else { false } })
        client.close()
        _ = device
    }

    @Test func oneWaitAtATimeAndCloseEndsIt() async throws {
        let (device, client, _, chat) = try await openCore()
        let timeline = client.timeline(chat: chat)
        let first = try #require(await timeline.next(applied: 0))
        let (outcomes, report) = AsyncStream.makeStream(of: Result<Bool, SubscriptionError>.self)
        for _ in 1...2 {
            Task {
                do {
                    report.yield(.success(try await timeline.next(applied: first.revision) == nil))
                } catch {
                    report.yield(.failure(error as? SubscriptionError ?? .Storage))
                }
            }
        }
        // Whichever wait comes second is refused; the other goes on until the end.
        var ended = outcomes.makeAsyncIterator()
        #expect(await ended.next() == .failure(.Busy))
        timeline.close()
        #expect(await ended.next() == .success(true))
        #expect(try await timeline.next(applied: first.revision) == nil)
        client.close()
        _ = device
    }

    @Test func cancellingATaskEndsItsSubscription() async throws {
        let (device, client, _, chat) = try await openCore()
        let timeline = client.timeline(chat: chat)
        let (seen, report) = AsyncStream.makeStream(of: Int.self)
        let following = Task {
            for try await snapshot in timeline.snapshots { report.yield(snapshot.items.count) }
            report.finish()
        }
        var counts = seen.makeAsyncIterator()
        #expect(await counts.next() == 0)
        following.cancel()
        // The sequence ends; without `close()` the wait would go on for ever.
        while await counts.next() != nil {}
        try await following.value
        #expect(try await timeline.next(applied: 0) == nil)
        client.close()
        _ = device
    }

    @Test func theSequenceFollowsEveryKindOfEdit() async throws {
        let (device, client, _, chat) = try await openCore()
        var lists = client.timeline(chat: chat).items.makeAsyncIterator()
        func bodies() async throws -> [String]? {
            try await lists.next()?.map { item in
                switch item {
                case .message(let message): message.body
                case .unreadMark: "—"
                case .gap: "…"
                case .typing(_, let name): "\(name) is writing"
                }
            }
        }
        func wait(for wanted: [String]) async throws {
            while let list = try await bodies() {
                if list.filter({ $0 != "…" }) == wanted { return }
            }
            Issue.record("the list never was \(wanted)")
        }
        let one = try await say("one", in: chat, of: client)
        try await wait(for: ["one"])
        _ = try await say("two", in: chat, of: client)
        _ = try await say("three", in: chat, of: client)
        try await wait(for: ["one", "two", "three"])
        try await client.deleteMessage(message: one)
        try await wait(for: ["two", "three"])
        client.close()
        #expect(try await bodies() == nil)
        _ = device
    }

    @Test func theWindowJumpsToAMessageAndBackToTheNewest() async throws {
        let (device, client, _, chat) = try await openCore()
        var ids: [Int64] = []
        for number in 1...120 { ids.append(try await say("\(number)", in: chat, of: client)) }
        let timeline = client.timeline(chat: chat)
        var snapshots = timeline.snapshots.makeAsyncIterator()
        func shown() async throws -> (snapshot: Snapshot<TimelineItem>, ids: [Int64]) {
            let snapshot = try #require(await snapshots.next())
            let messages = snapshot.items.compactMap { item -> Int64? in
                if case .message(let message) = item { message.id } else { nil }
            }
            return (snapshot, messages)
        }
        let first = try await shown()
        #expect(first.ids == ids.suffix(50) && first.snapshot.atEnd && !first.snapshot.atStart)
        timeline.jumpTo(message: ids[0])
        let jumped = try await shown()
        #expect(jumped.ids.first == ids[0] && jumped.snapshot.atStart && !jumped.snapshot.atEnd)
        timeline.jumpToNewest()
        let back = try await shown()
        #expect(back.ids == ids.suffix(50) && back.snapshot.atEnd)
        client.close()
        _ = device
    }

    @Test func aFloodOfTextsIsKeptInTheOrderOfAsking() async throws {
        let (device, client, _, chat) = try await openCore()
        let model = ChatModel(client: client, chat: chat, title: "bob")
        let said = (1...4000).map(String.init)
        let sends = said.map { body -> Task<Void, Never> in
            model.draft = body
            return model.send()
        }
        for send in sends { await send.value }
        let timeline = client.timeline(chat: chat)
        timeline.loadOlder(count: 4000)
        let batch = try #require(await timeline.batch(after: 0))
        var snapshot = Snapshot<TimelineItem>()
        snapshot.apply(batch)
        let kept = snapshot.items.compactMap { item -> String? in
            if case .message(let message) = item { message.body } else { nil }
        }
        #expect(kept == said)
        client.close()
        _ = device
    }

    @Test func theChatListGrowsTowardsItsEnd() async throws {
        let (device, client, account, _) = try await openCore()
        // With the chat that is there already: 210.
        for number in 1..<210 { _ = try await client.startChat(account: account, address: "bob\(number)@example.org") }
        let model = ChatListModel(client: client)
        let running = Task { await model.run() }
        try await until("the first chats are shown") { model.chats.count == 200 }
        #expect(!model.atEnd)
        model.showMore()
        try await until("all chats are shown") { model.chats.count == 210 }
        #expect(model.atEnd && Set(model.chats.map(\.key)).count == 210)
        client.close()
        await running.value
        _ = device
    }

    @Test func theSameTokenSendsOnce() async throws {
        let (device, client, _, chat) = try await openCore()
        let token = client.newToken()
        #expect(token != client.newToken())
        let first = try await client.sendText(chat: chat, body: "once", token: token)
        let second = try await client.sendText(chat: chat, body: "once", token: token)
        #expect(first == second)
        client.close()
        _ = device
    }

    @Test func aClosedCoreEndsScreensAndRefusesCommands() async throws {
        let (device, client, _, chat) = try await openCore()
        let model = ChatModel(client: client, chat: chat, title: "bob")
        let running = Task { await model.run() }
        try await until("the chat is loaded") { model.isLoaded }
        client.close()
        await running.value
        model.draft = "too late"
        await model.send().value
        #expect(model.problem == .NotNow)
        #expect(model.draft == "too late", "a text that could not be kept comes back")
        client.close()
        _ = device
    }

    @Test func textsThatCantBeKeptComeBack() async throws {
        let (device, client, _, chat) = try await openCore()
        let model = ChatModel(client: client, chat: chat, title: "bob")
        model.draft = " \n "
        #expect(!model.canSend)
        await model.send().value
        #expect(model.problem == nil)
        let long = String(repeating: "x", count: 65 * 1024)
        model.draft = long
        await model.send().value
        #expect(model.problem == .TextInvalid && model.draft == long)
        client.close()
        _ = device
    }

    @Test func aWrongKeyIsToldAndTheStoreCanBeStartedAfresh() async throws {
        let device = try Device()
        try device.open().close()
        let wrong = AppModel(
            open: { try device.open(key: Data(repeating: 7, count: 32)) }, erase: { try device.erase() })
        await wrong.run()
        guard case .broken(.KeyOrFile) = wrong.stage else {
            Issue.record("\(wrong.stage)")
            return
        }
        await wrong.startAfresh()
        let running = Task { await wrong.run() }
        try await until("the sign-in screen") { if case .signIn = wrong.stage { true } else { false } }
        running.cancel()
        await running.value
        wrong.client?.close()
    }

    @Test func anUnfinishedSignInIsTakenUpAgainAndCanBeGivenUp() async throws {
        let (device, client, _, _) = try await openCore()
        client.close()
        let app = AppModel(open: { try device.open() }, erase: {})
        let running = Task { await app.run() }
        try await until("the account is there") { !app.accounts.isEmpty }
        guard case .signIn(let model) = app.stage else {
            Issue.record("\(app.stage)")
            return
        }
        #expect(model.address == "alice@example.org")
        try await until("the server can't be reached") {
            if case .waiting = model.progress { true } else { false }
        }
        await model.cancel()
        try await until("the account is gone") { app.accounts.isEmpty }
        #expect(model.progress == .idle)
        running.cancel()
        await running.value
        app.client?.close()
    }

    @Test func anAddressIsCompletedByLikelyServers() async throws {
        let (device, client, account, _) = try await openCore()
        let item = AccountItem(
            key: "1", id: account, address: "alice@example.org", name: nil, title: "alice@example.org", colour: .blue,
            enabled: true, connection: .off, signedIn: true, missing: [], archiving: nil,
            privacy: ordinaryPrivacy)
        let model = NewChatModel(client: client, accounts: [item])
        let before = model.search
        model.address = "dora@"
        #expect(model.search != before)
        let following = Task { await model.follow() }
        try await until("servers are proposed") { !model.people.isEmpty }
        let first = try #require(model.people.first)
        #expect(first.address == "dora@example.org")
        #expect(!first.contact)
        #expect(await model.pick(first) == nil)
        #expect(model.address == "dora@example.org")
        following.cancel()
        await following.value
        client.close()
        _ = device
    }

    @Test func aNewChatNeedsAnAddress() async throws {
        let (device, client, account, chat) = try await openCore()
        let item = AccountItem(
            key: "1", id: account, address: "alice@example.org", name: nil, title: "alice@example.org", colour: .blue,
            enabled: true, connection: .off, signedIn: true, missing: [], archiving: nil,
            privacy: ordinaryPrivacy)
        let model = NewChatModel(client: client, accounts: [item])
        #expect(!model.canStart)
        model.address = "no address at all@"
        #expect(await model.start() == nil)
        #expect(model.problem == .AddressInvalid)
        model.address = " bob@example.org "
        #expect(model.problem == nil)
        #expect(await model.start() == chat)
        client.close()
        _ = device
    }
}
