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
        try await until("it is locked") { again.app.lock.state == .locked }
        again.app.lock.pin = "2580"
        await again.app.lock.unlock()
        #expect(again.app.lock.state == .open)
        #expect(await again.app.lock.setPin(current: "2580", pin: nil) == nil)
        await again.app.suspend()
        await again.app.resume()
        #expect(again.app.lock.state == .open)
        await again.leave()
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
