// Why: the core knows order, senders and times; only the device knows its zone, so the lines between days are drawn
// here. Pure: the same items, calendar and day give the same rows.
// Invariant: a run of bubbles never reaches across anything that stands between two messages.

import Foundation
import LinnetCore

/// One row of a chat as drawn, oldest first.
public enum ChatRow: Identifiable, Equatable, Sendable {
    case day(DayLine)
    case unreadMark(id: String)
    case message(MessageItem)
    case gap(GapItem)
    /// Someone is writing; always the last row.
    case typing(id: String, name: String)

    public var id: String {
        switch self {
        case .day(let line): line.id
        case .unreadMark(let id): id
        case .message(let message): message.key
        case .gap(let gap): gap.key
        case .typing(let id, _): id
        }
    }
}

/// The line above the first message of a day.
public struct DayLine: Identifiable, Equatable, Sendable {
    public enum Name: Equatable, Sendable {
        case today
        case yesterday
        case date
    }

    public let id: String
    /// The day's beginning in the calendar's zone.
    public let day: Date
    public let name: Name
}

extension ChatRow {
    /// The rows for these items, with the day lines of `calendar` as seen on the day of `now`.
    public static func rows(for items: [TimelineItem], calendar: Calendar, now: Date) -> [ChatRow] {
        var rows: [ChatRow] = []
        rows.reserveCapacity(items.count + 8)
        var day: Date?
        // The mark stands below the day line that falls on the same place.
        var mark: String?
        for item in items {
            switch item {
            case .unreadMark(let key):
                mark = key
            case .gap(let gap):
                rows.append(.gap(gap))
            case .typing(let key, let name):
                rows.append(.typing(id: key, name: name))
            case .message(let message):
                let start = calendar.startOfDay(for: Date(milliseconds: message.time))
                if start != day {
                    rows.append(.day(DayLine(above: message, day: start, calendar: calendar, now: now)))
                    day = start
                }
                if let key = mark {
                    rows.append(.unreadMark(id: key))
                    mark = nil
                }
                rows.append(.message(message))
            }
        }
        if let mark { rows.append(.unreadMark(id: mark)) }
        splitGroups(in: &rows)
        return rows
    }

    /// Ends and begins runs of bubbles where something stands between them.
    private static func splitGroups(in rows: inout [ChatRow]) {
        for index in rows.indices {
            guard case .message(let message) = rows[index] else { continue }
            var group = message.group
            if index == rows.startIndex || !rows[index - 1].isMessage { group = group.begun }
            if index + 1 < rows.endIndex, !rows[index + 1].isMessage { group = group.ended }
            guard group != message.group else { continue }
            rows[index] = .message(message.grouped(group))
        }
    }

    private var isMessage: Bool {
        if case .message = self { true } else { false }
    }
}

extension DayLine {
    fileprivate init(above message: MessageItem, day: Date, calendar: Calendar, now: Date) {
        let today = calendar.startOfDay(for: now)
        let name: Name =
            switch calendar.dateComponents([.day], from: day, to: today).day {
            case 0: .today
            case 1: .yesterday
            default: .date
            }
        self.init(id: "day-\(message.key)", day: day, name: name)
    }
}

extension MessageItem {
    fileprivate func grouped(_ group: GroupPosition) -> MessageItem {
        MessageItem(
            key: key, id: id, outgoing: outgoing, sender: sender, senderName: senderName, body: body, text: text,
            me: me, edited: edited, time: time, state: state, group: group, actions: actions, autoLoad: autoLoad,
            cut: cut)
    }
}

extension GroupPosition {
    /// The same place with nothing before it.
    fileprivate var begun: GroupPosition {
        switch self {
        case .middle: .first
        case .last: .single
        case .first, .single: self
        }
    }

    /// The same place with nothing after it.
    fileprivate var ended: GroupPosition {
        switch self {
        case .middle: .last
        case .first: .single
        case .last, .single: self
        }
    }
}
