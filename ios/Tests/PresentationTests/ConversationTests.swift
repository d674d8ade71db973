// Why: what a user does, from the first screen to a conversation, on the real core against a real server.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct ConversationTests {
        /// No two tests, and no two runs, say the same.
        private let tag = UUID().uuidString.prefix(8)

        @Test func aWrongPasswordIsExplainedAndCanBeCorrected() async throws {
            let server = try Server.required()
            let alice = Person(device: try Device(), ca: server.ca)
            let model = try await alice.signInScreen()
            #expect(!model.canSubmit)

            model.fill(server.alice, server.password + "x", server)
            await model.signIn()
            try await until("the wrong password is told") { model.progress == .failed(.login(.wrongPassword)) }
            #expect(model.canSubmit)

            model.password = server.password
            await model.signIn()
            _ = try await alice.chatList()
            #expect(alice.app.accounts.map(\.address) == [server.alice])
            await alice.leave()
        }

        @Test func anAddressThatIsNoneIsRefusedAtOnce() async throws {
            let server = try Server.required()
            let alice = Person(device: try Device(), ca: server.ca)
            let model = try await alice.signInScreen()
            model.fill("@nobody@", server.password, server)
            await model.signIn()
            #expect(model.progress == .failed(.command(.AddressInvalid)))
            model.port = "70000"
            model.address = server.alice
            await model.signIn()
            #expect(model.progress == .failed(.port))
            #expect(alice.app.accounts.isEmpty)
            await alice.leave()
        }

        @Test func correctingTheAddressLeavesNoHalfAccountBehind() async throws {
            let server = try Server.required()
            let alice = Person(device: try Device(), ca: server.ca)
            let model = try await alice.signInScreen()
            model.fill("nobody-\(tag)@\(server.domain)", server.password, server)
            await model.signIn()
            try await until("the account is refused") {
                if case .failed(.login) = model.progress { true } else { false }
            }
            model.address = server.alice
            await model.signIn()
            _ = try await alice.chatList()
            try await until("one account is left") { alice.app.accounts.map(\.address) == [server.alice] }
            await alice.leave()
        }

        @Test func aMessageIsSentReceivedReadAndAnswered() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let question = "A question \(tag) äöü 😀"
            let answer = "An answer \(tag)"

            let hers = try await alice.chat(with: server.bob)
            hers.draft = "  \(question)\n"
            #expect(hers.canSend)
            await hers.send().value
            #expect(hers.draft.isEmpty && !hers.canSend)
            try await until("alice sees her message as sent") { hers.message(saying: question)?.hasLeft == true }

            let list = try await bob.watchedChatList()
            try await until("bob sees it in the list") {
                list.chats.contains { $0.address == server.alice && $0.preview?.body == question && $0.unread > 0 }
            }
            let his = try await bob.chat(with: server.alice)
            try await until("bob sees it in the chat") { his.message(saying: question)?.state == .received }
            #expect(his.message(saying: question)?.outgoing == false)
            try await until("it counts as read") {
                list.chats.first { $0.address == server.alice }?.unread == 0
            }
            await his.say(answer)
            try await until("alice sees the answer") { hers.message(saying: answer) != nil }
            let order = hers.messages.map(\.body).filter { $0.contains(tag) }
            #expect(order == [question, answer])
            await alice.leave()
            await bob.leave()
        }

        @Test func aContactIsNamedTaggedMutedAndSeen() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let chat = try await alice.chat(with: server.bob)
            let details = chat.details
            alice.run { await details.run() }
            try await until("bob's device is there") { details.contact?.devices.isEmpty == false }
            #expect(details.contact?.contact == true && details.contact?.weSee == true)
            // Whoever is shown him learns his address, and nothing that lets one in.
            let link = "xmpp:\(server.bob)?roster"
            let drawn = try drawQr(text: link)
            #expect(details.contact?.link == link && details.drawn == drawn)

            details.edit()
            #expect(details.name.isEmpty)
            details.name = "Bobby \(tag)"
            details.tags = "lake, , board games,lake"
            await details.save()
            try await until("name and tags are the server's") {
                details.contact?.title == "Bobby \(tag)" && details.contact?.tags.sorted() == ["board games", "lake"]
            }
            try await until("the chat has the name") { chat.title == "Bobby \(tag)" }
            await details.setMuted(true)
            try await until("it is muted") { details.contact?.muted == true }
            await details.setMuted(false)

            // Without a word to the server he would be there until it gives up, as devices of earlier tests may be.
            let before = details.contact?.devices.count ?? 0
            let own = try #require(bob.app.accounts.first)
            await AccountsModel(client: try await bob.chatList().client).setEnabled(own, false)
            try await until("he is gone, and was seen") {
                (details.contact?.devices.count ?? before) < before && details.contact?.lastSeen != nil
            }
            (details.name, details.tags) = ("", "")
            await details.save()
            try await until("he has his own name again") { details.contact?.name == nil }
            #expect(details.problem == nil)
            await alice.leave()
            await bob.leave()
        }

        @Test func whatIsSaidInOneBreathStaysInOrder() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let hers = try await alice.chat(with: server.bob)
            let his = try await bob.chat(with: server.alice)
            let said = (1...20).map { "\($0) of \(tag)" }
            // As quick fingers do: nobody waits for the one before.
            let sends = said.map { body -> Task<Void, Never> in
                hers.draft = body
                return hers.send()
            }
            for send in sends { await send.value }
            func heard() -> [String] { his.messages.map(\.body).filter { $0.hasSuffix(" of \(tag)") } }
            try await until("bob has all of it") { heard().count == said.count }
            #expect(heard() == said)
            #expect(hers.messages.map(\.body).filter { $0.hasSuffix(" of \(tag)") } == said)
            await alice.leave()
            await bob.leave()
        }

        @Test func anUnsentMessageWaitsForTheConnection() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let hers = try await alice.chat(with: server.bob)
            let list = try await alice.chatList()
            let accounts = AccountsModel(client: list.client)
            let account = try #require(alice.app.accounts.first)
            await accounts.setEnabled(account, false)
            try await until("alice is offline") { alice.app.accounts.first?.connection == .off }
            #expect(alice.app.banner == nil, "what the user switched off is no news")

            let body = "Later \(tag)"
            await hers.say(body)
            try await until("the message is on screen") { hers.message(saying: body) != nil }
            #expect(hers.message(saying: body)?.state == .sending)

            await accounts.setEnabled(account, true)
            try await until("the message is sent") { hers.message(saying: body)?.hasLeft == true }
            #expect(accounts.problem == nil)
            await alice.leave()
        }

        @Test func aRefusedMessageSaysWhyAndCanBeRetriedOrDeleted() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let hers = try await alice.chat(with: "nobody-\(tag)@\(server.domain)")
            let body = "Anyone there? \(tag)"
            await hers.say(body)
            func hasFailed() -> Bool {
                if case .failed = hers.message(saying: body)?.state { true } else { false }
            }
            try await until("the message has failed") { hasFailed() }
            let failed = try #require(hers.message(saying: body))
            #expect(failed.actions.contains(.retry))
            // Tapped twice, it is sent once.
            async let sent: Void = hers.retry(failed)
            async let sentAgain: Void = hers.retry(failed)
            _ = await (sent, sentAgain)
            #expect(hers.problem == nil)
            try await until("it failed again") { hasFailed() }
            await hers.delete(failed)
            try await until("it is gone") { hers.message(saying: body) == nil }
            await hers.retry(failed)
            #expect(hers.problem == .NotFound)
            await alice.leave()
        }

        @Test func theWindowGrowsTowardsOlderMessages() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let note = try await alice.chat(with: server.alice)
            try await until("it is the note to self") { note.noteToSelf }
            for number in 1...70 { await note.say("\(number) for \(tag)") }
            try await until("the newest is on screen") { note.message(saying: "70 for \(tag)") != nil }
            #expect(!note.atStart && note.atEnd)
            #expect(note.message(saying: "1 for \(tag)") == nil)
            while note.message(saying: "1 for \(tag)") == nil {
                let held = note.messages.count
                note.showOlder()
                try await until("older messages come in") { note.messages.count > held }
            }
            let numbers = note.messages.map(\.body).filter { $0.hasSuffix(" for \(tag)") }
            #expect(numbers == (1...70).map { "\($0) for \(tag)" })
            await alice.leave()
        }

        @Test func leavingTheScreenAndComingBackMissesNothing() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let hers = try await alice.chat(with: server.bob)
            let his = try await bob.chat(with: server.alice)
            await alice.app.suspend()
            let body = "While you were away \(tag)"
            await his.say(body)
            try await until("bob's message is sent") { his.message(saying: body)?.hasLeft == true }
            await alice.app.resume()
            try await until("alice has it") { hers.message(saying: body) != nil }
            alice.app.networkChanged()
            await hers.say("Back \(tag)")
            try await until("bob has her answer") { his.message(saying: "Back \(tag)") != nil }
            await alice.leave()
            await bob.leave()
        }

        @Test func afterARestartAllIsThereBeforeTheConnection() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let body = "To be kept \(tag)"
            let before = try await alice.chat(with: server.bob)
            await before.say(body)
            try await until("it is sent") { before.message(saying: body)?.hasLeft == true }
            await alice.leave()

            let again = Person(device: alice.device, ca: server.ca)
            let list = try await again.watchedChatList()
            let chat = try #require(list.chats.first { $0.address == server.bob })
            #expect(chat.preview?.body == body)
            await again.leave()
        }

        @Test(.enabled(if: Server.carol != nil)) func someoneNewAsksAndIsAccepted() async throws {
            let server = try Server.required()
            let address = try #require(Server.carol)
            let carol = try await Person.signedIn(address, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let list = try await bob.watchedChatList()
            let box = RequestsModel(client: list.client)
            bob.run { await box.run() }
            let hers = try await carol.chat(with: server.bob)
            let hello = "Hello from nobody you know \(tag)"
            await hers.say(hello)
            try await until("bob is asked") { box.requests.contains { $0.address == address && $0.preview == hello } }
            try await until("the list says so, and no more") { list.requests.contains { $0.address == address } }
            #expect(!list.chats.contains { $0.address == address })
            let request = try #require(box.requests.first { $0.address == address })

            // Blocked, she is gone; heard again, she is where she was.
            await box.block(request, report: .abuse)
            try await until("the request is gone") { !box.requests.contains { $0.address == address } }
            let own = try #require(bob.app.accounts.first)
            let blocks = BlocksModel(client: list.client, account: own)
            bob.run { await blocks.run() }
            try await until("the server has it") { blocks.blocks.contains { $0.address == address && $0.held } }
            blocks.address = "@nobody@"
            await blocks.block()
            #expect(blocks.isInvalid)
            let item = try #require(blocks.blocks.first { $0.address == address })
            await blocks.unblock(item)
            try await until("she is heard again") { box.requests.contains { $0.address == address } }

            await box.answer(request, accept: true)
            try await until("the request is settled") { !box.requests.contains { $0.address == address } }
            try await until("the chat is on the list") { list.chats.contains { $0.address == address } }
            #expect(box.problem == nil && blocks.problem == nil)
            await carol.leave()
            await bob.leave()
        }
    }
}
