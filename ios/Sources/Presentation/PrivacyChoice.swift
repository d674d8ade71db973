// Why: what one contact is told is one of three things for the user, and a wish or none for the core.

import LinnetCore

/// What one contact is told of something.
public enum PrivacyChoice: Hashable, Sendable {
    /// What all are told.
    case asUsual
    case always
    case never

    public init(_ allowed: Bool?) {
        switch allowed {
        case nil: self = .asUsual
        case true?: self = .always
        case false?: self = .never
        }
    }

    /// As the core takes it.
    public var allowed: Bool? {
        switch self {
        case .asUsual: nil
        case .always: true
        case .never: false
        }
    }
}

extension ContactItem {
    /// What they are told of it.
    public func exception(to setting: PrivacySetting) -> PrivacyChoice {
        PrivacyChoice(exceptions.first { $0.setting == setting }?.allowed)
    }
}

extension Privacy {
    /// Whether it is told in general.
    public func tells(_ setting: PrivacySetting) -> Bool {
        switch setting {
        case .receipts: receipts
        case .readMarkers: readMarkers
        case .typing: typing
        case .deviceInformation: deviceInformation
        case .online: online
        case .lastSeen: lastSeen
        case .autoLoad: autoLoad
        case .calls: callers != .nobody
        }
    }
}
