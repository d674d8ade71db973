// Why: settings and accounts outlive a phone in one file that only its passphrase opens.
// Invariant: what signs in goes into a file only by the word of the phone's owner; nothing here is lost by restoring.

import Foundation
import LinnetCore
import Observation

/// What the screen of backups shows and does.
@MainActor @Observable
public final class BackupModel: Identifiable {
    /// Bytes of a file that is looked at.
    public nonisolated static let largest = 16 << 20
    /// Characters, as the core has it.
    public nonisolated static let shortest = 8

    /// There is something to save.
    public let saves: Bool
    public var passphrase: String
    /// The file signs in by itself.
    public var credentials = false {
        didSet { (saveProblem, isRefused) = (nil, false) }
    }
    public var pin = ""
    public private(set) var isWorking = false
    /// Sealed, until the user has chosen a place for it.
    public private(set) var file: Data?
    /// Whether the last file could be written.
    public private(set) var isSaved: Bool?
    public private(set) var saveProblem: CommandError?
    /// The device did not make sure of its owner.
    public private(set) var isRefused = false

    /// A file that waits for its passphrase.
    public private(set) var chosen: Data?
    public var opening = ""
    public private(set) var isTooLarge = false
    public private(set) var restoreProblem: CommandError?
    public private(set) var restored: Restored?

    public var asksPin: Bool { credentials && lock.settings?.lock != nil }
    public var canSave: Bool { !isWorking && passphrase.count >= Self.shortest && (!asksPin || !pin.isEmpty) }
    public var canRestore: Bool { !isWorking && chosen != nil && !opening.isEmpty }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let lock: LockModel

    init(client: Client, lock: LockModel, saves: Bool) {
        (self.client, self.lock, self.saves) = (client, lock, saves)
        passphrase = saves ? newPassword() : ""
    }

    /// Makes the file; `reason` is what the system says the owner is asked for.
    public func save(_ reason: String) async {
        guard canSave else { return }
        (isWorking, isSaved, saveProblem, isRefused) = (true, nil, nil, false)
        let tried = pin
        defer { (isWorking, pin) = (false, "") }
        if credentials, !asksPin, await lock.confirmOwner(reason) == false {
            isRefused = true
            return
        }
        let owner: Owner? = asksPin ? .pin(pin: tried) : nil
        do {
            file = try await client.exportBackup(passphrase: passphrase, credentials: credentials, owner: owner)
        } catch {
            saveProblem = error as? CommandError ?? .Internal
        }
    }

    /// It was written, or could not be; `nil`: the user chose no place.
    public func written(_ isSaved: Bool?) {
        (file, self.isSaved) = (nil, isSaved)
    }

    /// The user has chosen a file; `nil`: it can't be read.
    public func choose(_ file: Data?) {
        chosen = file.flatMap { $0.count <= Self.largest ? $0 : nil }
        (opening, isTooLarge, restoreProblem, restored) = ("", chosen == nil, nil, nil)
    }

    public func restore() async {
        guard canRestore, let chosen else { return }
        (isWorking, restoreProblem) = (true, nil)
        let tried = opening
        defer { (isWorking, opening) = (false, "") }
        do {
            restored = try await client.importBackup(passphrase: tried, file: chosen)
            self.chosen = nil
        } catch {
            restoreProblem = error as? CommandError ?? .Internal
        }
    }
}
