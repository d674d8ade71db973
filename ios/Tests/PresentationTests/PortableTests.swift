// Why: people and profile of an account reach another one in a file, and nothing happens before the user has seen it.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct PortableTests {
        @Test func aFileBringsPeopleIntoAnotherAccount() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let account = try #require(alice.app.accounts.first)
            let model = try #require(alice.app.portable(account))
            await model.save()
            #expect(model.saveProblem == nil)
            try await until("the server has told everything") {
                model.account?.export.map { $0.done == $0.total } ?? false
            }
            await model.collected()
            let file = try #require(model.file)
            #expect(model.name == "\(server.alice).xml" && !model.isIncomplete)
            model.written(true)
            #expect(model.isSaved == true && model.file == nil)
            try await until("what was collected is forgotten") { model.account?.export == nil }

            let bob = try await Person.signedIn(server.bob, on: server)
            let into = try #require(bob.app.accounts.first)
            let bringing = try #require(bob.app.portable(into))
            await bringing.choose(nil)
            #expect(bringing.isTooLarge)
            await bringing.choose(Data(count: PortableModel.largest + 1))
            #expect(bringing.isTooLarge)
            await bringing.choose(Data("no file of an account".utf8))
            #expect(bringing.importProblem == .Unreadable && bringing.users == nil)
            await bringing.choose(file)
            #expect(bringing.users?.first?.address == server.alice && bringing.importProblem == nil)
            let more =
                "<user xmlns='urn:xmpp:pie:0' name='old'><query xmlns='jabber:iq:roster'>"
                + "<item jid='friend@elsewhere.test' name='Friend' subscription='both'/></query></user>"
            await bringing.choose(Data(more.utf8))
            #expect(bringing.users?.first?.contacts == 1 && bringing.account?.import == nil)
            await bringing.bringIn()
            try await until("everything is there") { bringing.account?.import?.left == 0 }
            #expect(bringing.account?.import?.source == "old" && bringing.users == nil)
            await bringing.end()
            try await until("it is not shown any more") { bringing.account?.import == nil }
            await alice.leave()
            await bob.leave()
        }
    }
}
