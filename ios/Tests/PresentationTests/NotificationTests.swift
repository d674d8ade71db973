// Why: what stands on the lock screen follows what is said, seen and read, on the real core against a real server.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct NotificationTests {
        /// No two tests, and no two runs, say the same.
        private let tag = UUID().uuidString.prefix(8)

        @Test func whatIsReadOnOneDeviceIsWithdrawnOnTheOther() async throws {
            let server = try Server.required()
            let desk = Desk()
            let phone = try await Person.signedIn(server.alice, on: server, desk: desk)
            let tablet = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let his = try await bob.chat(with: server.alice)
            await his.say("Ring \(tag)")
            try await until("the phone tells") { desk.shown.values.contains { $0.body == "Ring \(tag)" } }
            let told = try #require(desk.shown.values.first { $0.body == "Ring \(tag)" })
            #expect(told.alerts && told.unread > 0)
            #expect(desk.badge == told.unread)

            await his.say("Ring ring \(tag)")
            try await until("the newest is told in its place") { desk.shown[told.id]?.body == "Ring ring \(tag)" }
            #expect(desk.shown[told.id]?.alerts == true)

            // A tap leads to the chat.
            let list = try await phone.chatList()
            phone.app.openChat(told.chat)
            #expect(list.path.map(\.chat) == [told.chat])
            list.path = []

            let onTablet = try await tablet.chat(with: server.bob)
            try await until("the tablet has it") { onTablet.message(saying: "Ring ring \(tag)") != nil }
            try await until("the phone withdraws it") { desk.shown[told.id] == nil && desk.badge == 0 }
            await phone.leave()
            await tablet.leave()
            await bob.leave()
        }

        @Test func theChatOnScreenIsNotToldOf() async throws {
            let server = try Server.required()
            let desk = Desk()
            let alice = try await Person.signedIn(server.alice, on: server, desk: desk)
            let bob = try await Person.signedIn(server.bob, on: server)
            let hers = try await alice.chat(with: server.bob)
            alice.app.chatOnScreen = hers.id
            // She is in the chat, but has scrolled up.
            hers.isAtBottom = false
            let his = try await bob.chat(with: server.alice)
            await his.say("One \(tag)")
            try await until("it is on her screen and counted") {
                hers.message(saying: "One \(tag)") != nil && (desk.badge ?? 0) > 0
            }
            #expect(desk.shown.isEmpty)
            alice.app.chatOnScreen = nil
            await his.say("Two \(tag)")
            try await until("away from the chat she is told") { desk.shown.values.contains { $0.body == "Two \(tag)" } }
            #expect(desk.posts.allSatisfy { $0.body != "One \(tag)" })
            hers.isAtBottom = true
            try await until("read, and withdrawn") { desk.shown.isEmpty && desk.badge == 0 }
            await alice.leave()
            await bob.leave()
        }

        @Test func aCorrectedMessageIsReplacedWithoutASoundAndADismissedOneStaysAway() async throws {
            let server = try Server.required()
            let desk = Desk()
            let alice = try await Person.signedIn(server.alice, on: server, desk: desk)
            let bob = try await Person.signedIn(server.bob, on: server)
            let his = try await bob.chat(with: server.alice)
            func correct(_ body: String, to better: String) async throws {
                try await until("\(body) is on his screen") {
                    his.message(saying: body)?.actions.contains(.correct) == true
                }
                his.correct(try #require(his.message(saying: body)))
                await his.say(better)
            }
            await his.say("Wrnog \(tag)")
            try await until("alice is told") { desk.shown.values.contains { $0.body == "Wrnog \(tag)" } }
            let id = try #require(desk.shown.first?.key)
            try await correct("Wrnog \(tag)", to: "Wrong \(tag)")
            try await until("the correction is in its place") { desk.shown[id]?.body == "Wrong \(tag)" }
            #expect(desk.shown[id]?.alerts == false)

            desk.dismiss(id)
            try await correct("Wrong \(tag)", to: "Right \(tag)")
            let hers = try await alice.chat(with: server.bob, isActive: false)
            try await until("her chat shows it") { hers.message(saying: "Right \(tag)") != nil }
            await his.say("News \(tag)")
            try await until("news are told again") { desk.shown[id]?.body == "News \(tag)" }
            #expect(desk.posts.map(\.body) == ["Wrnog \(tag)", "Wrong \(tag)", "News \(tag)"])
            hers.isActive = true
            try await until("read, and withdrawn") { desk.shown.isEmpty && desk.badge == 0 }
            await alice.leave()
            await bob.leave()
        }

        @Test func whatWasToldBeforeARestartIsNotToldAgain() async throws {
            let server = try Server.required()
            let before = Desk()
            let alice = try await Person.signedIn(server.alice, on: server, desk: before)
            let bob = try await Person.signedIn(server.bob, on: server)
            let his = try await bob.chat(with: server.alice)
            await his.say("Before \(tag)")
            try await until("alice is told") { before.shown.values.contains { $0.body == "Before \(tag)" } }
            let id = try #require(before.shown.first?.key)
            await alice.leave()

            // What the system kept from the time before, and one whose messages are gone.
            let after = Desk(shown: [id, "of a chat that is gone"])
            let again = Person(device: alice.device, ca: server.ca, desk: after)
            try await until("what is unread is counted") { (after.badge ?? 0) > 0 }
            #expect(Set(after.shown.keys) == [id] && after.posts.isEmpty)
            await his.say("After \(tag)")
            try await until("what is new is told") { after.shown[id]?.body == "After \(tag)" }
            #expect(after.posts.map(\.body) == ["After \(tag)"])
            let hers = try await again.chat(with: server.bob)
            try await until("she has read it all") { hers.isLoaded && after.shown.isEmpty && after.badge == 0 }
            await again.leave()
            await bob.leave()
        }

        @Test func aTapBeforeTheListIsThereLeadsToTheChatAllTheSame() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let chat = try await alice.chat(with: server.bob).id
            await alice.leave()
            let again = Person(device: alice.device, ca: server.ca)
            again.app.openChat(chat)
            let list = try await again.chatList()
            #expect(list.path.map(\.chat) == [chat])
            await again.leave()
        }

        @Test func permissionIsAskedOnce() async throws {
            let desk = Desk()
            let model = NotificationsModel(desk: desk)
            #expect(desk.asked == 0, "nobody is asked before there is a reason")
            await model.expectAnswer()
            await model.expectAnswer()
            #expect(desk.asked == 1 && model.permission == .granted)
            desk.allowed = .refused
            await model.expectAnswer()
            #expect(desk.asked == 1 && model.permission == .refused)
        }
    }
}
