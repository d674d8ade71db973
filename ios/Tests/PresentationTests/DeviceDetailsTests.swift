// Why: a contact's device is asked by the user alone, tells what it wants to, and its time is counted on here.

import CoreAdapters
import Foundation
import LinnetCore
import Presentation
import Testing

@Suite struct DeviceTimeTests {
    private let noon = Date(timeIntervalSince1970: 1_790_000_000)

    @Test func theTimeThereIsCountedFromHere() {
        let time = { (offset: Int32, ahead: Int64) in
            DeviceClock(utcOffset: offset, ahead: ahead).time(at: noon, locale: Locale(identifier: "de_DE"))
        }
        #expect(time(0, 0) == "14:13 · UTC")
        #expect(time(345, 0) == "19:58 · UTC+05:45")
        #expect(time(-210, 0) == "10:43 · UTC-03:30")
        #expect(time(60, 7_200_000) == "17:13 · UTC+01:00", "whichever of the two clocks is wrong")
    }

    @Test func itGoesOnWithTheMinuteThere() {
        // 14:13:20, and there twenty seconds later.
        #expect(DeviceClock(utcOffset: 0, ahead: 0).patience(at: noon) == .milliseconds(40_001))
        #expect(DeviceClock(utcOffset: 0, ahead: 20_000).patience(at: noon) == .milliseconds(20_001))
        #expect(DeviceClock(utcOffset: 0, ahead: 40_000).patience(at: noon) == .milliseconds(60_001))
    }
}

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct DeviceDetailsTests {
        @Test func aDeviceTellsOnTheTapIfItWantsTo() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let bob = try await Person.signedIn(server.bob, on: server)
            let client = try #require(alice.app.client)
            let account = try #require(alice.app.accounts.first)
            try await client.setPrivacy(account: account.id, setting: .deviceInformation, on: true)
            let hers = try await name(of: alice)
            let details = ContactModel(
                client: try #require(bob.app.client), chat: try await bob.chat(with: server.alice).id)
            bob.run { await details.run() }
            let device = { details.contact?.devices.first { $0.name == hers } }
            try await until("bob sees her device") { device() != nil }
            #expect(details.contact?.devicesAskable == true && device()?.details == nil, "nobody has asked")
            await details.askDevice(hers)
            try await until("it has answered") { ![nil, .asking].contains(device()?.details?.state) }
            let told = try #require(device()?.details)
            #expect(told.state == .told && told.program == "Linnet" && told.version != nil && told.kind == .phone)
            #expect(told.clock?.utcOffset == 0 && details.problem == nil)

            // His own keeps to himself what it is, as it is from the beginning.
            let his = try await name(of: bob)
            let other = ContactModel(client: client, chat: try await alice.chat(with: server.bob).id)
            alice.run { await other.run() }
            let theirs = { other.contact?.devices.first { $0.name == his } }
            try await until("she sees his device") { theirs() != nil }
            await other.askDevice(his)
            try await until("it has refused") { theirs()?.details?.state == .refused }
            await other.askDevice("in the attic")
            #expect(other.problem == .NotFound)
            try await client.setPrivacy(account: account.id, setting: .deviceInformation, on: false)
            await alice.leave()
            await bob.leave()
        }

        /// What a person's own device is called.
        private func name(of person: Person) async throws -> String {
            let account = try #require(person.app.accounts.first)
            let model = OwnDevicesModel(client: try #require(person.app.client), account: account.id)
            let following = Task { await model.run() }
            defer { following.cancel() }
            try await until("its own name is known") { model.item?.sessions.contains(where: \.this) == true }
            let own = model.item?.sessions.first { $0.this }
            return try #require(own).name
        }
    }
}
