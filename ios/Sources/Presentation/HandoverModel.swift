// Why: the phone that has the account hands it to a new one: it scans, asks its owner, and shows codes of its own.
// Invariants: the code with the credential comes only after the owner has said that the digits are the same; what the
// owner says is said once, however often the button is tapped.

import Foundation
import LinnetCore
import Observation

/// What the old phone's screen shows and does.
@MainActor @Observable
public final class HandoverModel: Identifiable {
    public enum Step: Equatable {
        case scanning
        /// `byDevice`: the device's own way counts as well as the PIN.
        case asking(pin: Bool, byDevice: Bool)
        case comparing(QrCode, code: String, digits: String)
        case sealed(QrCode, code: String)
        /// The digits differed, or it took too long.
        case stopped(differed: Bool)
    }

    public private(set) var step = Step.scanning
    public let account: AccountItem
    public var pin = "" {
        didSet { if !pin.isEmpty { (problem, isRefused) = (nil, false) } }
    }
    public private(set) var isWorking = false
    public private(set) var problem: CommandError?
    /// The device did not make sure of its owner.
    public private(set) var isRefused = false

    @ObservationIgnored public private(set) lazy var scan = ScanModel { [weak self] text in self?.take(text) }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let lock: LockModel
    @ObservationIgnored private var code: String?
    @ObservationIgnored private var life: Task<Void, Never>?

    init(client: Client, account: AccountItem, lock: LockModel) {
        self.client = client
        self.account = account
        self.lock = lock
    }

    /// From the new phone's code on.
    public func begin() {
        life?.cancel()
        code = nil
        (step, pin, problem, isRefused) = (.scanning, "", nil, false)
    }

    private func take(_ text: String) -> ScanModel.Trouble? {
        guard step == .scanning else { return nil }
        // What it is the core finds out, before anybody types a PIN.
        guard text.hasPrefix("linnet-device:") else { return .link(.Unreadable) }
        code = text
        let set = lock.settings?.lock
        (step, problem) = (.asking(pin: set != nil, byDevice: lock.asksOwner), nil)
        return nil
    }

    /// The user agrees; where there is an app lock, with its PIN, else the device is asked if it can be.
    public func goOn(_ reason: String) async {
        guard case .asking(true, _) = step else { return await goOnByDevice(reason) }
        let tried = pin
        pin = ""
        await begin(.pin(pin: tried))
    }

    /// The device makes sure of its owner. One that can't hands over to whoever holds it, unless there is an app lock.
    public func goOnByDevice(_ reason: String) async {
        guard case .asking(let hasPin, _) = step, !isWorking else { return }
        isWorking = true
        let owner = await lock.confirmOwner(reason) ?? !hasPin
        isWorking = false
        guard owner else {
            isRefused = true
            return
        }
        await begin(hasPin ? .device : nil)
    }

    private func begin(_ owner: Owner?) async {
        guard case .asking = step, let code, !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        (problem, isRefused) = (nil, false)
        do {
            let begun = try await client.beginHandover(account: account.id, code: code, owner: owner)
            step = .comparing(try drawQr(text: begun.code), code: begun.code, digits: begun.digits)
            life = Task { [weak self] in
                try? await Task.sleep(for: .milliseconds(Int64(clamping: begun.patience)))
                if !Task.isCancelled { self?.step = .stopped(differed: false) }
            }
        } catch {
            let error = error as? CommandError ?? .Internal
            problem = error
            // A code that is none is scanned again; a PIN is typed again.
            if error != .PinWrong && error != .NotNow { step = .scanning }
        }
    }

    /// The digits of both phones are the same, or not.
    public func compared(same: Bool) async {
        guard case .comparing = step, !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        do {
            if same {
                let sealed = try await client.confirmHandover()
                step = .sealed(try drawQr(text: sealed), code: sealed)
            } else {
                life?.cancel()
                step = .stopped(differed: true)
                try await client.endHandover()
            }
        } catch {
            life?.cancel()
            (step, problem) = (.stopped(differed: false), error as? CommandError ?? .Internal)
        }
    }

    /// The screen goes, and with it the key.
    public func end() async {
        life?.cancel()
        // Fails only without a database; the key is in memory and goes with the process then.
        try? await client.endHandover()
    }
}
