// Why: making an account is a talk with a server that asks whatever it likes; this model turns it into steps that a
// screen can show.
// Invariants: at most one account is in the making. Whatever way the user leaves the screen, a half-made one does not
// outlive it; one that was made stays. A screen that the lock takes down goes on where it was.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// An invitation that was opened: where to, and the link that lets one in.
public struct Invitation: Equatable, Sendable {
    public let domain: String
    public let link: String

    public init(domain: String, link: String) {
        self.domain = domain
        self.link = link
    }
}

/// What the sign-up screen shows and does.
@MainActor @Observable
public final class SignUpModel: Identifiable {
    public enum Step: Equatable, Sendable {
        /// Which server shall it be?
        case choosing
        /// The server is asked what it wants to know.
        case asking(server: String)
        case filling(server: String, form: SignUpForm, problem: SignUpProblem?, isSending: Bool)
        /// The server makes accounts on a page of its own.
        case web(server: String, url: String, instructions: String?)
        case failed(server: String, problem: SignUpProblem)
        /// The account is there, and being signed in to.
        case made(address: String, connection: Connection)
    }

    public enum Problem: Equatable, Sendable {
        case command(CommandError)
        /// That is no server's name.
        case domain
        /// The host or the port can't be.
        case place
        case proxy
    }

    public private(set) var step = Step.choosing
    public private(set) var list: ProviderList
    public var search = ""
    /// A server that is not listed.
    public var domain = ""
    public var place = ServerDraft()
    /// Everything goes through it, from the first question on.
    public var proxy = ProxyDraft()
    public private(set) var problem: Problem?
    /// Signed in.
    public private(set) var isDone = false
    /// Answers by the names of their questions: what was typed, and what was chosen.
    public var texts: [String: String] = [:]
    public var chosen: [String: Set<String>] = [:]

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let invitation: Invitation?
    @ObservationIgnored private let download: @Sendable (URL) async -> String?
    @ObservationIgnored private let listUrl: String?
    @ObservationIgnored private var signUps: [SignUpItem] = []
    @ObservationIgnored private var accounts: [AccountItem] = []
    /// The account in the making.
    @ObservationIgnored private var signUp: Int64?
    /// The account that was made.
    @ObservationIgnored private var account: Int64?
    /// Counts the tries, so that an answer to an earlier one is known.
    @ObservationIgnored private var attempt = 0
    @ObservationIgnored private var isSubmitting = false
    /// The last questions' pictures: an answer to another one is of no use.
    @ObservationIgnored private var pictures: [String: Data] = [:]

    /// `download` fetches a newer list of servers from `listUrl`, where there is one; `nil`: it could not be had.
    public init(
        client: Client, invitation: Invitation? = nil, listUrl: String? = providerListUrl(),
        download: @escaping @Sendable (URL) async -> String? = { _ in nil }
    ) {
        self.client = client
        self.invitation = invitation
        self.listUrl = listUrl
        self.download = download
        list = providerList()
    }

    /// Whether there is a list to go back to.
    public var canChooseAnother: Bool { invitation == nil }

    /// The servers that fit what is searched for, by name or by the country as it is called here.
    public func found(in locale: Locale) -> [Provider] {
        let wanted = search.trimmingCharacters(in: .whitespaces).lowercased()
        guard !wanted.isEmpty else { return list.providers }
        return list.providers.filter { provider in
            provider.domain.lowercased().contains(wanted)
                || provider.countries.contains {
                    locale.localizedString(forRegionCode: $0)?.lowercased().contains(wanted) == true
                }
        }
    }

    /// Follows what the core says until the task is cancelled.
    public func run() async {
        async let signing: Void = followAccounts()
        async let refreshing: Void = refresh()
        // The screen may have come back; it goes on where it was.
        if let invitation, attempt == 0 { await start(invitation.domain) }
        do {
            for try await snapshot in client.signUps().snapshots {
                signUps = snapshot.items
                follow()
            }
        } catch {
            problem = .command(.Storage)
        }
        _ = await (signing, refreshing)
    }

    /// Begins on a listed server, or shows its page.
    public func choose(_ provider: Provider) async {
        switch provider.registration {
        case .inApp: await start(provider.domain)
        case .web(let url): step = .web(server: provider.domain, url: url, instructions: nil)
        }
    }

    /// Begins on the server that was typed.
    public func startOwn() async {
        let typed = domain.trimmingCharacters(in: .whitespacesAndNewlines)
        await start(String(typed.split(separator: "@").last ?? ""))
    }

    /// Makes another password.
    public func renewPassword() {
        guard case .filling(_, let form, _, _) = step else { return }
        for field in form.fields where field.meaning == .password { texts[field.name] = newPassword() }
    }

    /// Sends the answers; what comes of it shows in `step`.
    public func submit() async {
        guard let signUp, case .filling(_, let form, _, false) = step, !isSubmitting else { return }
        isSubmitting = true
        defer { isSubmitting = false }
        problem = nil
        let answers = form.fields.filter { !$0.name.isEmpty }.map {
            SignUpAnswer(name: $0.name, values: values(of: $0))
        }
        do {
            try await client.submitSignUp(signUp: signUp, answers: answers)
        } catch {
            problem = .command(error as? CommandError ?? .Internal)
        }
    }

    /// Back to the choice of a server.
    public func chooseAnother() async {
        attempt += 1
        step = .choosing
        problem = nil
        await discard()
    }

    /// The same server once more.
    public func tryAgain() async {
        guard case .failed(let server, _) = step else { return }
        await discard()
        await start(server)
    }

    /// The screen is left.
    public func cancel() async {
        attempt += 1
        await discard()
    }

    private func start(_ server: String) async {
        problem = nil
        guard !server.isEmpty else {
            problem = .domain
            return
        }
        guard !place.isUsed || place.address != nil else {
            problem = .place
            return
        }
        guard !proxy.isUsed || proxy.address != nil else {
            problem = .proxy
            return
        }
        attempt += 1
        let mine = attempt
        (texts, chosen, pictures) = ([:], [:], [:])
        step = .asking(server: server)
        do {
            let (host, way) = (place.isUsed ? place.address : nil, proxy.isUsed ? proxy.address : nil)
            let begun =
                if let invitation {
                    try await client.followInvitation(link: invitation.link, server: host, proxy: way)
                } else {
                    try await client.startSignUp(domain: server, server: host, proxy: way, invitation: nil)
                }
            guard mine == attempt else {
                // Nobody waits for it any more.
                try? await client.cancelSignUp(signUp: begun)
                return
            }
            signUp = begun
            follow()
        } catch {
            guard mine == attempt else { return }
            step = .choosing
            let refusal = error as? CommandError ?? .Internal
            problem = refusal == .AddressInvalid ? .domain : .command(refusal)
        }
    }

    private func followAccounts() async {
        do {
            for try await snapshot in client.accounts().snapshots {
                accounts = snapshot.items
                watch()
            }
        } catch {
            problem = .command(.Storage)
        }
    }

    private func refresh() async {
        guard let listUrl, let url = URL(string: listUrl), let text = await download(url) else { return }
        // The one that came with the app is good enough.
        if let newer = try? readProviderList(json: text) { list = newer }
    }

    private func follow() {
        guard let item = signUps.first(where: { $0.id == signUp }) else { return }
        switch item.state {
        case .asking:
            step = .asking(server: item.server)
        case .sending:
            if case .filling(let server, let form, _, _) = step {
                step = .filling(server: server, form: form, problem: nil, isSending: true)
            }
        case .form(let form, let problem):
            prepare(form)
            step = .filling(server: item.server, form: form, problem: problem, isSending: false)
        case .web(let url, let instructions):
            step = .web(server: item.server, url: url, instructions: instructions)
        case .failed(let problem):
            step = .failed(server: item.server, problem: problem)
        case .done(let account):
            self.account = account
            watch()
            Task { await discard() }
        }
    }

    /// What is filled in already, and a password; what was read off a picture is no answer to another.
    private func prepare(_ form: SignUpForm) {
        for field in form.fields {
            if let shown = field.picture {
                if let before = pictures[field.name], before != shown { texts[field.name] = nil }
                pictures[field.name] = shown
            }
            switch field.kind {
            case .note: break
            case .line, .lines, .secret:
                if texts[field.name] == nil {
                    let made = field.meaning == .password && field.values.isEmpty ? newPassword() : nil
                    texts[field.name] = made ?? field.values.joined(separator: "\n")
                }
            case .switch, .choice, .choices:
                if chosen[field.name] == nil { chosen[field.name] = Set(field.values) }
            }
        }
    }

    private func values(of field: SignUpField) -> [String] {
        let text = texts[field.name] ?? ""
        let chosen = chosen[field.name] ?? []
        switch field.kind {
        case .note: return []
        case .line, .secret: return [text]
        case .lines: return text.split(separator: "\n").map(String.init)
        case .switch: return [chosen.contains("1") || chosen.contains("true") ? "1" : "0"]
        case .choice, .choices: return chosen.sorted()
        }
    }

    private func watch() {
        guard let account, let item = accounts.first(where: { $0.id == account }) else { return }
        step = .made(address: item.address, connection: item.connection)
        if item.signedIn { isDone = true }
    }

    /// Nothing of the half-made account stays; one that was made does.
    private func discard() async {
        guard let gone = signUp else { return }
        signUp = nil
        // It may have ended by itself.
        try? await client.cancelSignUp(signUp: gone)
    }
}
