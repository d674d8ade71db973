// Why: an account is made on the real core and a real server that makes accounts for everybody.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct SignUpTests {
        @Test func aNewcomerMakesAnAccountAndIsIn() async throws {
            let server = try Server.required()
            let newcomer = Person(device: try Device(), ca: server.ca)
            _ = try await newcomer.signInScreen()
            let model = try #require(newcomer.app.signUp())
            newcomer.run { await model.run() }
            model.domain = " @ "
            await model.startOwn()
            #expect(model.problem == .domain)
            model.domain = " \(server.domain) "
            model.place.isUsed = true
            await model.startOwn()
            #expect(model.problem == .place)
            model.place.host = server.host
            model.place.port = String(server.port)
            await model.startOwn()
            try await until("it is asked what it wants to know") { model.form != nil }
            let form = try #require(model.form)
            #expect(form.fields.compactMap(\.meaning) == [.username, .password])
            #expect(model.texts["password"]?.split(separator: "-").count == 5)
            let made = model.texts["password"]
            model.renewPassword()
            #expect(model.texts["password"] != made)

            model.texts["username"] = "bob"
            await model.submit()
            try await until("the name is taken") { model.refusal == .nameTaken }
            let name = "newcomer\(UInt32.random(in: 0 ... .max))"
            model.texts["username"] = name
            // Tapped twice, it is sent once.
            async let sent: Void = model.submit()
            async let sentAgain: Void = model.submit()
            _ = await (sent, sentAgain)
            #expect(model.problem == nil)
            try await until("signed in") { model.isDone }
            _ = try await newcomer.chatList()
            #expect(newcomer.app.accounts.map(\.address) == ["\(name)@\(server.domain)"])
            guard case .made(let address, _) = model.step else {
                Issue.record("\(model.step)")
                return
            }
            #expect(address == "\(name)@\(server.domain)")
            await newcomer.leave()
        }

        @Test func aNewPasswordIsTakenAndTheAccountDeletedThereAndHere() async throws {
            let server = try Server.required()
            let newcomer = Person(device: try Device(), ca: server.ca)
            _ = try await newcomer.signInScreen()
            let model = try #require(newcomer.app.signUp())
            newcomer.run { await model.run() }
            try await model.begin(on: server)
            let name = "short\(UInt32.random(in: 0 ... .max))"
            model.texts["username"] = name
            let first = try #require(model.texts["password"])
            await model.submit()
            try await until("online") { newcomer.app.accounts.first?.connection == .online }

            let client = try #require(newcomer.app.client)
            let accounts = AccountsModel(client: client)
            let account = try #require(newcomer.app.accounts.first)
            await accounts.changePassword(account, "")
            #expect(accounts.problem == .TextInvalid)
            accounts.problem = nil
            await accounts.changePassword(account, "another word")
            try await until("it is changed") { newcomer.app.accounts.first?.task == .passwordChanged }
            #expect(accounts.problem == nil)

            // The first one opens nothing any more, the other one does.
            let second = Person(device: try Device(), ca: server.ca)
            let signIn = try await second.signInScreen()
            signIn.fill("\(name)@\(server.domain)", first, server)
            await signIn.signIn()
            try await until("refused") { signIn.progress == .failed(.login(.wrongPassword)) }
            signIn.password = "another word"
            await signIn.signIn()
            _ = try await second.chatList()
            let there = try #require(second.app.accounts.first)
            let secondClient = try #require(second.app.client)
            await AccountsModel(client: secondClient).signOut(there)
            try await until("signed out") { second.app.accounts.isEmpty }

            await accounts.delete(account)
            try await until("deleted") { newcomer.app.accounts.isEmpty }
            let again = try await second.signInScreen()
            again.fill("\(name)@\(server.domain)", "another word", server)
            await again.signIn()
            try await until("unknown") {
                [.failed(.login(.wrongPassword)), .failed(.login(.accountRefused))].contains(again.progress)
            }
            await newcomer.leave()
            await second.leave()
        }

        @Test func whoTurnsToSomethingElseLeavesNothingBehind() async throws {
            let server = try Server.required()
            let newcomer = Person(device: try Device(), ca: server.ca)
            _ = try await newcomer.signInScreen()
            let model = try #require(newcomer.app.signUp())
            newcomer.run { await model.run() }
            try await model.begin(on: server)
            await model.chooseAnother()
            #expect(model.step == .choosing)
            await model.submit()
            #expect(model.step == .choosing)
            let client = try #require(newcomer.app.client)
            for try await snapshot in client.signUps().snapshots {
                #expect(snapshot.items.isEmpty)
                break
            }
            let isOnTheWeb = { (provider: Provider) in
                if case .web = provider.registration { true } else { false }
            }
            let web = try #require(model.list.providers.first(where: isOnTheWeb))
            await model.choose(web)
            guard case .web(let domain, _, nil) = model.step else {
                Issue.record("\(model.step)")
                return
            }
            #expect(domain == web.domain)
            model.proxy.isUsed = true
            model.proxy.host = "proxy.example"
            await model.startOwn()
            #expect(model.problem == .proxy)
            await newcomer.leave()
        }

        @Test func serversAreFoundByNameAndCountryAndANewerListIsTakenIfItIsOne() async throws {
            let newcomer = Person(device: try Device())
            _ = try await newcomer.signInScreen()
            let client = try #require(newcomer.app.client)
            let model = SignUpModel(client: client, listUrl: "https://lists.example/junk") { _ in "<html>" }
            let task = Task { await model.run() }
            model.search = "yax"
            #expect(model.found(in: Locale(identifier: "en")).map(\.domain) == ["yax.im"])
            model.search = "frankr"
            #expect(model.found(in: Locale(identifier: "de")).contains { $0.domain == "jabber.fr" })
            model.search = "atlantis"
            #expect(model.found(in: Locale(identifier: "en")).isEmpty)
            let newer = SignUpModel(client: client, listUrl: "https://lists.example/good") { url in
                url.path == "/good" ? "[{\"jid\":\"new.example\",\"inBandRegistration\":true}]" : nil
            }
            let other = Task { await newer.run() }
            try await until("the newer list") { newer.list.providers.map(\.domain) == ["new.example"] }
            #expect(model.list.providers.count == 29 && model.list.date == "2026-07-22")
            await newcomer.leave()
            task.cancel()
            other.cancel()
        }
    }
}

extension SignUpModel {
    var form: SignUpForm? {
        if case .filling(_, let form, _, _) = step { form } else { nil }
    }

    fileprivate var refusal: SignUpProblem? {
        if case .filling(_, _, let problem, _) = step { problem } else { nil }
    }
}
