// Why: a contact's device tells what time it has once; from then on it is counted here, as long as somebody looks.

import Foundation
import LinnetCore

extension DeviceClock {
    /// The moment that its clock shows when this device's shows `now`.
    public func moment(at now: Date) -> Date { now.addingTimeInterval(Double(ahead) / 1_000) }

    /// As people say it there, with the zone: "18:04 · UTC+05:45".
    public func time(at now: Date, locale: Locale = .autoupdatingCurrent) -> String {
        var style = Date.FormatStyle.dateTime.hour().minute().locale(locale)
        style.timeZone = TimeZone(secondsFromGMT: Int(utcOffset) * 60) ?? .gmt
        return "\(moment(at: now).formatted(style)) · \(zone)"
    }

    /// How long that stays true.
    public func patience(at now: Date) -> Duration {
        let past = moment(at: now).timeIntervalSince1970.truncatingRemainder(dividingBy: 60)
        return .milliseconds(Int64((60 - (past < 0 ? past + 60 : past)) * 1_000) + 1)
    }

    private var zone: String {
        guard utcOffset != 0 else { return "UTC" }
        let digits = { (number: Int32) in (number < 10 ? "0" : "") + String(number) }
        return "UTC\(utcOffset < 0 ? "-" : "+")\(digits(abs(utcOffset) / 60)):\(digits(abs(utcOffset) % 60))"
    }
}
