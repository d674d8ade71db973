// Why: what is known of a server is shown without one too, and a server's announcements are read by the core's rules.

import CoreAdapters
import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct ServerDetailsTests {
    @Test func withoutAConnectionNothingIsClaimed() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let model = ServerModel(client: client, account: account, language: "en") { _ in
            Issue.record("nothing may be fetched")
            return nil
        }
        let running = Task { await model.run() }
        try await until("the details are there") { model.details != nil }
        #expect(model.isOffline && model.problem == nil && model.outage == nil)
        let details = try #require(model.details)
        #expect(details.domain == "example.org" && details.login == nil && details.asked == nil)
        #expect(details.capabilities.count == 18)
        #expect(details.capabilities.allSatisfy { $0.support == .unknown })
        #expect(details.report.contains("Server: example.org") && !details.report.contains("alice"))
        running.cancel()
        await running.value
        client.close()
        _ = device
    }

    @Test func announcementsAreReadInTheUsersLanguage() throws {
        let file = """
            {"planned":true,"beginning":"2026-01-12T01:00:00Z","message":{"default":"Update","de":"Neue Platten"}}
            """
        #expect(try readOutage(json: file, language: "de-AT")?.message == "Neue Platten")
        #expect(try readOutage(json: file, language: "fr")?.message == "Update")
        #expect(try readOutage(json: "{}", language: "en") == nil)
        #expect(throws: OutageFileError.self) { try readOutage(json: "<html>", language: "en") }
    }
}
