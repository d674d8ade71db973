// Why: who goes on at another address is followed by those who say yes, with the name they gave; nobody moves to an
// account that is not there.

import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct MovedTests {
    @Test func onlyWhereOneCanGoOnMayBeChosen() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let other = try await client.addAccount(address: "alice@far.example", password: "secret", server: nowhere)
        await #expect(throws: CommandError.NotFound) { try await client.publishMoved(account: account, to: other) }
        await #expect(throws: CommandError.NotFound) { try await client.retractMoved(account: account) }
        try await client.askMoved(account: account)
        client.close()
        _ = device
    }
}

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct MovedTests {
        @Test func aContactIsAskedAndFollows() async throws {
            let server = try Server.required()
            let tag = UInt32.random(in: 0 ... .max)
            let (old, new, friend) = ("old\(tag)", "new\(tag)", "friend\(tag)")
            let mover = try await newcomer(old, on: server)
            let follower = try await newcomer(friend, on: server)
            let hisList = try await follower.watchedChatList()

            // They are contacts, and he calls her by a name of his.
            let hers = try await mover.chat(with: "\(friend)@\(server.domain)")
            try await until("he is asked") { hisList.requests.contains { $0.address == "\(old)@\(server.domain)" } }
            let box = RequestsModel(client: hisList.client)
            follower.run { await box.run() }
            try await until("the box shows her") { !box.requests.isEmpty }
            await box.answer(try #require(box.requests.first), accept: true)
            let chat = try await follower.chat(with: "\(old)@\(server.domain)")
            let details = chat.details
            follower.run { await details.run() }
            try await until("they see each other") {
                details.contact?.weSee == true && details.contact?.seesUs == true
            }
            details.edit()
            details.name = "Her from the lake"
            await details.save()
            try await until("he has named her") { details.contact?.name == "Her from the lake" }

            // She makes another account, and says that she goes on there.
            try await signUp(new, by: mover, on: server)
            try await until("it is there") {
                mover.app.accounts.count == 2 && mover.app.accounts.allSatisfy { $0.connection == .online }
            }
            let account = try #require(mover.app.accounts.first { $0.address == "\(old)@\(server.domain)" })
            let moving = try #require(mover.app.moved(account))
            #expect(moving.target?.address == "\(new)@\(server.domain)")
            await moving.move()
            try await until("it is said, and he was told") {
                moving.account?.moved?.state == .published && moving.account?.moved?.left == 0
            }

            // The chat asks him. He says yes, and goes there at once.
            try await until("he is asked whether it is she") { chat.contact?.moved?.asks == true }
            #expect(chat.contact?.moved?.address == "\(new)@\(server.domain)")
            await chat.answerMoved(true)
            let there = try #require(await chat.movedChat())
            let followed = ChatModel(client: hisList.client, chat: there, title: new)
            follower.run { await followed.run() }
            try await until("name and sight came along") {
                followed.contact?.name == "Her from the lake" && followed.contact?.weSee == true
                    && followed.contact?.seesUs == true
            }
            await followed.say("Nice here")
            let list = try await mover.watchedChatList()
            try await until("she has it at the new address") {
                list.chats.contains { $0.address == "\(friend)@\(server.domain)" && $0.preview?.body == "Nice here" }
            }
            #expect(moving.problem == nil && chat.problem == nil && hers.problem == nil)
            await moving.takeBack()
            try await until("it is taken back") { moving.account?.moved == nil }
            await mover.leave()
            await follower.leave()
        }

        /// Somebody with an account of that name, online.
        private func newcomer(_ name: String, on server: Server) async throws -> Person {
            let person = Person(device: try Device(), ca: server.ca)
            _ = try await person.signInScreen()
            try await signUp(name, by: person, on: server)
            try await until("\(name) is online") { person.app.accounts.first?.connection == .online }
            return person
        }

        private func signUp(_ name: String, by person: Person, on server: Server) async throws {
            let model = try #require(person.app.signUp())
            person.run { await model.run() }
            try await model.begin(on: server)
            model.texts["username"] = name
            await model.submit()
            try await until("\(name) is made") { model.isDone }
        }
    }
}
