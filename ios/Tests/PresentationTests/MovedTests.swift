// Why: nobody moves to an account that is not there.

import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct MovedTests {
    @Test func onlyWhereOneCanGoOnMayBeChosen() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let other = try await client.addAccount(address: "alice@far.example", password: "secret", server: nowhere)
        await #expect(throws: CommandError.NotFound) { try await client.publishMoved(account: account, to: other) }
        await #expect(throws: CommandError.NotFound) { try await client.retractMoved(account: account) }
        try await client.askMoved(account: account)
        client.close()
        _ = device
    }
}
