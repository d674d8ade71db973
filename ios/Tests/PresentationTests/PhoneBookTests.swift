// Why: what the phone book says is anybody's text: only what the core takes for an address is offered, and nobody is
// written to before he is chosen.

import Foundation
import LinnetCore
import Presentation
import Testing

private struct Book: PhoneBook {
    struct Gone: Error {}
    let said: [PhoneBookEntry]?
    let granted: Bool
    let asked = Asked()

    final class Asked: @unchecked Sendable {
        private let lock = NSLock()
        private var said = false
        var value: Bool {
            get { lock.withLock { said } }
            set { lock.withLock { said = newValue } }
        }
    }

    var permission: PhoneBookPermission { asked.value ? (granted ? .granted : .refused) : .unasked }

    func ask() async -> Bool {
        asked.value = true
        return granted
    }

    func entries() async throws -> [PhoneBookEntry] {
        guard let said else { throw Gone() }
        return said
    }
}

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct PhoneBookTests {
        @Test func whoHasAnAddressIsOffered() async throws {
            let server = try Server.required()
            let book = Book(
                said: [
                    PhoneBookEntry(
                        name: "Bob Lindqvist", values: ["https://bob.example/", "xmpp:\(server.bob)?roster"]),
                    PhoneBookEntry(name: "Bob again", values: [server.bob]),
                    PhoneBookEntry(name: "Junk", values: ["", "bob", "javascript:alert(1)", "+491234", "xmpp:%"]),
                    PhoneBookEntry(name: "Myself", values: [server.alice]),
                ], granted: true)
            let alice = try await Person.signedIn(server.alice, on: server, book: book)
            let list = try await alice.watchedChatList()
            let model = try #require(alice.app.phoneBook())
            await model.read()
            #expect(model.permission == .unasked && model.found == nil, "nobody looks before the user is asked")
            await model.allow()
            let bob = FoundPerson(name: "Bob Lindqvist", address: server.bob)
            #expect(model.permission == .granted && model.found == [bob])
            #expect(await model.add(bob) != nil)
            try await until("the chat is there") { list.chats.contains { $0.address == server.bob } }
            #expect(model.problem == nil)
            await alice.leave()
        }

        @Test func whatCantBeReadIsTold() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(
                server.alice, on: server, book: Book(said: nil, granted: true))
            let model = try #require(alice.app.phoneBook())
            await model.allow()
            #expect(model.isUnreadable && model.found == nil)
            await alice.leave()
            let guest = try await Person.signedIn(server.bob, on: server, book: Book(said: [], granted: false))
            let refused = try #require(guest.app.phoneBook())
            await refused.allow()
            #expect(refused.permission == .refused && refused.found == nil)
            await guest.leave()
        }
    }
}
