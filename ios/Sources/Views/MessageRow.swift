// Why: one message: its bubble, how far it got, and what can be done with it.
// Invariant: leading and trailing only, never left and right; sizes follow the reader's text size.

import LinnetCore
import Presentation
import SwiftUI

/// A message in its place of the conversation.
struct MessageRow: View {
    let message: MessageItem
    let actions: ChatScreen.Actions
    @ScaledMetric(relativeTo: .body) private var inset: CGFloat = 44

    init(message: MessageItem, actions: ChatScreen.Actions) {
        self.message = message
        self.actions = actions
    }

    var body: some View {
        HStack(spacing: 0) {
            if message.outgoing { Spacer(minLength: inset) }
            VStack(alignment: message.outgoing ? .trailing : .leading, spacing: 4) {
                Bubble(message: message).contextMenu { menu }
                if message.cut { ShowAllButton { actions.showAll(message) } }
                if let reason = failure { failureLine(reason) }
            }
            if !message.outgoing { Spacer(minLength: inset) }
        }
        .padding(.top, message.group == .first || message.group == .single ? 8 : 2)
    }

    private var failure: SendFailure? {
        if case .failed(let reason) = message.state { reason } else { nil }
    }

    private func failureLine(_ reason: SendFailure) -> some View {
        HStack(alignment: .firstTextBaseline, spacing: 8) {
            Text(Words.failure(reason)).foregroundStyle(.red).multilineTextAlignment(.trailing)
            if message.actions.contains(.retry) {
                Button("action_try_again") { actions.retry(message) }.buttonStyle(.borderless).fontWeight(.semibold)
            }
        }
        .font(.footnote)
    }

    @ViewBuilder private var menu: some View {
        if message.actions.contains(.copy) {
            Button("action_copy", systemImage: "doc.on.doc") { actions.copy(message) }
        }
        if message.actions.contains(.correct) {
            Button("message_correct", systemImage: "pencil") { actions.correct(message) }
        }
        if message.actions.contains(.versions) {
            Button("message_versions", systemImage: "clock.arrow.circlepath") { actions.versions(message) }
        }
        if message.actions.contains(.retry) {
            Button("action_try_again", systemImage: "arrow.clockwise") { actions.retry(message) }
        }
        if message.actions.contains(.delete) {
            Button("action_delete", systemImage: "trash", role: .destructive) { actions.delete(message) }
        }
    }
}

/// The way to all of a text of which this is the beginning.
struct ShowAllButton: View {
    let action: @MainActor () -> Void

    var body: some View {
        Button("message_show_all", action: action)
            .buttonStyle(.borderless)
            .font(.footnote)
            .fontWeight(.semibold)
            .frame(minWidth: 44, minHeight: 44)
            .accessibilityLabel("message_show_all_label")
    }
}

/// A message's bubble. Corners towards its neighbours in a run are tighter.
struct Bubble: View {
    let message: MessageItem
    @Environment(\.openURL) private var openURL

    init(message: MessageItem) {
        self.message = message
    }

    var body: some View {
        VStack(alignment: .trailing, spacing: 2) {
            StyledText(blocks: message.text, actor: message.me ? message.senderName : nil)
                .tint(message.outgoing ? Color.white : Color.accentColor)
                .accessibilityElement(children: .ignore)
                .accessibilityLabel(said)
            HStack(spacing: 4) {
                if message.edited { Text("message_edited") }
                Text(Date(milliseconds: message.time), format: .dateTime.hour().minute())
                if message.outgoing { StateMark(state: message.state) }
            }
            .font(.caption2)
            .opacity(0.85)
        }
        .foregroundStyle(message.outgoing ? Color.white : Color.primary)
        .padding(.horizontal, 12)
        .padding(.vertical, 8)
        .background(message.outgoing ? Looks.ownBubble : Looks.theirBubble, in: shape)
        .accessibilityElement(children: .combine)
        .accessibilityActions {
            ForEach(message.text.links, id: \.self) { link in
                Button("message_open_link \(link)") { if let url = URL(string: link) { openURL(url) } }
            }
        }
    }

    private var said: Text {
        let spoken = message.text.spoken
        if message.me { return Text(verbatim: "\(message.senderName) \(spoken)") }
        return message.outgoing
            ? Text("message_said_own \(spoken)") : Text("message_said_other \(message.senderName) \(spoken)")
    }

    private var shape: UnevenRoundedRectangle {
        let above = message.group == .middle || message.group == .last ? Looks.joinedCorner : Looks.corner
        let below = message.group == .middle || message.group == .first ? Looks.joinedCorner : Looks.corner
        return message.outgoing
            ? UnevenRoundedRectangle(
                topLeadingRadius: Looks.corner, bottomLeadingRadius: Looks.corner, bottomTrailingRadius: below,
                topTrailingRadius: above)
            : UnevenRoundedRectangle(
                topLeadingRadius: above, bottomLeadingRadius: below, bottomTrailingRadius: Looks.corner,
                topTrailingRadius: Looks.corner)
    }
}

/// How far a message of ours got.
struct StateMark: View {
    let state: MessageState

    var body: some View {
        switch state {
        case .received:
            EmptyView()
        case .sending:
            Image(systemName: "clock").imageScale(.small).accessibilityLabel("message_sending")
        case .sent:
            Image(systemName: "checkmark").imageScale(.small).accessibilityLabel("message_sent")
        case .delivered:
            Image(systemName: "checkmark.circle").imageScale(.small).accessibilityLabel("message_delivered")
        case .read:
            Image(systemName: "checkmark.circle.fill").imageScale(.small).accessibilityLabel("message_read")
        case .failed:
            Image(systemName: "exclamationmark.circle.fill").imageScale(.small).accessibilityLabel("message_not_sent")
        }
    }
}
