// Why: what the lock hides is hidden on the real core too: at the start, on the way back, and until the PIN is right.

import Foundation
import LinnetCore
import Presentation
import Testing

/// A device whose owner says yes as often as he is told to.
private final class Owner: OwnerCheck, @unchecked Sendable {
    private let lock = NSLock()
    private var answers: [Bool]

    init(_ answers: [Bool]) {
        self.answers = answers
    }

    var isAvailable: Bool { true }

    func confirm(_ reason: String) async -> Bool {
        lock.withLock { answers.isEmpty ? false : answers.removeFirst() }
    }
}

@MainActor @Suite(.timeLimit(.minutes(2)))
struct LockTests {
    @Test func aPinHidesEverythingUntilItIsRight() async throws {
        let device = try Device()
        let person = Person(device: device)
        let lock = person.app.lock
        #expect(lock.state == .covered)
        try await until("it is open") { lock.state == .open && lock.settings != nil }
        #expect(await lock.setPin(current: nil, pin: "123") == .TextInvalid)
        #expect(await lock.setPin(current: nil, pin: "2580") == nil)
        #expect(lock.state == .open)
        try await until("the lock is known") { lock.settings?.lock != nil }
        #expect(lock.hidesEverything(isActive: false) && !lock.hidesEverything(isActive: true))
        await lock.setLockOptions(biometrics: false, patience: 0)
        try await until("the patience is gone") { lock.settings?.lock?.patience == 0 }

        await person.app.suspend()
        #expect(lock.state == .covered)
        // The screens stand behind the curtain until the core has said that it is locked, and not again before the PIN.
        #expect(lock.keepsScreens && lock.hidesEverything(isActive: true) && lock.hidesEverything(isActive: false))
        #expect(!lock.isSeen(isActive: true), "nothing behind the curtain counts as read")
        await person.app.resume()
        #expect(lock.state == .locked && !lock.keepsScreens)
        await person.app.suspend()
        #expect(lock.state == .covered && !lock.keepsScreens)
        await person.app.resume()
        #expect(lock.state == .locked)
        lock.pin = "1111"
        await lock.unlock()
        #expect(lock.isWrong && lock.state == .locked && lock.pin.isEmpty)
        lock.pin = "2"
        #expect(!lock.isWrong)
        lock.pin = "2580"
        await lock.unlock()
        #expect(lock.state == .open)
        #expect(await lock.setPin(current: "1111", pin: nil) == .PinWrong)
        await person.leave()

        // A new process begins locked.
        let again = Person(device: device)
        #expect(!again.app.lock.keepsScreens)
        try await until("it is locked") { again.app.lock.state == .locked }
        #expect(!again.app.lock.keepsScreens)
        again.app.lock.pin = "2580"
        await again.app.lock.unlock()
        #expect(again.app.lock.state == .open)
        #expect(await again.app.lock.setPin(current: "2580", pin: nil) == nil)
        await again.app.suspend()
        await again.app.resume()
        #expect(again.app.lock.state == .open)
        await again.leave()
    }

    @Test func withinItsPatienceTheLockTakesNothingDown() async throws {
        let person = Person(device: try Device())
        let lock = person.app.lock
        try await until("it is open") { lock.state == .open && lock.settings != nil }
        #expect(await lock.setPin(current: nil, pin: "2580") == nil)
        await lock.setLockOptions(biometrics: false, patience: 60_000)
        try await until("its patience is known") { lock.settings?.lock?.patience == 60_000 }
        await person.app.suspend()
        #expect(lock.state == .covered && lock.keepsScreens)
        await person.app.resume()
        #expect(lock.state == .open && lock.keepsScreens && !lock.hidesEverything(isActive: true))
        #expect(lock.isSeen(isActive: true) && !lock.isSeen(isActive: false))
        await lock.lockNow()
        #expect(!lock.keepsScreens)
        await person.leave()
    }

    @Test func aPhoneThatIsBeingSetUpKeepsItsKeyOverTheLock() async throws {
        let person = Person(device: try Device())
        let signIn = try await person.signInScreen()
        signIn.arriving = person.app.arrive()
        let arrival = try #require(signIn.arriving)
        let screen = Task { await arrival.run() }
        try await until("its code") { arrival.code != nil }
        let code = arrival.code
        arrival.look()
        // The screen is taken down, and comes back.
        screen.cancel()
        await screen.value
        let again = Task { await arrival.run() }
        await arrival.read("linnet-device:1b:AAAA")
        #expect(arrival.problem == .Unreadable && arrival.code == code && arrival.isLooking && !arrival.isOver)
        await arrival.end()
        await arrival.read("linnet-device:1b:AAAB")
        #expect(arrival.isOver)
        again.cancel()
        await again.value
        await person.leave()
    }

    @Test func theDeviceOpensItIfThatIsWantedAndItsOwnerIsThere() async throws {
        let person = Person(device: try Device(), owner: Owner([false, true]))
        let lock = person.app.lock
        try await until("it is open") { lock.state == .open && lock.settings != nil }
        #expect(lock.canAskOwner && !lock.asksOwner)
        #expect(await lock.setPin(current: nil, pin: "a long PIN with letters") == nil)
        await lock.lockNow()
        #expect(lock.state == .locked)
        await lock.unlockByOwner("test")
        #expect(lock.state == .locked, "nobody chose that the device opens it")
        lock.pin = "a long PIN with letters"
        await lock.unlock()
        await lock.setLockOptions(biometrics: true, patience: 60_000)
        try await until("the device is asked") { lock.asksOwner }
        await lock.lockNow()
        await lock.unlockByOwner("test")
        #expect(lock.state == .locked)
        await lock.unlockByOwner("test")
        #expect(lock.state == .open)
        #expect(lock.problem == nil)
        await person.leave()
    }

    @Test func whatPeopleNearbySeeIsChosen() async throws {
        let person = Person(device: try Device())
        let lock = person.app.lock
        #expect(lock.hidesPreview, "nothing is known yet")
        try await until("the settings") { lock.settings != nil }
        #expect(!lock.hidesPreview && lock.settings?.notificationContent == .full)
        await lock.hideScreen(true)
        await lock.setNotificationContent(.nothing)
        try await until("they are stored") {
            lock.hidesPreview && lock.settings?.notificationContent == .nothing
        }
        await person.leave()
    }

    @Test func nothingIsSeenAmongTheOpenAppsIfTheUserWantsIt() async throws {
        let device = try Device()
        let person = Person(device: device)
        let lock = person.app.lock
        // Before anything is known nothing is shown.
        #expect(lock.hidesEverything(isActive: false))
        try await until("the settings are known") { lock.settings != nil }
        #expect(!lock.hidesEverything(isActive: false))
        await lock.hideScreen(true)
        try await until("it is hidden") { lock.hidesEverything(isActive: false) }
        #expect(!lock.hidesEverything(isActive: true))
        await lock.hideScreen(false)
        try await until("it is shown again") { !lock.hidesEverything(isActive: false) }
        await person.leave()
    }
}

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct LockedFlowTests {
        @Test func aSignUpUnderWayOutlivesTheLockAndEndsWithItsScreen() async throws {
            let server = try Server.required()
            let alice = try await Person.signedIn(server.alice, on: server)
            let lock = alice.app.lock
            try await until("the settings are known") { lock.settings != nil }
            #expect(await lock.setPin(current: nil, pin: "2580") == nil)
            await lock.setLockOptions(biometrics: false, patience: 0)
            try await until("it has no patience") { lock.settings?.lock?.patience == 0 }
            let list = try await alice.chatList()
            let accounts = AccountsModel(client: list.client)
            list.accounts = accounts
            accounts.adding = alice.app.addAccount()
            let adding = try #require(accounts.adding)
            adding.signingUp = alice.app.signUp()
            let signUp = try #require(adding.signingUp)
            let screen = Task { await signUp.run() }
            try await signUp.begin(on: server)
            let name = "locked\(UInt32.random(in: 0 ... .max))"
            signUp.texts["username"] = name
            let password = signUp.texts["password"]

            // To fetch what the server has sent by mail.
            await alice.app.suspend()
            await alice.app.resume()
            #expect(lock.state == .locked && !lock.keepsScreens)
            screen.cancel()
            await screen.value
            lock.pin = "2580"
            await lock.unlock()
            #expect(list.accounts === accounts && accounts.adding === adding && adding.signingUp === signUp)
            alice.run { await signUp.run() }
            try await until("it is where it was") { signUp.form != nil }
            #expect(signUp.texts["username"] == name && signUp.texts["password"] == password)
            await signUp.submit()
            try await until("it is made") { signUp.isDone }
            #expect(alice.app.accounts.contains { $0.address == "\(name)@\(server.domain)" })

            // Closed by the user, by whatever screen, it is gone.
            adding.signingUp = alice.app.signUp()
            let other = try #require(adding.signingUp)
            alice.run { await other.run() }
            try await other.begin(on: server)
            list.accounts = nil
            #expect(accounts.adding == nil && adding.signingUp == nil)
            for try await snapshot in list.client.signUps().snapshots where snapshot.items.isEmpty { break }
            await alice.leave()
        }
    }
}
