// Why: what the user says of his presence is kept without a connection, reaches who may see it, and keeps notifications
// quiet.

import CoreAdapters
import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct PresenceTests {
    @Test func whatIsChosenAndWrittenIsKept() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let model = PresenceModel(client: client, account: account)
        let running = Task { await model.run() }
        try await until("the account is there") { model.account != nil }
        #expect(model.account?.own == OwnPresence(show: .available, status: nil, autoAway: true) && !model.canSave)

        model.status = "  On the boat "
        #expect(model.canSave)
        await model.choose(.doNotDisturb)
        try await until("it is chosen") { model.account?.own.show == .doNotDisturb }
        #expect(model.account?.own.status == nil && model.canSave, "what is being typed is not said yet")
        await model.saveStatus()
        try await until("it is said") { model.account?.own.status == "On the boat" }
        let told = try #require(model.account)
        #expect(!model.canSave && [told].show == .doNotDisturb)

        model.status = String(repeating: "x", count: 201)
        #expect(model.isTooLong && !model.canSave)
        await model.saveStatus()
        #expect(model.problem == .TextInvalid, "the core takes no more, either")
        await model.clearStatus()
        try await until("nothing is said") { model.account?.own.status == nil }
        #expect(model.account?.own.show == .doNotDisturb && model.status.isEmpty)
        running.cancel()
        await running.value
        client.close()
        _ = device
    }

    @Test func aNotificationSaysWhoseItIsBeforeHowMany() {
        func subtitle(_ account: String?, _ unread: Int, _ body: String = "Hi") -> String {
            ChatNotification(id: "1", chat: 1, title: "Bob", body: body, unread: unread, alerts: true, account: account)
                .subtitle(counted: "\(unread) unread")
        }
        #expect(subtitle(nil, 1) == "")
        #expect(subtitle(nil, 3) == "3 unread")
        #expect(subtitle("Work", 1) == "Work")
        #expect(subtitle("Work", 3) == "Work · 3 unread")
        #expect(subtitle("Work", 3, "") == "Work", "the count is what it says then")
    }
}

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct PresenceOnServerTests {
        private let tag = UUID().uuidString.prefix(8)

        @Test func contactsSeeItAndNothingMakesASound() async throws {
            let server = try Server.required()
            let desk = Desk()
            let alice = try await Person.signedIn(server.alice, on: server, desk: desk)
            let bob = try await Person.signedIn(server.bob, on: server)
            let his = try await bob.chat(with: server.alice)
            let account = try #require(alice.app.accounts.first)
            let model = try #require(alice.app.presence(account))
            alice.run { await model.run() }
            try await until("her presence is there") { model.account != nil }
            model.status = "Writing \(tag)"
            await model.saveStatus()
            await model.choose(.doNotDisturb)
            // What other tests have left of her may still be there, and would be what the title shows.
            try await until("bob sees it") {
                his.contact?.devices.contains {
                    $0.availability == .doNotDisturb && $0.status == "Writing \(tag)"
                } == true
            }
            await his.say("Quiet \(tag)")
            try await until("it is told") { desk.shown.values.contains { $0.body == "Quiet \(tag)" } }
            #expect(desk.shown.values.first?.alerts == false && desk.shown.values.first?.account == nil)

            // With one more account it says whose it is.
            let client = try #require(alice.app.client)
            let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
            _ = try await client.addAccount(address: "other@example.org", password: "secret", server: nowhere)
            try await until("it says which") { desk.shown.values.first?.account == server.alice }
            #expect(desk.shown.values.first?.alerts == false)
            await model.choose(.available)
            await model.clearStatus()
            try await until("she is back") {
                his.contact?.availability == .available && his.contact?.status == nil
                    && his.contact?.devices.allSatisfy { $0.availability != .doNotDisturb } == true
            }
            let hers = try await alice.chat(with: server.bob)
            try await until("read") { hers.message(saying: "Quiet \(tag)") != nil && desk.shown.isEmpty }
            await alice.leave()
            await bob.leave()
        }
    }
}
