// Why: a conversation: bubbles in groups, lines between days, what is unread, what is missing, and how far each
// message got.
// Invariant: it stays with the newest message while the user is there, and never pulls a reader down who is not.

import LinnetCore
import Presentation
import SwiftUI

/// The chat screen on its model.
struct ChatView: View {
    @State private var model: ChatModel
    private let app: AppModel
    @State private var attempt = 0
    @State private var isVisible = false
    @State private var shownVersions: VersionsModel?
    @State private var shownText: WholeTextModel?
    @State private var details: ContactModel?
    @Environment(\.scenePhase) private var phase

    init(model: ChatModel, app: AppModel) {
        _model = State(initialValue: model)
        self.app = app
    }

    var body: some View {
        @Bindable var model = model
        Group {
            if model.storeFailed {
                StoreFailedView { attempt += 1 }
            } else {
                ChatScreen(state: ChatScreen.State(model), draft: $model.draft, banner: app.banner, actions: actions)
            }
        }
        .navigationTitle(model.title)
        .navigationBarTitleDisplayMode(.inline)
        .toolbar {
            ToolbarItem(placement: .principal) {
                ChatTitle(title: model.title, contact: model.noteToSelf ? nil : model.contact)
            }
            ToolbarItem(placement: .primaryAction) {
                // Of oneself there is nothing to tell.
                if !model.noteToSelf {
                    Button {
                        details = model.details
                    } label: {
                        Avatar(address: model.address, name: model.title, picture: model.picture, size: 32)
                    }
                    .accessibilityLabel("contact_title")
                }
            }
        }
        .task(id: attempt) { await model.run() }
        .onAppear { isVisible = true }
        .onDisappear {
            isVisible = false
            // A view on its way out hears of no more changes.
            show(false)
        }
        .onChange(of: isVisible && app.lock.isSeen(isActive: phase == .active), initial: true) { _, active in
            show(active)
        }
        .problemAlert($model.problem)
        .sheet(item: $shownVersions) { VersionsView(model: $0) }
        .sheet(item: $shownText) { WholeTextView(model: $0) }
        .sheet(item: $details) { ContactView(model: $0) }
    }

    private func show(_ active: Bool) {
        model.isActive = active
        if active {
            app.chatOnScreen = model.id
        } else if app.chatOnScreen == model.id {
            app.chatOnScreen = nil
        }
    }

    private var actions: ChatScreen.Actions {
        ChatScreen.Actions(
            send: {
                model.send()
                Task { await app.notifications?.expectAnswer() }
            },
            correct: { model.correct($0) },
            cancelCorrection: { model.cancelCorrection() },
            versions: { shownVersions = model.versions(of: $0) },
            showAll: { shownText = model.wholeText(of: $0) },
            copy: { message in
                Task { if let text = await model.whole(message) { UIPasteboard.general.string = text } }
            },
            retry: { message in Task { await model.retry(message) } },
            delete: { message in Task { await model.delete(message) } },
            fill: { gap in Task { await model.fill(gap) } },
            showOlder: { model.showOlder() },
            showNewest: { model.showNewest() },
            reachBottom: { model.isAtBottom = $0 },
            unblock: { Task { await model.unblock() } },
            answerMoved: { accept, moved in Task { await model.answerMoved(accept, moved) } },
            goToMoved: { moved in
                Task {
                    guard let chat = await model.movedChat(moved) else { return }
                    app.openChat(chat, title: model.contact?.title, from: model.id)
                }
            })
    }
}

/// What the chat screen looks like.
struct ChatScreen: View {
    struct State {
        var title = ""
        var rows: [ChatRow] = []
        var isLoaded = true
        var atStart = true
        var noteToSelf = false
        var isAtBottom = true
        var offersNewest = false
        var newestWanted = 0
        var unseen = 0
        var canSend = false
        var correcting: MessageItem?
        var isBlocked = false
        var contact: ContactItem?
    }

    struct Actions {
        let send: @MainActor () -> Void
        let correct: @MainActor (MessageItem) -> Void
        let cancelCorrection: @MainActor () -> Void
        let versions: @MainActor (MessageItem) -> Void
        let showAll: @MainActor (MessageItem) -> Void
        let copy: @MainActor (MessageItem) -> Void
        let retry: @MainActor (MessageItem) -> Void
        let delete: @MainActor (MessageItem) -> Void
        let fill: @MainActor (GapItem) -> Void
        let showOlder: @MainActor () -> Void
        let showNewest: @MainActor () -> Void
        let reachBottom: @MainActor (Bool) -> Void
        let unblock: @MainActor () -> Void
        let answerMoved: @MainActor (Bool, ContactMoved) -> Void
        let goToMoved: @MainActor (ContactMoved) -> Void
    }

    /// The id of the place below the newest row.
    private static let bottom = "bottom"

    let state: State
    @Binding var draft: String
    let banner: ConnectionBanner?
    let actions: Actions
    @Environment(\.accessibilityReduceMotion) private var reducesMotion

    var body: some View {
        ScrollViewReader { proxy in
            ScrollView {
                LazyVStack(spacing: 0) {
                    if state.isLoaded && !state.atStart {
                        ProgressView().padding(16).onAppear { actions.showOlder() }
                    }
                    ForEach(state.rows) { row in
                        RowView(row: row, actions: actions).id(row.id)
                    }
                    Color.clear
                        .frame(height: 1)
                        .id(Self.bottom)
                        .onAppear { actions.reachBottom(true) }
                        .onDisappear { actions.reachBottom(false) }
                        .accessibilityHidden(true)
                }
                .padding(.horizontal, 12)
                .padding(.vertical, 8)
            }
            .defaultScrollAnchor(.bottom)
            .scrollDismissesKeyboard(.interactively)
            .overlay { placeholder }
            .overlay(alignment: .bottomTrailing) {
                if state.offersNewest { NewestButton(unseen: state.unseen, action: actions.showNewest).padding(12) }
            }
            .onChange(of: state.newestWanted) { scrollDown(proxy, animated: true) }
            .onChange(of: state.rows.last?.id) {
                if state.isAtBottom { scrollDown(proxy, animated: false) }
            }
            .onChange(of: firstMessage) { old, _ in
                // Older rows came in above: what was on screen stays there.
                if let old, !state.isAtBottom { proxy.scrollTo(old, anchor: .top) }
            }
        }
        .safeAreaInset(edge: .top, spacing: 0) {
            if let banner { ConnectionBannerView(banner: banner).transition(.opacity) }
        }
        .safeAreaInset(edge: .bottom, spacing: 0) {
            VStack(spacing: 0) {
                if let contact = state.contact, let moved = contact.moved {
                    // What is answered is what stands here, whatever the model has learned by the time of the tap.
                    MovedBar(
                        contact: contact, moved: moved, answer: { actions.answerMoved($0, moved) },
                        go: { actions.goToMoved(moved) })
                }
                if state.isBlocked {
                    BlockedBar(title: state.title, unblock: actions.unblock)
                } else {
                    Composer(
                        draft: $draft, correcting: state.correcting, canSend: state.canSend, send: actions.send,
                        cancel: actions.cancelCorrection)
                }
            }
        }
        .animation(reducesMotion ? nil : .easeOut(duration: 0.2), value: banner)
    }

    /// The first message's id: a day line above it moves up when older messages of that day come in.
    private var firstMessage: String? {
        state.rows.first { if case .message = $0 { true } else { false } }?.id
    }

    @ViewBuilder private var placeholder: some View {
        if !state.isLoaded {
            ProgressView()
        } else if state.rows.isEmpty {
            if state.noteToSelf {
                ContentUnavailableView("note_to_self", systemImage: "note.text", description: Text("chat_empty_note"))
            } else {
                ContentUnavailableView(
                    "chat_empty_title", systemImage: "bubble.left.and.bubble.right",
                    description: Text("chat_empty_text \(state.title)"))
            }
        }
    }

    private func scrollDown(_ proxy: ScrollViewProxy, animated: Bool) {
        withAnimation(animated && !reducesMotion ? .default : nil) { proxy.scrollTo(Self.bottom, anchor: .bottom) }
    }
}

extension ChatScreen.State {
    @MainActor fileprivate init(_ model: ChatModel) {
        self.init(
            title: model.title, rows: model.rows, isLoaded: model.isLoaded, atStart: model.atStart,
            noteToSelf: model.noteToSelf,
            isAtBottom: model.isAtBottom, offersNewest: model.offersNewest, newestWanted: model.newestWanted,
            unseen: model.unseen, canSend: model.canSend, correcting: model.correcting,
            isBlocked: model.isBlocked, contact: model.contact)
    }
}

/// Any row of a chat.
private struct RowView: View {
    let row: ChatRow
    let actions: ChatScreen.Actions

    var body: some View {
        switch row {
        case .day(let line):
            Words.day(line)
                .font(.caption)
                .foregroundStyle(.secondary)
                .padding(.horizontal, 12)
                .padding(.vertical, 4)
                .background(.thinMaterial, in: Capsule())
                .padding(.vertical, 12)
                .accessibilityAddTraits(.isHeader)
        case .unreadMark:
            UnreadMark()
        case .message(let message):
            MessageRow(message: message, actions: actions)
        case .gap(let gap):
            GapRow(gap: gap) { actions.fill(gap) }
        case .typing(_, let name):
            TypingRow(name: name)
        }
    }
}

/// Everything below is unread.
private struct UnreadMark: View {
    var body: some View {
        HStack(spacing: 8) {
            VStack { Divider() }
            Text("chat_unread_mark").font(.caption).fontWeight(.semibold).foregroundStyle(.tint)
                .fixedSize(horizontal: true, vertical: false)
            VStack { Divider() }
        }
        .padding(.vertical, 8)
        .accessibilityElement(children: .combine)
        .accessibilityAddTraits(.isHeader)
    }
}

/// History that is not on this device.
private struct GapRow: View {
    let gap: GapItem
    let fill: @MainActor () -> Void

    var body: some View {
        VStack(spacing: 6) {
            switch gap.state {
            case .open, .loading:
                ProgressView().controlSize(.small)
                Text("gap_loading")
            case .failed:
                Text("gap_failed")
                Button("action_try_again", action: fill).buttonStyle(.bordered).controlSize(.small)
            case .unreadable:
                Label("gap_unreadable", systemImage: "questionmark.bubble")
            }
        }
        .font(.footnote)
        .foregroundStyle(.secondary)
        .multilineTextAlignment(.center)
        .frame(maxWidth: .infinity)
        .padding(.vertical, 12)
        .onAppear { if gap.state == .open { fill() } }
        .onChange(of: gap.state) { _, state in if state == .open { fill() } }
    }
}

/// Someone is writing.
private struct TypingRow: View {
    let name: String

    var body: some View {
        HStack(spacing: 0) {
            Label {
                Text("chat_typing \(name)").multilineTextAlignment(.leading)
            } icon: {
                Image(systemName: "ellipsis.bubble").accessibilityHidden(true)
            }
            .font(.footnote)
            .foregroundStyle(.secondary)
            .padding(.vertical, 8)
            Spacer(minLength: 0)
        }
        .accessibilityElement(children: .combine)
        .accessibilityAddTraits(.updatesFrequently)
    }
}

/// The way down to the newest message.
private struct NewestButton: View {
    let unseen: Int
    let action: @MainActor () -> Void

    var body: some View {
        Button(action: action) {
            Image(systemName: "chevron.down")
                .fontWeight(.semibold)
                .frame(width: 44, height: 44)
                .background(.regularMaterial, in: Circle())
                .overlay(alignment: .top) {
                    if unseen > 0 { UnreadCount(count: unseen).offset(y: -8) }
                }
        }
        .accessibilityLabel(unseen > 0 ? "chat_to_bottom_count \(unseen)" : "chat_to_bottom")
    }
}

/// Where one would write to somebody one does not want to hear.
private struct BlockedBar: View {
    let title: String
    let unblock: @MainActor () -> Void

    var body: some View {
        HStack(spacing: 12) {
            Text("chat_blocked \(title)").foregroundStyle(.secondary)
            Spacer(minLength: 0)
            Button("blocks_unblock", action: unblock).buttonStyle(.bordered)
        }
        .padding(.horizontal, 16)
        .padding(.vertical, 10)
        .background(.bar)
    }
}

/// Where a new message is written.
private struct Composer: View {
    @Binding var draft: String
    let correcting: MessageItem?
    let canSend: Bool
    let send: @MainActor () -> Void
    let cancel: @MainActor () -> Void
    @FocusState private var isTyping: Bool

    init(
        draft: Binding<String>, correcting: MessageItem?, canSend: Bool, send: @escaping @MainActor () -> Void,
        cancel: @escaping @MainActor () -> Void
    ) {
        _draft = draft
        self.correcting = correcting
        self.canSend = canSend
        self.send = send
        self.cancel = cancel
    }

    var body: some View {
        VStack(spacing: 6) {
            if let correcting { CorrectionLine(message: correcting, cancel: cancel) }
            HStack(alignment: .bottom, spacing: 8) {
                TextField("chat_message_hint", text: $draft, axis: .vertical)
                    .lineLimit(1...6)
                    .focused($isTyping)
                    .padding(.horizontal, 14)
                    .padding(.vertical, 9)
                    .background(Looks.theirBubble, in: RoundedRectangle(cornerRadius: Looks.corner))
                Button(action: send) {
                    Image(systemName: correcting == nil ? "arrow.up.circle.fill" : "checkmark.circle.fill")
                        .font(.title)
                        .frame(minWidth: 44, minHeight: 40)
                }
                .disabled(!canSend)
                .accessibilityLabel(correcting == nil ? "chat_send" : "chat_correct_send")
            }
        }
        .padding(.horizontal, 12)
        .padding(.vertical, 8)
        .background(.bar)
        .onChange(of: correcting?.id) { _, id in
            if id != nil { isTyping = true }
        }
    }
}

/// Which message is being corrected, and the way out.
private struct CorrectionLine: View {
    let message: MessageItem
    let cancel: @MainActor () -> Void

    var body: some View {
        HStack(spacing: 8) {
            Image(systemName: "pencil").foregroundStyle(.tint).accessibilityHidden(true)
            VStack(alignment: .leading, spacing: 0) {
                Text("chat_correcting").fontWeight(.semibold).foregroundStyle(.tint)
                Text(verbatim: message.text.spoken).foregroundStyle(.secondary).lineLimit(1)
            }
            .font(.footnote)
            .accessibilityElement(children: .combine)
            Spacer(minLength: 0)
            Button(action: cancel) {
                Image(systemName: "xmark.circle.fill").foregroundStyle(.secondary).frame(minWidth: 44, minHeight: 40)
            }
            .accessibilityLabel("chat_correct_cancel")
        }
    }
}

struct ChatPreviews: PreviewProvider {
    static func screen(_ state: ChatScreen.State, draft: String = "", banner: ConnectionBanner? = nil) -> some View {
        NavigationStack {
            ChatScreen(
                state: state, draft: .constant(draft), banner: banner,
                actions: ChatScreen.Actions(
                    send: {}, correct: { _ in }, cancelCorrection: {}, versions: { _ in },
                    showAll: { _ in }, copy: { _ in }, retry: { _ in }, delete: { _ in }, fill: { _ in }, showOlder: {},
                    showNewest: {}, reachBottom: { _ in }, unblock: {}, answerMoved: { _, _ in },
                    goToMoved: { _ in })
            )
            .navigationTitle(Text(verbatim: "Bob"))
            .navigationBarTitleDisplayMode(.inline)
        }
    }

    static var previews: some View {
        screen(ChatScreen.State(rows: Samples.rows, canSend: true), draft: "See you").previewDisplayName("a chat")
        screen(ChatScreen.State(rows: Samples.rows, isAtBottom: false, offersNewest: true, unseen: 3))
            .preferredColorScheme(.dark).previewDisplayName("scrolled up, dark")
        screen(
            ChatScreen.State(rows: Samples.rows), banner: .waiting(reason: .unreachable, retry: Date.now)
        )
        .environment(\.layoutDirection, .rightToLeft).previewDisplayName("offline, right to left")
        screen(ChatScreen.State(rows: Samples.rows)).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
        screen(ChatScreen.State(title: "Bob", rows: Samples.rows, isBlocked: true)).previewDisplayName("blocked")
        screen(ChatScreen.State(title: "Bob")).previewDisplayName("empty")
        screen(
            ChatScreen.State(rows: Samples.styledRows, canSend: true, correcting: Samples.corrected), draft: "At *ten*!"
        )
        .previewDisplayName("styles, a correction, typing")
        screen(ChatScreen.State(rows: Samples.styledRows)).preferredColorScheme(.dark)
            .environment(\.layoutDirection, .rightToLeft).previewDisplayName("styles, dark, right to left")
    }
}
