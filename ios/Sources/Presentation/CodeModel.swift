// Why: who stands beside you, or on the other side of a video call, becomes a contact by looking at one's own code.
// Invariant: what is drawn is always the link that is shown; each account's code is renewed when it comes on screen.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the screen of one's own code shows and does.
@MainActor @Observable
public final class CodeModel {
    public private(set) var codes: [CodeItem] = []
    public private(set) var drawn: QrCode?
    /// Rather than the own code, the server's invitation is wanted on screen.
    public var wantsInvitation = false {
        didSet { draw() }
    }
    public var account: Int64? {
        didSet {
            if account != oldValue { wantsInvitation = false }
        }
    }
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    /// The account's own code.
    public var code: CodeItem? { codes.first { $0.account == account } ?? codes.first }
    /// There is an invitation, and it is shown.
    public var showsInvitation: Bool { wantsInvitation && isReady }
    public var isReady: Bool { if case .ready = code?.invitation { true } else { false } }

    /// What the code on screen says.
    public var link: String? {
        if wantsInvitation, case .ready(let link, _, _, _) = code?.invitation { return link }
        return code?.link
    }

    /// What is sent instead of being shown: a page, if there is one, also tells who has no XMPP program yet.
    public var sent: String? {
        if wantsInvitation, case .ready(_, let page?, _, _) = code?.invitation { return page }
        return link
    }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private var drawnLink: String?
    @ObservationIgnored private var renewed: Int64?

    public init(client: Client) {
        self.client = client
    }

    /// Follows the codes until the task is cancelled.
    public func run() async {
        do {
            for try await snapshot in client.codes().snapshots {
                codes = snapshot.items
                draw()
                await renew()
            }
        } catch {
            problem = .Storage
        }
    }

    /// Another account's code.
    public func choose(_ account: Int64?) async {
        self.account = account
        draw()
        await renew()
    }

    /// Asks the server for an invitation, and shows it when it comes.
    public func invite() async {
        guard let account = code?.account else { return }
        await attempt { try await client.createInvitation(account: account) }
        wantsInvitation = true
    }

    private func renew() async {
        guard let account = code?.account, account != renewed else { return }
        renewed = account
        await attempt { try await client.showCode(account: account) }
    }

    private func draw() {
        guard let link, link != drawnLink else { return }
        drawnLink = link
        // What is too long to be drawn can still be sent.
        drawn = try? drawQr(text: link)
    }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
