// Why: what others learn is the user's choice, for all and for one contact, with the real core and no network.

import LinnetCore
import Presentation
import Testing

/// What an account tells before its user has chosen anything.
let ordinaryPrivacy = Privacy(
    receipts: true, readMarkers: true, typing: true, callers: .contacts, adders: .everyone)

@MainActor @Suite(.timeLimit(.minutes(1)))
struct PrivacyTests {
    @Test func everySwitchIsKeptForAllAndForOne() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let chat = try await client.startChat(account: account, address: "bob@example.org")
        let accounts = AccountsModel(client: client)
        let contact = ContactModel(client: client, chat: chat)
        let running = Task { await contact.run() }
        try await until("the contact is there") { contact.contact != nil }
        var items = client.accounts().snapshots.makeAsyncIterator()
        let before = try #require(try await items.next()?.items.first)
        #expect(before.privacy == ordinaryPrivacy)

        let settings: [PrivacySetting] = [
            .receipts, .readMarkers, .typing, .deviceInformation, .online, .lastSeen, .autoLoad, .calls,
        ]
        for setting in settings {
            let isOn = before.privacy.tells(setting)
            await accounts.setPrivacy(before, setting, !isOn)
            await contact.except(setting, isOn)
            try await until("\(setting) is otherwise for bob") {
                contact.contact?.exception(to: setting) == PrivacyChoice(isOn)
            }
        }
        await accounts.setCallers(before, .everyone)
        await accounts.setAdders(before, .code)
        #expect(accounts.problem == nil && contact.problem == nil)

        await contact.except(.online, nil)
        try await until("bob is told what all are told") { contact.contact?.exception(to: .online) == .asUsual }
        #expect(contact.contact?.exceptions.count == settings.count - 1)

        // Whoever looks now sees what was chosen.
        var again = client.accounts().snapshots.makeAsyncIterator()
        let after = try #require(try await again.next()?.items.first).privacy
        for setting in settings where setting != .calls {
            #expect(after.tells(setting) != before.privacy.tells(setting))
        }
        #expect(after.callers == .everyone && after.adders == .code)
        running.cancel()
        await running.value
        client.close()
        _ = device
    }

    @Test func aChoiceIsAWishOrNone() {
        for choice in [PrivacyChoice.asUsual, .always, .never] { #expect(PrivacyChoice(choice.allowed) == choice) }
    }
}
