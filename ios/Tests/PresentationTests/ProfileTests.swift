// Why: what is chosen on one's own profile reaches the contacts, and what is none is said to be none.

import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor struct ProfileTests {
    @Test func aSquareStaysInsideOfThePicture() {
        let middle = middleSquare(width: 800, height: 400)
        #expect(middle == PictureSquare(left: 0.5, top: 0, side: 1))
        let moved = movedSquare(square: middle, width: 800, height: 400, right: 9, down: 9, larger: 2)
        #expect(moved == PictureSquare(left: 0, top: 0, side: 0.5))
    }

    @Test func eachPictureIsReadOnceWhileItIsInUse() async {
        var asked: [String] = []
        let people = People { name in
            asked.append(name)
            return name == "gone" ? nil : Data(name.utf8)
        }
        for name in ["one", "two", "one", "gone", "gone"] { _ = await people.picture(name) }
        #expect(asked == ["one", "two", "gone", "gone"])
        #expect(await people.picture("two") == Data("two".utf8))
    }
}

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct OwnProfileTests {
        /// Four red pixels a side.
        private static let red = Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGM4oaEBRwzEcQDRQxGBSNLB6wAAAABJRU5ErkJggg==")

        @Test func whatIsChosenReachesTheContact() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let client = try #require(alice.app.client)
            let profile = ProfileModel(client: client, account: try #require(alice.app.accounts.first))
            await profile.picked(Data("no picture".utf8))
            #expect(profile.isUnreadable && profile.chosen == nil)
            await profile.picked(Self.red)
            #expect(!profile.isUnreadable && profile.chosen != nil)
            await profile.use(middleSquare(width: 4, height: 4))
            #expect(profile.chosen == nil && profile.problem == nil)
            profile.nickname = "Alice \(UUID().uuidString.prefix(6))"
            await profile.saveNickname()
            try await until("the server has it") {
                alice.app.accounts.first?.profile == .known && alice.app.accounts.first?.picture != nil
            }
            let chat = try await bob.chat(with: server.alice)
            try await until("bob sees both") {
                chat.title == profile.nickname && chat.picture == alice.app.accounts.first?.picture
            }
            let name = try #require(chat.picture)
            #expect(await bob.app.people?.picture(name) != nil)
            // What is about her, typed while the server's word is on its way, and read on bob's phone.
            await profile.open()
            profile.vcard.fullName = "Alice Lake"
            profile.vcard.website = "lake.example"
            profile.follow(VcardFields(role: "Pilot"))
            #expect(profile.vcard.fullName == "Alice Lake")
            await profile.saveVcard()
            #expect(profile.problem == nil)
            try await until("the server has it, too") {
                let account = alice.app.accounts.first
                return account?.profile == .known && account?.vcard?.website == "https://lake.example"
            }
            profile.follow(try #require(alice.app.accounts.first?.vcard))
            #expect(profile.vcard.website == "https://lake.example")
            let details = ContactModel(client: try #require(bob.app.client), chat: chat.id)
            let following = Task { await details.run() }
            try await until("bob knows who it is") { details.contact != nil }
            await details.askVcard()
            try await until("bob reads it") { details.contact?.vcard?.fullName == "Alice Lake" }
            #expect(details.contact?.vcard?.lines.map(\.link) == ["https://lake.example"])
            following.cancel()
            profile.vcard = VcardDraft()
            await profile.saveVcard()
            await profile.remove()
            profile.nickname = ""
            await profile.saveNickname()
            // Bob has looked up her full name.
            try await until("it is gone") { chat.picture == nil && chat.title == "Alice Lake" }
            await alice.leave()
            await bob.leave()
        }
    }
}
