// Why: a device is named without a connection too, and what nobody told about the others is not claimed.

import CoreAdapters
import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct OwnDevicesTests {
    @Test func aDeviceIsNamedForTheNextSession() async throws {
        let device = try Device()
        let client = try device.open()
        let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
        let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
        let model = OwnDevicesModel(client: client, account: account)
        let running = Task { await model.run() }
        try await until("the devices are there") { model.item != nil }
        #expect(model.problem == nil && !model.canSave && model.name.isEmpty)
        #expect(model.item?.resource.hasPrefix("Phone.") == true)
        #expect(model.item?.manages == .unknown && model.item?.sessions.isEmpty == true)

        model.name = "  Handy "
        #expect(model.canSave)
        await model.save()
        try await until("it is named") { model.item?.name == "Handy" }
        #expect(model.item?.resource.hasPrefix("Handy.") == true && !model.canSave)
        await model.setPriority(10)
        try await until("it comes first") { model.item?.priority == 10 }
        #expect(model.item?.name == "Handy")

        // There is nobody to ask, and so nobody to shut out.
        await model.signOutEverywhere("another word")
        #expect(model.problem == .Offline)
        running.cancel()
        await running.value
        client.close()
        _ = device
    }
}
