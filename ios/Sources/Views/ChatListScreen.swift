// Why: the home of the app: chats, newest first; above them the way to strangers and the connection's state.

import LinnetCore
import Presentation
import SwiftUI

/// The chat list on its model.
struct ChatListView: View {
    @Bindable var model: ChatListModel
    let app: AppModel
    @State private var attempt = 0

    /// What the list follows.
    private struct Following: Equatable {
        let attempt: Int
        let account: Int64?
    }

    private var shown: Int64? { app.lock.settings?.shownAccount }

    var body: some View {
        NavigationStack(path: $model.path) {
            Group {
                if model.storeFailed {
                    StoreFailedView { attempt += 1 }
                } else {
                    ChatListScreen(
                        chats: model.chats, requests: model.requests, isLoaded: model.isLoaded, atEnd: model.atEnd,
                        banner: app.banner, accounts: app.accounts.filter(\.signedIn), shown: shown,
                        actions: actions)
                }
            }
            .navigationTitle("chats_title")
            .toolbar {
                ToolbarItem(placement: .topBarLeading) {
                    Button {
                        model.accounts = AccountsModel(client: model.client)
                    } label: {
                        Image(systemName: "person.crop.circle").accessibilityLabel("account_title")
                    }
                }
                ToolbarItem(placement: .topBarLeading) {
                    PresenceButton(accounts: app.accounts.filter(\.signedIn)) { model.presence = app.presence($0) }
                }
                ToolbarItem(placement: .primaryAction) {
                    Button(action: startChat) {
                        Image(systemName: "square.and.pencil").accessibilityLabel("new_chat_title")
                    }
                }
            }
            .navigationDestination(for: ChatPlace.self) { place in
                ChatView(model: model.chat(place), app: app)
            }
        }
        .task(id: Following(attempt: attempt, account: shown)) { await model.run(showing: shown) }
        .problemAlert($model.problem)
        .sheet(item: $model.newChat.kept(over: app.lock)) {
            NewChatView(
                model: $0, code: { CodeModel(client: model.client) }, phoneBook: { app.phoneBook() },
                started: { chat, address in model.openChat(chat, title: address) }, found: { app.show($0) })
        }
        .sheet(item: $model.accounts.kept(over: app.lock)) { AccountsView(model: $0, app: app) }
        .sheet(item: $model.signingInAgain.kept(over: app.lock)) { SignInAgainView(model: $0) }
        .sheet(item: $model.certificate.kept(over: app.lock)) { CertificateView(model: $0) }
        .sheet(item: $model.openRequests.kept(over: app.lock)) { RequestsView(model: $0) }
        .sheet(item: $model.presence.kept(over: app.lock)) { PresenceView(model: $0) }
    }

    private func startChat() {
        model.newChat = NewChatModel(client: model.client, accounts: app.accounts, preferred: shown)
    }

    private func repair(_ account: Int64) {
        guard let account = app.accounts.first(where: { $0.id == account }) else { return }
        let accounts = AccountsModel(client: model.client)
        if account.connection == .failed(reason: .certificate) {
            model.certificate = accounts.certificate(account)
        } else {
            model.signingInAgain = accounts.signInAgain(account)
        }
    }

    private var actions: ChatListScreen.Actions {
        ChatListScreen.Actions(
            openRequests: { model.openRequests = RequestsModel(client: model.client) },
            delete: { chat in Task { await model.delete(chat) } },
            startChat: startChat, showMore: { model.showMore() },
            repair: repair, show: { account in Task { await model.show(account) } })
    }
}

/// What the chat list looks like.
struct ChatListScreen: View {
    struct Actions {
        let openRequests: @MainActor () -> Void
        let delete: @MainActor (ChatItem) -> Void
        let startChat: @MainActor () -> Void
        let showMore: @MainActor () -> Void
        let repair: @MainActor (Int64) -> Void
        let show: @MainActor (Int64?) -> Void
    }

    let chats: [ChatItem]
    let requests: [RequestItem]
    let isLoaded: Bool
    let atEnd: Bool
    let banner: ConnectionBanner?
    let accounts: [AccountItem]
    let shown: Int64?
    let actions: Actions
    @State private var deleting: ChatItem?
    @State private var asksToDelete = false

    var body: some View {
        List {
            if !requests.isEmpty {
                Button(action: actions.openRequests) { RequestsLine(count: requests.count) }
            }
            ForEach(chats, id: \.key) { chat in
                NavigationLink(value: ChatPlace(chat: chat.id, title: chat.title)) { ChatLine(chat: chat) }
                    .swipeActions {
                        Button("action_delete", systemImage: "trash", role: .destructive) { ask(chat) }
                    }
                    .contextMenu {
                        Button("chats_delete", systemImage: "trash", role: .destructive) { ask(chat) }
                    }
            }
            if isLoaded && !atEnd {
                ProgressView().frame(maxWidth: .infinity).onAppear { actions.showMore() }
            }
        }
        .listStyle(.plain)
        .overlay {
            if !isLoaded {
                ProgressView()
            } else if chats.isEmpty && requests.isEmpty {
                ContentUnavailableView {
                    Label("chats_empty_title", systemImage: "bubble.left.and.bubble.right")
                } description: {
                    Text("chats_empty_text")
                } actions: {
                    Button("new_chat_title", action: actions.startChat).buttonStyle(.borderedProminent)
                }
            }
        }
        .safeAreaInset(edge: .top, spacing: 0) {
            VStack(spacing: 0) {
                if let banner {
                    ConnectionBannerView(banner: banner, repair: actions.repair).transition(.opacity)
                }
                if accounts.count > 1 { AccountChips(accounts: accounts, shown: shown, show: actions.show) }
            }
        }
        .animation(.easeOut(duration: 0.2), value: banner)
        .confirmationDialog(
            "chats_delete_title", isPresented: $asksToDelete, titleVisibility: .visible, presenting: deleting
        ) { chat in
            Button("chats_delete", role: .destructive) { actions.delete(chat) }
        } message: { chat in
            Text("chats_delete_text \(chat.title)")
        }
    }

    private func ask(_ chat: ChatItem) {
        deleting = chat
        asksToDelete = true
    }
}

/// The way to strangers: quiet, so that nobody shouts by writing to people he doesn't know.
private struct RequestsLine: View {
    let count: Int

    var body: some View {
        Label {
            VStack(alignment: .leading, spacing: 2) {
                Text("chats_requests \(count)").font(.headline)
                Text("chats_requests_text").font(.subheadline).foregroundStyle(.secondary)
            }
        } icon: {
            Image(systemName: "person.2").accessibilityHidden(true)
        }
        .padding(.vertical, 4)
    }
}

/// One chat of the list.
struct ChatLine: View {
    let chat: ChatItem

    var body: some View {
        HStack(spacing: 12) {
            Avatar(address: chat.address, name: chat.title, picture: chat.noteToSelf ? nil : chat.picture)
                .overlay(alignment: .bottomTrailing) {
                    if let mark = chat.mark { AccountDot(colour: mark.colour, title: mark.title) }
                }
            VStack(alignment: .leading, spacing: 2) {
                HStack(alignment: .firstTextBaseline) {
                    Group {
                        if chat.noteToSelf { Text("note_to_self") } else { Text(verbatim: chat.title) }
                    }
                    .font(.headline)
                    .lineLimit(1)
                    if chat.muted {
                        Image(systemName: "bell.slash").font(.footnote).foregroundStyle(.secondary)
                            .accessibilityLabel("chats_muted")
                    }
                    Spacer(minLength: 8)
                    if let preview = chat.preview {
                        ListTime(date: Date(milliseconds: preview.time)).font(.footnote).foregroundStyle(.secondary)
                    }
                }
                HStack(alignment: .firstTextBaseline, spacing: 6) {
                    previewLine
                    Spacer(minLength: 0)
                    if chat.unread > 0 { UnreadCount(count: Int(chat.unread)) }
                }
            }
        }
        .padding(.vertical, 4)
        .accessibilityElement(children: .combine)
    }

    @ViewBuilder private var previewLine: some View {
        if chat.blocked {
            Text("chats_blocked").font(.subheadline).foregroundStyle(.secondary).italic()
        } else if chat.typing {
            Text("chats_typing").font(.subheadline).foregroundStyle(.tint).italic()
        } else if let preview = chat.preview {
            if preview.outgoing { StateMark(state: preview.state).foregroundStyle(.secondary) }
            Text(verbatim: preview.body).font(.subheadline).foregroundStyle(.secondary).lineLimit(2)
        } else {
            Text("chats_no_messages").font(.subheadline).foregroundStyle(.secondary).italic()
        }
    }
}

/// The hour of today, the date of any other day.
struct ListTime: View {
    let date: Date

    var body: some View {
        if Calendar.current.isDateInToday(date) {
            Text(date, format: .dateTime.hour().minute())
        } else {
            Text(date, format: .dateTime.day().month(.abbreviated))
        }
    }
}

/// How many messages wait to be read.
struct UnreadCount: View {
    let count: Int

    var body: some View {
        Text(count, format: .number)
            .font(.caption)
            .fontWeight(.bold)
            .foregroundStyle(.white)
            .padding(.horizontal, 7)
            .padding(.vertical, 3)
            .background(Looks.ownBubble, in: Capsule())
            .accessibilityLabel("chats_unread \(count)")
    }
}

struct ChatListPreviews: PreviewProvider {
    static func screen(
        _ chats: [ChatItem], requests: [RequestItem] = [], banner: ConnectionBanner? = nil,
        accounts: [AccountItem] = [], shown: Int64? = nil
    ) -> some View {
        NavigationStack {
            ChatListScreen(
                chats: chats, requests: requests, isLoaded: true, atEnd: true, banner: banner,
                accounts: accounts, shown: shown,
                actions: ChatListScreen.Actions(
                    openRequests: {}, delete: { _ in }, startChat: {}, showMore: {}, repair: { _ in }, show: { _ in })
            )
            .navigationTitle("chats_title")
        }
    }

    static var previews: some View {
        screen([]).previewDisplayName("empty")
        screen(Samples.chats, requests: Samples.requests, banner: .catchingUp).previewDisplayName("chats and a request")
        screen(Samples.chats, banner: .failed(account: 1, address: "alice@example.org", reason: .wrongPassword))
            .preferredColorScheme(.dark).previewDisplayName("failed, dark")
        screen(Samples.mixedChats, accounts: Samples.accounts).previewDisplayName("two accounts in one list")
        screen(Samples.chats, accounts: Samples.accounts, shown: 2).preferredColorScheme(.dark)
            .previewDisplayName("one of two accounts, dark")
        screen(Samples.chats).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
        screen(Samples.chats, requests: Samples.requests).dynamicTypeSize(.accessibility3)
            .previewDisplayName("large text")
    }
}
