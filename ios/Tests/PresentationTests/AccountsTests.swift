// Why: several accounts in one app are told apart by name, colour and order, and both platforms draw the same colours.

import CoreAdapters
import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct AccountsTests {
    @Test func accountsKeepNameColourAndOrder() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        for name in ["home", "work", "club"] {
            _ = try await client.addAccount(address: "\(name)@example.org", password: "secret", server: nowhere)
        }
        let model = AccountsModel(client: client)
        var accounts = try await items(of: client)
        #expect(Set(accounts.map(\.colour)).count == 3)

        await model.move(accounts[2], 0)
        await model.edit(accounts[1], "  Office ", .violet)
        #expect(model.problem == nil)
        accounts = try await items(of: client)
        #expect(accounts.map(\.title) == ["club@example.org", "home@example.org", "Office"])
        #expect(accounts[2].colour == .violet && accounts[2].name == "Office")

        // More than the core takes is cut, and an empty name is none.
        await model.edit(accounts[2], String(repeating: "x", count: 50), .violet)
        #expect(try await items(of: client)[2].title.count == 40)
        await model.edit(accounts[2], " ", .pink)
        #expect(try await items(of: client)[2].title == "work@example.org")
        #expect(model.problem == nil)

        await model.move(account(99), 0)
        #expect(model.problem == .NotFound)
        client.close()
        _ = device
    }

    @Test func anAccountIsLedToAnotherServerAndBack() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        _ = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let model = AccountsModel(client: client)
        let account = try #require(try await items(of: client).first)
        #expect(ServerDraft(account.server).address == nowhere)

        var draft = ServerDraft(account.server)
        (draft.host, draft.port, draft.directTls) = (" ::1 ", "2", true)
        #expect(await model.setServer(account, draft.address))
        let other = ServerAddress(host: "::1", port: 2, directTls: true)
        #expect(try await items(of: client).map(\.server) == [other])

        // What looks like a host and is none, the core knows.
        draft.host = "no host"
        #expect(draft.address != nil)
        #expect(await model.setServer(account, draft.address) == false)
        #expect(try await items(of: client).map(\.server) == [other])

        #expect(await model.setServer(account, nil))
        #expect(try await items(of: client).map(\.server) == [nil])
        #expect(model.problem == nil)
        #expect(await model.setServer(self.account(99), nil))
        #expect(model.problem == .NotFound)
        client.close()
        _ = device
    }

    @Test func aProxyThatWasSwitchedOffIsTakenOff() async throws {
        let person = Person(device: try Device())
        let model = try await person.signInScreen()
        (model.address, model.password) = ("alice@example.org", "secret")
        (model.namesServer, model.host, model.port) = (true, "127.0.0.1", "1")
        model.proxy = ProxyDraft(ProxyAddress(host: "127.0.0.1", port: 2))
        await model.signIn()
        try await until("it is led through the proxy") { person.app.accounts.first?.proxy?.port == 2 }
        try await until("it is known not to work") { model.account?.proxy != nil && model.canSubmit }
        model.proxy.isUsed = false
        await model.signIn()
        try await until("nothing leads through it any more") { person.app.accounts.map(\.proxy) == [nil] }
        #expect(model.progress != .failed(.known))
        await person.leave()
    }

    @Test func aChatBeginsFromTheAccountThatIsShown() async throws {
        let device = try Device()
        let client = try device.open()
        let accounts = [account(1), account(2)]
        #expect(NewChatModel(client: client, accounts: accounts).account == 1)
        #expect(NewChatModel(client: client, accounts: accounts, preferred: 2).account == 2)
        #expect(NewChatModel(client: client, accounts: accounts, preferred: 7).account == 1)
        client.close()
        _ = device
    }

    @Test func aBackupUnderWayKeepsItsPassphraseUntilItsScreenIsLeft() async throws {
        let person = Person(device: try Device())
        _ = try await person.signInScreen()
        let model = AccountsModel(client: try #require(person.app.client))
        model.path = [.backup]
        let backup = try #require(model.backup { person.app.backup() })
        #expect(model.backup { person.app.backup() } === backup)
        model.path = []
        #expect(model.backup { person.app.backup() } !== backup)
        await person.leave()
    }

    /// The catalogue of colours says what the core says.
    @Test func coloursAreThoseOfTheCore() throws {
        let app = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../App/Assets.xcassets")
        for values in accountColours() {
            let file = app.appendingPathComponent("Account\("\(values.colour)".capitalized).colorset/Contents.json")
            let set = try JSONDecoder().decode(ColourSet.self, from: Data(contentsOf: file))
            #expect(set.colors.map(\.color.components.value) == [values.light, values.dark], "\(values.colour)")
        }
    }

    private func items(of client: Client) async throws -> [AccountItem] {
        for try await snapshot in client.accounts().snapshots { return snapshot.items }
        return []
    }

    private func account(_ id: Int64) -> AccountItem {
        AccountItem(
            key: "\(id)", id: id, address: "\(id)@example.org", name: nil, title: "\(id)@example.org",
            colour: .blue, enabled: true, connection: .off, signedIn: true, missing: [], archiving: nil,
            privacy: ordinaryPrivacy)
    }
}

private struct ColourSet: Decodable {
    struct Entry: Decodable { let color: Colour }
    struct Colour: Decodable { let components: Components }
    struct Components: Decodable {
        let red: String
        let green: String
        let blue: String

        var value: UInt32 {
            [red, green, blue].reduce(0) { $0 << 8 | (UInt32($1.dropFirst(2), radix: 16) ?? 0) }
        }
    }
    let colors: [Entry]
}
