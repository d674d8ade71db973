// Why: the lines between days and the runs of bubbles are the only things decided on this side; no core is needed.

import Foundation
import LinnetCore
import Presentation
import Testing

struct RowTests {
    private let berlin = zone("Europe/Berlin")
    /// 2026-03-02T12:00:00Z, a Monday.
    private let noon: Int64 = 1_772_452_800_000
    private let hour: Int64 = 3_600_000

    private static func zone(_ name: String) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: name) ?? .gmt
        return calendar
    }

    private func message(_ id: Int64, at time: Int64, _ group: GroupPosition = .single) -> TimelineItem {
        .message(
            item: MessageItem(
                key: "m\(id)", id: id, outgoing: false, sender: "bob@example.org", senderName: "bob", body: "\(id)",
                text: [], me: false, edited: false, time: time, state: .received, group: group, actions: [.copy]))
    }

    private func gap(_ id: Int64) -> TimelineItem {
        .gap(item: GapItem(key: "g\(id)", id: id, state: .open, since: nil, until: nil))
    }

    private func draw(_ items: [TimelineItem], calendar: Calendar? = nil, now: Int64? = nil) -> [String] {
        ChatRow.rows(for: items, calendar: calendar ?? berlin, now: Date(milliseconds: now ?? noon)).map { row in
            switch row {
            case .day(let line): "— \(line.name)"
            case .unreadMark: "— unread"
            case .message(let message): "\(message.body) \(message.group)"
            case .gap: "…"
            case .typing(_, let name): "\(name) is writing"
            }
        }
    }

    @Test func nothingIsDrawnForNothing() {
        #expect(draw([]).isEmpty)
    }

    @Test func eachDayHasOneLineAboveItsFirstMessage() {
        let items = [
            message(1, at: noon - 72 * hour), message(2, at: noon - 24 * hour), message(3, at: noon - 23 * hour),
            message(4, at: noon),
        ]
        #expect(
            draw(items) == [
                "— date", "1 single", "— yesterday", "2 single", "3 single", "— today", "4 single",
            ])
    }

    @Test func midnightIsTheReadersOwn() {
        // 22:30 and 23:30 UTC: one evening in London, two days in Berlin.
        let items = [message(1, at: noon + 21 * hour / 2, .first), message(2, at: noon + 23 * hour / 2, .last)]
        let later = noon + 24 * hour
        #expect(draw(items, calendar: Self.zone("Europe/London"), now: later) == ["— yesterday", "1 first", "2 last"])
        #expect(draw(items, now: later) == ["— yesterday", "1 single", "— today", "2 single"])
    }

    @Test func aDayOf23HoursIsADay() {
        // 2026-03-29 in Berlin has no hour between two and three.
        let now: Int64 = 1_774_828_800_000 + 10 * hour
        #expect(draw([message(1, at: now - 24 * hour)], now: now) == ["— yesterday", "1 single"])
        #expect(draw([message(1, at: now - 48 * hour)], now: now).first == "— date")
    }

    @Test func theUnreadMarkStandsBelowTheDayLine() {
        let items = [message(1, at: noon - 24 * hour), .unreadMark(key: "u"), message(2, at: noon)]
        #expect(draw(items) == ["— yesterday", "1 single", "— today", "— unread", "2 single"])
    }

    @Test func theUnreadMarkWithinADaySplitsARun() {
        let items = [message(1, at: noon, .first), .unreadMark(key: "u"), message(2, at: noon + 1, .last)]
        #expect(draw(items) == ["— today", "1 single", "— unread", "2 single"])
    }

    @Test func aGapSplitsARun() {
        let items = [
            message(1, at: noon, .first), message(2, at: noon, .middle), gap(1), message(3, at: noon, .middle),
            message(4, at: noon, .last),
        ]
        #expect(draw(items) == ["— today", "1 first", "2 last", "…", "3 first", "4 last"])
    }

    @Test func aRunThatTheWindowCutsBeginsWithTheWindow() {
        #expect(
            draw([message(2, at: noon, .middle), message(3, at: noon, .last)]) == ["— today", "2 first", "3 last"])
    }

    @Test func aMarkWithNothingBelowIsStillDrawn() {
        #expect(draw([message(1, at: noon), .unreadMark(key: "u")]) == ["— today", "1 single", "— unread"])
    }

    @Test func idsAreUniqueEvenIfTimesGoBack() {
        let items = [message(1, at: noon), message(2, at: noon - 24 * hour), message(3, at: noon)]
        let ids = ChatRow.rows(for: items, calendar: berlin, now: Date(milliseconds: noon)).map(\.id)
        #expect(Set(ids).count == ids.count && ids.count == 6)
    }
}

struct BannerTests {
    private func account(_ connection: Connection, enabled: Bool = true, signedIn: Bool = true) -> AccountItem {
        AccountItem(
            key: "1", id: 1, address: "alice@example.org", name: nil, title: "alice@example.org", colour: .blue,
            enabled: enabled, connection: connection, signedIn: signedIn, missing: [], archiving: nil,
            privacy: ordinaryPrivacy)
    }

    @Test func nothingIsSaidWhileAllIsWell() {
        #expect(ConnectionBanner([]) == nil)
        #expect(ConnectionBanner([account(.online), account(.off, enabled: false)]) == nil)
    }

    @Test func whatTheUserSwitchedOffOrTheSignInScreenOwnsIsNoNews() {
        #expect(ConnectionBanner([account(.connecting, enabled: false)]) == nil)
        #expect(ConnectionBanner([account(.failed(reason: .wrongPassword), signedIn: false)]) == nil)
    }

    @Test func theWorstIsSaidFirst() {
        let waiting = account(.waiting(until: 5_000, reason: .lost))
        #expect(ConnectionBanner([account(.online), account(.catchingUp)]) == .catchingUp)
        #expect(ConnectionBanner([account(.catchingUp), account(.connecting)]) == .connecting)
        #expect(
            ConnectionBanner([account(.connecting), waiting])
                == .waiting(reason: .lost, retry: Date(timeIntervalSince1970: 5)))
        #expect(
            ConnectionBanner([account(.failed(reason: .replaced)), waiting])
                == .failed(account: 1, address: "alice@example.org", reason: .replaced))
    }
}
