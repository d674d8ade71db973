// Why: what a newcomer goes through, in one piece: an account, the code of a friend, the first message; or the friend's
// invitation first, and the account with it.

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

        @Test func fromTheWelcomeOverAnInvitationToTheFirstMessage() async throws {
            let server = try Server.required()
            let bob = try await Person.signedIn(server.bob, on: server)
            let hisList = try await bob.watchedChatList()
            let his = CodeModel(client: hisList.client)
            bob.run { await his.run() }
            try await until("bob's code has a token") { his.code?.expires != nil }
            let code = try #require(his.link)
            let tag = UInt32.random(in: 0 ... .max)

            // A page that keeps it from its own server, as bob has sent it; his server takes everybody.
            let page = "https://invite.example/#\(code.dropFirst("xmpp:".count));ibr=y"
            let newcomer = Person(device: try Device(), ca: server.ca)
            let welcome = try await newcomer.signInScreen()
            welcome.haveInvitation()
            let scan = try #require(welcome.scanning)
            await scan.look(at: CameraFrame(of: try drawQr(text: page), scale: 4))
            newcomer.app.show(try #require(scan.found))
            #expect(welcome.scanning == nil)
            let opened = try #require(newcomer.app.openedLink)
            #expect(opened.address == server.bob && !opened.canAccept)
            let invitation = try #require(opened.invitation)
            #expect(invitation.domain == server.domain)

            opened.signingUp = newcomer.app.signUp(invitation)
            let signUp = try #require(opened.signingUp)
            #expect(!signUp.canChooseAnother)
            (signUp.place.isUsed, signUp.place.host, signUp.place.port) = (true, server.host, String(server.port))
            newcomer.run { await signUp.run() }
            try await until("bob's server asks") { signUp.form != nil }
            signUp.texts["username"] = "invited\(tag)"
            await signUp.submit()
            let list = try await newcomer.watchedChatList()
            newcomer.app.openedLink = nil
            #expect(opened.signingUp == nil)

            // Who invited stands on the list, and is asked nothing.
            try await until("bob is there") { list.chats.contains { $0.address == server.bob } }
            let chat = try await newcomer.chat(with: server.bob)
            await chat.say("Thank you \(tag)")
            let guest = "invited\(tag)@\(server.domain)"
            try await until("bob has her on his list") { hisList.chats.contains { $0.address == guest } }
            try await until("nobody asks bob about her") { !hisList.requests.contains { $0.address == guest } }
            let theirs = try #require(hisList.chats.first { $0.address == guest })
            let read = hisList.chat(ChatPlace(chat: theirs.id, title: guest))
            bob.run { await read.run() }
            try await until("bob has it") { read.message(saying: "Thank you \(tag)") != nil }
            let details = read.details
            bob.run { await details.run() }
            try await until("they see each other") {
                details.contact?.weSee == true && details.contact?.seesUs == true
            }
            #expect(signUp.problem == nil && chat.problem == nil && his.problem == nil)
            await newcomer.leave()
            await bob.leave()
        }
    }
}
