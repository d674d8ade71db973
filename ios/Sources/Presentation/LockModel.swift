// Why: the app lock, and what people nearby can see of the app.
// Invariants: nothing is shown before the core has said that the lock is open; whoever comes back is asked about anew.
// Until the core has answered, the screens stand behind a curtain; only a lock that is shut takes them down.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// The device's own way to make sure of its owner.
public protocol OwnerCheck: Sendable {
    var isAvailable: Bool { get }
    /// Whether it did. `reason` is what the system says it is for.
    func confirm(_ reason: String) async -> Bool
}

/// The lock, and the settings around it.
@MainActor @Observable
public final class LockModel {
    public enum State: Equatable, Sendable {
        /// The core has not said yet.
        case covered
        case locked
        case open
    }

    /// The app's settings; `nil` until they are known.
    public private(set) var settings: AppItem?
    public var pin = "" {
        didSet { if !pin.isEmpty { isWrong = false } }
    }
    /// The last PIN was wrong.
    public private(set) var isWrong = false
    public private(set) var isWorking = false
    public var problem: CommandError?

    /// What may be on screen. Without a lock there is nothing to hide behind.
    public var state: State {
        switch answer {
        case .covered: settings.map { $0.lock == nil } == true ? .open : .covered
        case .locked, .open: answer
        }
    }

    /// Whether the screens stand, be it behind the curtain: from the core's word that it is open to its word that it is
    /// locked.
    public var keepsScreens: Bool { state == .open || (state == .covered && wasOpen) }

    /// The device can open it, and shall.
    public var asksOwner: Bool { settings?.lock?.biometrics == true && owner?.isAvailable == true }
    /// The device could open it.
    public var canAskOwner: Bool { owner?.isAvailable == true }
    /// Among the open apps there is to be no picture of this one.
    public var hidesPreview: Bool { settings.map { $0.hidesScreen || $0.lock != nil } ?? true }

    /// Whether the user sees what is on screen: what stands behind the curtain nobody has read.
    public func isSeen(isActive: Bool) -> Bool { isActive && state == .open }

    /// Whether everything is hidden, sheets and alerts with it.
    public func hidesEverything(isActive: Bool) -> Bool {
        isActive ? state == .covered && keepsScreens : hidesPreview
    }

    private var answer = State.covered {
        didSet { if answer != .covered { wasOpen = answer == .open } }
    }
    /// What the core has said last.
    private var wasOpen = false
    @ObservationIgnored private let owner: (any OwnerCheck)?
    @ObservationIgnored private var client: Client?

    public init(owner: (any OwnerCheck)? = nil) {
        self.owner = owner
    }

    /// Follows the settings until the task is cancelled.
    func run(_ client: Client) async {
        self.client = client
        await look()
        do {
            for try await snapshot in client.app().snapshots {
                settings = snapshot.items.first
            }
        } catch {
            // The store that can't be read is told by the account list.
        }
    }

    /// The app leaves the screen.
    func cover() {
        answer = .covered
    }

    /// The core knows that the app is on screen: is it locked?
    func look() async {
        guard let client else { return }
        do {
            answer = try await client.isLocked() ? .locked : .open
        } catch {
            answer = .locked
            problem = error as? CommandError ?? .Internal
        }
    }

    /// Opens with what was typed.
    public func unlock() async {
        guard let client, !pin.isEmpty, !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        let tried = pin
        pin = ""
        do {
            try await client.unlock(pin: tried)
            opened()
        } catch CommandError.PinWrong {
            isWrong = true
        } catch CommandError.NotNow {
            // How long to wait is on screen.
        } catch {
            problem = error as? CommandError ?? .Internal
        }
    }

    /// Opens by the device's own way.
    public func unlockByOwner(_ reason: String) async {
        guard let client, let owner, asksOwner, await owner.confirm(reason) else { return }
        await attempt {
            try await client.unlockByDevice()
            opened()
        }
    }

    /// Whether the device made sure of its owner; `nil` where it can't.
    func confirmOwner(_ reason: String) async -> Bool? {
        guard let owner, owner.isAvailable else { return nil }
        return await owner.confirm(reason)
    }

    public func lockNow() async {
        await attempt {
            try await client?.lockNow()
            answer = .locked
        }
    }

    /// Sets the PIN, changes it, or takes it away (`nil`). Gives what stood against it.
    public func setPin(current: String?, pin: String?) async -> CommandError? {
        do {
            try await client?.setPin(current: current, pin: pin)
            return nil
        } catch {
            return error as? CommandError ?? .Internal
        }
    }

    public func setLockOptions(biometrics: Bool, patience: UInt64) async {
        await attempt { try await client?.setLockOptions(biometrics: biometrics, patience: patience) }
    }

    public func setNotificationContent(_ content: NotificationContent) async {
        await attempt { try await client?.setNotificationContent(content: content) }
    }

    public func hideScreen(_ hides: Bool) async {
        await attempt { try await client?.hideScreen(hides: hides) }
    }

    private func opened() {
        isWrong = false
        answer = .open
    }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
