// Why: everything a chat's screen shows and does.
// Invariants: sends and corrections leave in the order in which they were asked for; a text that could not be kept comes
// back into the draft; a draft set aside for a correction comes back after it; a message counts as read only while the
// newest one is on screen of an active app; what is written outlives the screen (`ChatDraft`).

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// One chat.
@MainActor @Observable
public final class ChatModel: Identifiable {
    /// How many messages the window grows by when the user reaches its beginning.
    static let page: UInt32 = 50

    public let id: Int64
    /// The contact's name.
    public private(set) var title: String
    public private(set) var noteToSelf = false
    /// The contact's, once the list has told it.
    public private(set) var address = ""
    /// What the contact's picture is named, if there is one.
    public private(set) var picture: String?
    /// Whom the chat is with, and how much they are there.
    public private(set) var contact: ContactItem?
    /// The user hears nothing of the contact, and writes nothing.
    public private(set) var isBlocked = false
    public private(set) var rows: [ChatRow] = []
    /// The first batch has come: an empty chat is really empty.
    public private(set) var isLoaded = false
    /// Nothing is before the first row, as far as this device knows.
    public private(set) var atStart = false
    /// The window ends with the newest message.
    public private(set) var atEnd = true
    /// Changes whenever the view should go to the newest message.
    public private(set) var newestWanted = 0
    /// Messages from the contact below what is on screen.
    public private(set) var unseen = 0
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?
    /// As the user writes it; what is only filled in tells nobody that someone writes.
    public var draft: String {
        get { writing.text }
        set {
            guard newValue != writing.text else { return }
            writing.text = newValue
            composing.tell(!text.isEmpty)
        }
    }
    /// The message that is being corrected; the draft is its new text.
    public var correcting: MessageItem? { writing.correcting }
    /// A correction that changes nothing is none.
    public var canSend: Bool { !text.isEmpty && (correcting == nil || text != writing.original) }
    /// The way down to the newest message is offered.
    public var offersNewest: Bool { isLoaded && !rows.isEmpty && (!isAtBottom || !atEnd) }

    /// The newest row is on screen.
    public var isAtBottom = true {
        didSet {
            guard isAtBottom != oldValue else { return }
            look()
        }
    }
    /// This chat is on screen and the app is active.
    public var isActive = false {
        didSet {
            guard isActive != oldValue else { return }
            if isActive { drawRows() } else { composing.tell(false) }
            look()
        }
    }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let now: () -> Date
    @ObservationIgnored private let calendar: () -> Calendar
    @ObservationIgnored private var timeline: TimelineSubscription?
    @ObservationIgnored private var items: [TimelineItem] = []
    @ObservationIgnored private var isGrowing = false
    @ObservationIgnored private var read: Int64?
    /// The chat's account and address.
    @ObservationIgnored private var place: (account: Int64, address: String)?
    @ObservationIgnored private let writing: ChatDraft
    /// Messages with which something is done right now: a second tap does it no second time.
    @ObservationIgnored private var underWay: Set<Int64> = []
    @ObservationIgnored private let composing: Composing

    /// `draft` outlives the screen. `now` and `calendar` are asked whenever rows are drawn: midnight and journeys move the day lines.
    public init(
        client: Client, chat: Int64, title: String, draft: ChatDraft = ChatDraft(),
        now: @escaping () -> Date = Date.init, calendar: @escaping () -> Calendar = { .current }
    ) {
        self.client = client
        self.id = chat
        self.title = title
        self.now = now
        self.calendar = calendar
        writing = draft
        composing = Composing(client: client, chat: chat)
    }

    /// Follows the chat until the task is cancelled.
    public func run() async {
        storeFailed = false
        async let naming: Void = followTitle()
        async let seeing: Void = followContact()
        await attempt { try await client.chatOpened(chat: id) }
        let timeline = client.timeline(chat: id)
        self.timeline = timeline
        do {
            for try await snapshot in timeline.snapshots { show(snapshot) }
        } catch {
            storeFailed = true
        }
        self.timeline = nil
        _ = await (naming, seeing)
    }

    /// Takes the draft and sends it, as a correction if one was begun. Once the task has ended the text is safe: kept by
    /// the core, or back in the draft.
    @discardableResult
    public func send() -> Task<Void, Never> {
        let body = text
        guard canSend else { return Task {} }
        let message = correcting
        writing.correcting = nil
        writing.text = message == nil ? "" : writing.aside
        writing.aside = ""
        let token = client.newToken()
        let before = writing.lastSend
        let told = composing.end()
        let sending = Task {
            await before?.value
            await told?.value
            do {
                if let message {
                    try await client.correct(message: message.id, body: body, token: token)
                } else {
                    _ = try await client.sendText(chat: id, body: body, token: token)
                    showNewest()
                }
            } catch {
                takeBack(body, of: message, error as? CommandError ?? .Internal)
            }
        }
        writing.lastSend = sending
        return sending
    }

    /// Begins to correct a message of ours, once all that it says is there.
    @discardableResult
    public func correct(_ message: MessageItem) -> Task<Void, Never> {
        guard message.cut else {
            correct(message, saying: message.body)
            return Task {}
        }
        return Task {
            if let body = await whole(message) { correct(message, saying: body) }
        }
    }

    /// All that a message says, as it was written; `nil` once it is gone.
    public func whole(_ message: MessageItem) async -> String? {
        message.cut ? await client.text(of: .message(message: message.id)) : message.body
    }

    /// All of a text that is shown cut.
    public func wholeText(of message: MessageItem) -> WholeTextModel {
        WholeTextModel(client: client, of: .message(message: message.id), sender: message.senderName)
    }

    private func correct(_ message: MessageItem, saying body: String) {
        if correcting == nil { writing.aside = draft }
        writing.correcting = message
        writing.original = body
        writing.text = body
    }

    /// What a corrected message said before.
    public func versions(of message: MessageItem) -> VersionsModel {
        VersionsModel(client: client, message: message.id)
    }

    /// Leaves the message as it is.
    public func cancelCorrection() {
        guard correcting != nil else { return }
        writing.correcting = nil
        writing.text = writing.aside
        writing.aside = ""
        composing.tell(false)
    }

    /// Sends a failed message again.
    public func retry(_ message: MessageItem) async {
        await once(message) { try await client.retry(message: message.id) }
    }

    /// Deletes a message on this device.
    public func delete(_ message: MessageItem) async {
        await once(message) { try await client.deleteMessage(message: message.id) }
    }

    /// Reads the archive at this gap: it came on screen, or the user asks again.
    public func fill(_ gap: GapItem) async {
        await attempt { try await client.fillGap(gap: gap.id) }
    }

    /// The first rows are on screen: more of what this device holds is shown.
    public func showOlder() {
        guard let timeline, isLoaded, !atStart, !isGrowing else { return }
        isGrowing = true
        timeline.loadOlder(count: Self.page)
    }

    /// Goes to the newest message.
    public func showNewest() {
        if !atEnd { timeline?.jumpToNewest() }
        newestWanted += 1
    }

    private var text: String { draft.trimmingCharacters(in: .whitespacesAndNewlines) }

    /// The screen of the contact.
    public var details: ContactModel { ContactModel(client: client, chat: id) }

    /// Hears the contact again.
    public func unblock() async {
        guard let place else { return }
        await attempt { try await client.unblock(account: place.account, address: place.address) }
    }

    /// The contact's new address is theirs, or nobody the user wants to know. `shown` is what the user has read: by now
    /// they may have said another one. `nil`: what is shown now.
    public func answerMoved(_ accept: Bool, _ shown: ContactMoved? = nil) async {
        guard let contact, let moved = shown ?? contact.moved else { return }
        await attempt {
            try await client.answerRequest(account: contact.account, address: moved.address, accept: accept)
        }
    }

    /// The chat at the contact's new address, made if there is none. `shown` as in `answerMoved`.
    public func movedChat(_ shown: ContactMoved? = nil) async -> Int64? {
        guard let contact, let moved = shown ?? contact.moved else { return nil }
        if let chat = moved.chat { return chat }
        var chat: Int64?
        await attempt { chat = try await client.startChat(account: contact.account, address: moved.address) }
        return chat
    }

    private func takeBack(_ body: String, of message: MessageItem?, _ error: CommandError) {
        problem = error
        // A message that is gone, or is not ours to change, can't be corrected: what is left is the text.
        if let message, correcting == nil, error != .NotFound, error != .NotNow {
            correct(message, saying: writing.original)
            writing.text = body
        } else if correcting != nil {
            writing.aside = writing.aside.isEmpty ? body : "\(body)\n\(writing.aside)"
        } else {
            writing.text = draft.isEmpty ? body : "\(body)\n\(draft)"
        }
    }

    private func followContact() async {
        do {
            for try await snapshot in client.contact(chat: id).snapshots { contact = snapshot.items.first }
        } catch {
            storeFailed = true
        }
    }

    private func followTitle() async {
        do {
            for try await snapshot in client.chatList().snapshots {
                guard let chat = snapshot.items.first(where: { $0.id == id }) else { continue }
                if title != chat.title { title = chat.title }
                if noteToSelf != chat.noteToSelf { noteToSelf = chat.noteToSelf }
                if isBlocked != chat.blocked { isBlocked = chat.blocked }
                place = (chat.account, chat.address)
                if address != chat.address { address = chat.address }
                if picture != chat.picture { picture = chat.picture }
            }
        } catch {
            storeFailed = true
        }
    }

    private func show(_ snapshot: Snapshot<TimelineItem>) {
        items = snapshot.items
        (atStart, atEnd, isGrowing) = (snapshot.atStart, snapshot.atEnd, false)
        drawRows()
        isLoaded = true
        look()
    }

    private func drawRows() {
        let drawn = ChatRow.rows(for: items, calendar: calendar(), now: now())
        if drawn != rows { rows = drawn }
    }

    /// Tells the core what has been seen, and counts what has not.
    private func look() {
        let received = items.compactMap { item -> MessageItem? in
            if case .message(let message) = item, !message.outgoing { message } else { nil }
        }
        guard let newest = received.last else { return }
        guard isActive && isAtBottom && atEnd else {
            let seen = received.lastIndex { $0.id == read }
            unseen = seen.map { received.count - 1 - $0 } ?? 0
            return
        }
        unseen = 0
        guard newest.id != read else { return }
        read = newest.id
        Task { await attempt { try await client.markRead(chat: id, message: newest.id) } }
    }

    private func once(_ message: MessageItem, _ command: () async throws -> Void) async {
        guard underWay.insert(message.id).inserted else { return }
        defer { underWay.remove(message.id) }
        await attempt(command)
    }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
