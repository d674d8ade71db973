// Why: a new phone gets its account from another one: it shows a code, and then looks at the codes of the other.
// Invariants: a key serves one account and five minutes, whatever the screen does meanwhile; the digits are on screen
// before anything has arrived.

import Foundation
import LinnetCore
import Observation

/// What the new phone's screen shows and does.
@MainActor @Observable
public final class ArrivalModel: Identifiable {
    /// This phone's code.
    public private(set) var drawn: QrCode?
    /// What it says.
    public private(set) var code: String?
    /// It was scanned: now this phone looks at the other one.
    public private(set) var isLooking = false
    /// To be compared.
    public private(set) var digits: String?
    public private(set) var problem: CommandError?
    /// The code no longer counts.
    public private(set) var isOver = false
    /// What has arrived.
    public var account: AccountItem? { accounts().first { $0.id == arrived } }
    public var isDone: Bool { account?.signedIn == true }

    @ObservationIgnored public private(set) lazy var scan = ScanModel { [weak self] text in
        Task { await self?.read(text) }
        return nil
    }

    private var arrived: Int64?
    @ObservationIgnored private let client: Client
    @ObservationIgnored private let accounts: @MainActor () -> [AccountItem]
    @ObservationIgnored private var last: String?
    /// When the key is too old.
    @ObservationIgnored private var expiry: ContinuousClock.Instant?

    init(client: Client, accounts: @escaping @MainActor () -> [AccountItem]) {
        self.client = client
        self.accounts = accounts
    }

    /// Until the key is too old or the task is cancelled; with a new one, unless there is one that counts still.
    public func run() async {
        do {
            if isOver || expiry == nil { try await begin() }
            if let expiry { try await Task.sleep(until: expiry, clock: .continuous) }
            if arrived == nil { isOver = true }
        } catch let error as CommandError {
            (problem, isOver) = (error, true)
        } catch {
            // The screen went.
        }
    }

    private func begin() async throws {
        (code, drawn, digits, problem, last, expiry) = (nil, nil, nil, nil, nil, nil)
        (isLooking, isOver) = (false, false)
        let arrival = try await client.beginArrival()
        code = arrival.code
        // Fails for what is too long to be drawn, which this never is.
        drawn = try? drawQr(text: arrival.code)
        expiry = .now + .milliseconds(Int64(clamping: arrival.patience))
    }

    /// The old phone has scanned this one's code.
    public func look() {
        isLooking = true
    }

    /// What the camera saw.
    public func read(_ text: String) async {
        // The same code stays before the camera until its owner has compared.
        guard isLooking, arrived == nil, text != last else { return }
        last = text
        do {
            switch try await client.readArrival(code: text) {
            case .compare(let digits): self.digits = digits
            case .arrived(let account): arrived = account
            }
            problem = nil
        } catch {
            let error = error as? CommandError ?? .Internal
            problem = error
            if error == .Expired || error == .NotFound { (isOver, problem) = (true, nil) }
        }
    }

    /// The screen goes, and with it the key.
    public func end() async {
        // Fails only without a database; the key is in memory and goes with the process then.
        try? await client.endArrival()
    }
}
