// Why: what a newcomer goes through, in one piece: an account, the code of a friend, the first message.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct FirstMessageTests {
        @Test func fromTheWelcomeOverACodeToTheFirstMessage() async throws {
            let server = try Server.required()
            let bob = try await Person.signedIn(server.bob, on: server)
            let hisList = try await bob.watchedChatList()
            let his = CodeModel(client: hisList.client)
            bob.run { await his.run() }
            try await until("bob shows his code") { his.code?.expires != nil && his.drawn != nil }
            let shown = try #require(his.drawn)
            let tag = UInt32.random(in: 0 ... .max)

            let newcomer = Person(device: try Device(), ca: server.ca)
            _ = try await newcomer.signInScreen()
            let began = ContinuousClock.now
            let signUp = try #require(newcomer.app.signUp())
            newcomer.run { await signUp.run() }
            try await signUp.begin(on: server)
            signUp.texts["username"] = "guest\(tag)"
            await signUp.submit()
            let list = try await newcomer.watchedChatList()

            // What the camera sees of bob's screen.
            let scan = ScanModel()
            await scan.look(at: CameraFrame(of: shown))
            newcomer.app.show(try #require(scan.found))
            let opened = try #require(newcomer.app.openedLink)
            #expect(opened.address == server.bob && opened.canAccept)
            let started = try #require(await opened.accept())
            let chat = ChatModel(client: list.client, chat: started.chat, title: server.bob)
            chat.isActive = true
            newcomer.run { await chat.run() }
            try await until("the chat is there") { chat.isLoaded }
            await chat.say("I am new here \(tag)")

            // Whoever has his code is no stranger; what she says may overtake what she asks for.
            let guest = "guest\(tag)@\(server.domain)"
            try await until("bob has her on his list") { hisList.chats.contains { $0.address == guest } }
            try await until("nobody asks bob about her") { !hisList.requests.contains { $0.address == guest } }
            let theirs = try #require(hisList.chats.first { $0.address == guest })
            let read = ChatModel(client: hisList.client, chat: theirs.id, title: guest)
            bob.run { await read.run() }
            try await until("bob has it") { read.message(saying: "I am new here \(tag)") != nil }
            #expect(ContinuousClock.now - began <= .seconds(60))

            let details = read.details
            bob.run { await details.run() }
            try await until("they see each other") {
                details.contact?.weSee == true && details.contact?.seesUs == true
            }
            #expect(opened.problem == nil && signUp.problem == nil && his.problem == nil)
            await newcomer.leave()
            await bob.leave()
        }
    }
}
