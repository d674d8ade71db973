// Why: one person with more than one device, and what people learn of each other, from screen to screen on the real core
// against a real server.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct DevicesTests {
        /// No two tests, and no two runs, say the same.
        private let tag = UUID().uuidString.prefix(8)

        @Test func aMessageIsDeliveredAndThenRead() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let hers = try await alice.chat(with: server.bob)
            let his = try await bob.chat(with: server.alice, isActive: false)
            let body = "Did it arrive? \(tag)"
            await hers.say(body)
            try await until("bob's device has it") { hers.message(saying: body)?.state == .delivered }
            try await until("bob has it on his screen") { his.message(saying: body) != nil }
            his.isActive = true
            try await until("bob has seen it") { hers.message(saying: body)?.state == .read }
            await alice.leave()
            await bob.leave()
        }

        @Test func receiptsAndMarkersCanBeSwitchedOff() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let accounts = AccountsModel(client: try await bob.chatList().client)
            let account = try #require(bob.app.accounts.first)
            #expect(account.privacy == ordinaryPrivacy)
            for setting in [PrivacySetting.receipts, .readMarkers, .typing] {
                await accounts.setPrivacy(account, setting, false)
            }
            try await until("the switches are off") {
                let privacy = bob.app.accounts.first?.privacy
                return privacy?.receipts == false && privacy?.readMarkers == false && privacy?.typing == false
            }
            let hers = try await alice.chat(with: server.bob)
            let his = try await bob.chat(with: server.alice)
            let body = "Are you there? \(tag)"
            await hers.say(body)
            try await until("bob has it on his screen") { his.message(saying: body) != nil }
            // His answer leaves after whatever his device says about hers.
            his.draft = "Ye"
            await his.say("Yes \(tag)")
            try await until("alice has his answer") { hers.message(saying: "Yes \(tag)") != nil }
            #expect(hers.message(saying: body)?.state == .sent)
            #expect(!hers.isTypingShown)

            await accounts.setPrivacy(account, .receipts, true)
            await accounts.setPrivacy(account, .readMarkers, true)
            try await until("they are on again") { bob.app.accounts.first?.privacy.readMarkers == true }
            await hers.say("And now? \(tag)")
            try await until("alice learns that he saw it") { hers.message(saying: "And now? \(tag)")?.state == .read }
            #expect(accounts.problem == nil)
            await alice.leave()
            await bob.leave()
        }

        @Test func whoIsWritingIsShownUntilItIsSaid() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let hers = try await alice.chat(with: server.bob)
            let his = try await bob.chat(with: server.alice)
            let list = try await bob.watchedChatList()
            // Only those who were heard of are told.
            await his.say("Tell me \(tag)")
            try await until("alice hears him") { hers.message(saying: "Tell me \(tag)") != nil }
            func listSays() -> Bool { list.chats.first { $0.address == server.alice }?.typing == true }

            hers.draft = "W"
            hers.draft = "We"
            try await until("bob sees her writing") { his.isTypingShown && listSays() }
            hers.draft = ""
            try await until("she thinks better of it") { !his.isTypingShown && !listSays() }
            hers.draft = "Well"
            try await until("she is writing again") { his.isTypingShown }
            hers.isActive = false
            try await until("she leaves the chat") { !his.isTypingShown }
            hers.isActive = true
            hers.draft = "Well then"
            try await until("she comes back to it") { his.isTypingShown }
            await hers.say("Well then \(tag)")
            try await until("she has said it") { his.message(saying: "Well then \(tag)") != nil && !his.isTypingShown }
            await alice.leave()
            await bob.leave()
        }

        @Test func aCorrectionIsShownOnceAndItsVersionsAreKept() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let hers = try await alice.chat(with: server.bob)
            let his = try await bob.chat(with: server.alice)
            let (wrong, right) = ("At nine \(tag)", "At *ten* \(tag)")
            await hers.say(wrong)
            try await until("bob has it") { his.message(saying: wrong) != nil }
            try await until("it is on her screen") { hers.message(saying: wrong)?.actions.contains(.correct) == true }
            #expect(his.message(saying: wrong)?.actions.contains(.correct) == false)

            hers.draft = "half a thought"
            hers.correct(try #require(hers.message(saying: wrong)))
            #expect(hers.draft == wrong && !hers.canSend, "what is unchanged is not sent")
            hers.cancelCorrection()
            #expect(hers.draft == "half a thought" && hers.correcting == nil)
            hers.correct(try #require(hers.message(saying: wrong)))
            await hers.say(right)
            #expect(hers.draft == "half a thought" && hers.correcting == nil && hers.problem == nil)

            for model in [hers, his] {
                try await until("the correction is shown") { model.message(saying: right)?.edited == true }
                #expect(model.message(saying: wrong) == nil)
                let corrected = try #require(model.message(saying: right))
                #expect(corrected.text.spoken == "At ten \(tag)")
                #expect(corrected.actions.contains(.versions))
                let versions = model.versions(of: corrected)
                let person = model === hers ? alice : bob
                person.run { await versions.run() }
                try await until("both versions are kept") {
                    versions.versions.map(\.text.spoken) == [wrong, "At ten \(tag)"]
                }
            }
            await alice.leave()
            await bob.leave()
        }

        @Test func aTextOfAnyLengthIsShownInPortionsAndCopiedAndCorrectedAsAWhole() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let hers = try await alice.chat(with: server.bob)
            let his = try await bob.chat(with: server.alice)
            // Two blocks for three bytes: no screen could lay out all of them.
            let body = "\(tag) " + String(repeating: ">\n\n", count: 20_000) + "the end"
            await hers.say(body)
            func received() -> MessageItem? { his.messages.first { $0.cut && $0.body.hasPrefix(String(tag)) } }
            try await until("bob has its beginning") { received() != nil }
            let shown = try #require(received())
            #expect(shown.text.count <= 200 && shown.body.utf8.count <= 9_000)
            #expect(await his.whole(shown) == body)

            let whole = his.wholeText(of: shown)
            #expect(whole.hasMore && whole.portions.isEmpty)
            await whole.readOn()
            #expect(whole.portions.map(\.text) == [shown.text])
            while whole.hasMore { await whole.readOn() }
            #expect(whole.portions.count > 100 && whole.portions.allSatisfy { $0.text.count <= 200 })
            #expect(whole.portions.last?.text.spoken.hasSuffix("the end") == true)
            #expect(await whole.whole() == body)

            func sent() -> MessageItem? { hers.messages.first { $0.cut && $0.body.hasPrefix(String(tag)) } }
            try await until("it can be corrected") { sent()?.actions.contains(.correct) == true }
            await hers.correct(try #require(sent())).value
            #expect(hers.draft == body && !hers.canSend)
            await hers.say("Short \(tag)")
            try await until("the correction is shown") { his.message(saying: "Short \(tag)")?.cut == false }
            let old = his.versions(of: try #require(his.message(saying: "Short \(tag)")))
            bob.run { await old.run() }
            try await until("both versions are kept") { old.versions.map(\.cut) == [true, false] }
            #expect(await old.wholeText(of: try #require(old.versions.first)).whole() == body)
            #expect(hers.problem == nil && his.problem == nil)
            await alice.leave()
            await bob.leave()
        }

        @Test func aSecondDeviceSeesWhatIsSaidReadAndCorrected() async throws {
            let server = try Server.required()
            let phone = try await Person.signedIn(server.alice, on: server)
            let tablet = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let onPhone = try await phone.chat(with: server.bob)
            let onTablet = try await tablet.chat(with: server.bob, isActive: false)
            let tabletList = try await tablet.watchedChatList()
            let his = try await bob.chat(with: server.alice)

            await onPhone.say("From the phone \(tag)")
            try await until("the tablet shows it") {
                onTablet.message(saying: "From the phone \(tag)")?.outgoing == true
            }
            let said = try #require(onTablet.message(saying: "From the phone \(tag)"))
            onTablet.correct(said)
            await onTablet.say("From the tablet \(tag)")
            for model in [onPhone, onTablet, his] {
                try await until("all show the correction") {
                    model.message(saying: "From the tablet \(tag)")?.edited == true
                }
            }

            onPhone.isActive = false
            await his.say("Hello both \(tag)")
            for model in [onPhone, onTablet] {
                try await until("both hear it") { model.message(saying: "Hello both \(tag)") != nil }
            }
            func unread() -> UInt32? { tabletList.chats.first { $0.address == server.bob }?.unread }
            try await until("the tablet counts it") { (unread() ?? 0) > 0 }
            onPhone.isActive = true
            try await until("read on the phone is read on the tablet") { unread() == 0 }
            await phone.leave()
            await tablet.leave()
            await bob.leave()
        }

        @Test func afterAPasswordChangeTheChatsStayAndTheNewOneLetsIn() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let client = try await alice.chatList().client
            let account = try #require(alice.app.accounts.first)
            // As after a change elsewhere: the password kept here is no longer the server's.
            try await client.setPassword(account: account.id, password: server.password + " of yesterday")
            try await until("the banner says so") {
                alice.app.banner == .failed(account: account.id, address: server.alice, reason: .wrongPassword)
            }
            guard case .chats = alice.app.stage else {
                Issue.record("the chats are out of reach: \(alice.app.stage)")
                return
            }
            let failed = try #require(alice.app.accounts.first)
            let again = AccountsModel(client: client).signInAgain(failed)
            alice.run { await again.run() }
            #expect(again.progress == .failed(.login(.wrongPassword)) && !again.canSubmit)
            again.password = "a guess"
            await again.signIn()
            try await until("a guess is refused") { again.progress == .failed(.login(.wrongPassword)) }
            #expect(!again.isDone)
            again.password = server.password
            await again.signIn()
            try await until("the true one lets in") { again.isDone }
            // Where the server is was not asked again, and still is known.
            try await until("all is well") { alice.app.banner == nil && alice.app.accounts.count == 1 }
            await alice.leave()
        }

        @Test func twoOwnAccountsTalkToEachOther() async throws {
            let server = try Server.required()
            let person = try await Person.signedIn(server.alice, on: server)
            let adding = try #require(person.app.addAccount())
            adding.fill(server.alice.uppercased(), server.password + "x", server)
            await adding.signIn()
            #expect(adding.progress == .failed(.known), "an account that is here is not touched")
            adding.fill(server.bob, server.password, server)
            await adding.signIn()
            try await until("the second account is in") { adding.isDone && person.app.accounts.count == 2 }
            try await until("both are online") { person.app.accounts.allSatisfy { $0.connection == .online } }
            let asAlice = try await person.chat(with: server.bob, from: server.alice)
            let asBob = try await person.chat(with: server.alice, from: server.bob)
            #expect(asAlice.id != asBob.id)
            await asAlice.say("To myself \(tag)")
            try await until("the other account hears it") {
                asBob.message(saying: "To myself \(tag)")?.outgoing == false
            }
            try await until("and has seen it") { asAlice.message(saying: "To myself \(tag)")?.state == .read }
            await asBob.say("I know \(tag)")
            try await until("and answers") { asAlice.message(saying: "I know \(tag)")?.outgoing == false }
            await person.leave()
        }
    }
}
