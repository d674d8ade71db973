// Why: the core speaks in kinds and reasons, people in sentences; this is the only table between them.
// Every key stands in App/Localizable.xcstrings; StringTableTests holds both against each other.

import LinnetCore
import Presentation
import SwiftUI

enum Words {
    static func banner(_ banner: ConnectionBanner) -> Text {
        switch banner {
        case .connecting: Text("connection_connecting")
        case .catchingUp: Text("connection_catching_up")
        case .waiting(let reason, _): Text("connection_waiting \(Text(waiting(reason)))")
        case .certificateChanged(_, let address):
            Text("connection_for_account \(address) \(Text("login_certificate_changed"))")
        case .failed(_, let address, let reason): Text("connection_for_account \(address) \(Text(failure(reason)))")
        }
    }

    static func waiting(_ reason: WaitReason) -> LocalizedStringKey {
        switch reason {
        case .serverNotFound: "wait_server_not_found"
        case .proxy: "wait_proxy"
        case .unreachable: "wait_unreachable"
        case .lost: "wait_lost"
        case .tls: "wait_tls"
        case .timeout: "wait_timeout"
        case .serverError: "wait_server_error"
        case .serverBusy: "wait_server_busy"
        }
    }

    static func failure(_ reason: LoginFailure) -> LocalizedStringKey {
        switch reason {
        case .wrongPassword: "login_wrong_password"
        case .accountRefused: "login_account_refused"
        case .certificate: "login_certificate"
        case .noSafeMechanism: "login_no_safe_mechanism"
        case .serverNotProven: "login_server_not_proven"
        case .noTls: "login_no_tls"
        case .replaced: "login_replaced"
        }
    }

    /// How long the app may be out of sight, from milliseconds.
    static func patience(_ milliseconds: UInt64) -> LocalizedStringKey {
        let count = Int((milliseconds + 59_999) / 60_000)
        return count == 0 ? "safety_patience_none" : "safety_patience_minutes \(count)"
    }

    static func failure(_ bad: LinkError) -> LocalizedStringKey {
        switch bad {
        case .Unreadable: "link_unreadable"
        case .Unsupported: "link_unsupported"
        case .Device: "link_device"
        }
    }

    static func failure(_ trouble: ScanModel.Trouble) -> LocalizedStringKey {
        switch trouble {
        case .link(.Unreadable): "scan_junk"
        case .link(.Unsupported): "link_unsupported"
        case .link(.Device): "link_device"
        case .noInvitation: "invited_none"
        case .noCode: "scan_no_code"
        case .picture(.PictureTooLarge): "scan_picture_too_large"
        case .picture: "scan_picture_unreadable"
        }
    }

    static func failure(_ problem: SignInModel.Problem) -> LocalizedStringKey {
        switch problem {
        case .login(let reason): failure(reason)
        case .command(let error): failure(error)
        case .port: "sign_in_port_invalid"
        case .proxy: "proxy_invalid"
        case .known: "sign_in_known"
        }
    }

    static func failure(_ problem: SignUpModel.Problem) -> LocalizedStringKey {
        switch problem {
        case .command(let error): failure(error)
        case .domain: "sign_up_own_invalid"
        case .place: "sign_in_port_invalid"
        case .proxy: "proxy_invalid"
        }
    }

    /// What the old way to ask (XEP-0077) has no words for.
    static func signUpField(_ meaning: SignUpMeaning) -> String? {
        let key: String? =
            switch meaning {
            case .username, .password, .email, .captcha: nil
            case .nick: "sign_up_field_nick"
            case .name: "sign_up_field_name"
            case .first: "sign_up_field_first"
            case .last: "sign_up_field_last"
            case .address: "sign_up_field_address"
            case .city: "sign_up_field_city"
            case .state: "sign_up_field_state"
            case .zip: "sign_up_field_zip"
            case .phone: "sign_up_field_phone"
            case .url: "sign_up_field_url"
            case .date: "sign_up_field_date"
            case .misc: "sign_up_field_misc"
            case .text: "sign_up_field_text"
            }
        return key.map { NSLocalizedString($0, comment: "") }
    }

    static func failure(_ problem: SignUpProblem) -> LocalizedStringKey {
        switch problem {
        case .nameTaken: "sign_up_name_taken"
        case .nameInvalid: "sign_up_name_invalid"
        case .answers: "sign_up_answers"
        case .refused: "sign_up_refused"
        case .invitation: "sign_up_invitation"
        case .later: "sign_up_later"
        case .notOffered: "sign_up_not_offered"
        case .formTooLarge: "sign_up_form_too_large"
        case .connection(let why): waiting(why)
        case .unsafe(let why): failure(why)
        }
    }

    /// What the server itself says about it.
    static func server(_ problem: SignUpProblem) -> String? {
        switch problem {
        case .answers(let text), .refused(let text), .later(let text): text
        case .nameTaken, .nameInvalid, .invitation, .notOffered, .formTooLarge, .connection, .unsafe: nil
        }
    }

    static func failure(_ error: CommandError) -> LocalizedStringKey {
        switch error {
        case .AddressInvalid: "error_address_invalid"
        case .NotFound: "error_not_found"
        case .AccountKnown: "sign_in_known"
        case .TextInvalid: "error_text_invalid"
        case .PictureInvalid: "error_picture_invalid"
        case .NotNow: "error_not_now"
        case .PinWrong: "lock_wrong"
        case .Unreadable: "error_unreadable"
        case .Newer: "error_newer"
        case .TooLarge: "error_too_large"
        case .Foreign: "error_foreign"
        case .Expired: "error_expired"
        case .PassphraseWrong: "error_passphrase_wrong"
        case .Offline: "error_offline"
        case .Storage: "error_storage"
        case .Internal: "error_internal"
        }
    }

    static func title(_ error: OpenError) -> LocalizedStringKey {
        switch error {
        case .KeyOrFile: "open_key_or_file_title"
        case .NewerSchema: "open_newer_schema_title"
        case .DiskFull: "open_disk_full_title"
        case .Other: "storage_title"
        }
    }

    static func failure(_ error: OpenError) -> LocalizedStringKey {
        switch error {
        case .KeyOrFile: "open_key_or_file_text"
        case .NewerSchema: "open_newer_schema_text"
        case .DiskFull: "open_disk_full_text"
        case .Other: "storage_text"
        }
    }

    static func failure(_ reason: SendFailure) -> LocalizedStringKey {
        switch reason {
        case .noSuchRecipient: "failed_no_such_recipient"
        case .serverUnreachable: "failed_server_unreachable"
        case .notAllowed: "failed_not_allowed"
        case .tooLarge: "failed_too_large"
        case .refused: "failed_refused"
        }
    }

    /// What the server at this domain lacks, and what it means.
    static func missing(_ missing: Missing, domain: String) -> LocalizedStringKey {
        switch missing {
        case .archive: "notice_no_archive_text \(domain)"
        case .streamManagement: "notice_no_stream_management_text \(domain)"
        case .stanzaIds: "notice_no_stanza_ids_text \(domain)"
        case .carbons: "notice_no_carbons_text \(domain)"
        }
    }

    /// What can be told, and what that means.
    static func privacy(_ setting: PrivacySetting) -> (title: LocalizedStringKey, text: LocalizedStringKey) {
        switch setting {
        case .receipts: ("privacy_receipts", "privacy_receipts_text")
        case .readMarkers: ("privacy_read_markers", "privacy_read_markers_text")
        case .typing: ("privacy_typing", "privacy_typing_text")
        case .deviceInformation: ("privacy_device", "privacy_device_text")
        case .online: ("privacy_online", "privacy_online_text")
        case .lastSeen: ("privacy_last_seen", "privacy_last_seen_text")
        case .autoLoad: ("privacy_auto_load", "privacy_auto_load_text")
        case .calls: ("privacy_calls", "privacy_calls_text")
        }
    }

    static func certificate(_ problem: CertificateProblem) -> LocalizedStringKey {
        switch problem {
        case .unknownIssuer: "certificate_unknown_issuer"
        case .wrongName: "certificate_wrong_name"
        case .expired: "certificate_expired"
        case .notYetValid: "certificate_not_yet_valid"
        case .revoked: "certificate_revoked"
        case .other: "certificate_other"
        }
    }

    static func colour(_ colour: AccountColour) -> LocalizedStringKey {
        switch colour {
        case .red: "colour_red"
        case .orange: "colour_orange"
        case .yellow: "colour_yellow"
        case .green: "colour_green"
        case .turquoise: "colour_turquoise"
        case .blue: "colour_blue"
        case .violet: "colour_violet"
        case .pink: "colour_pink"
        }
    }

    static func connection(_ account: AccountItem) -> LocalizedStringKey {
        switch account.connection {
        case .off: "connection_off"
        case .connecting: "connection_connecting"
        case .catchingUp: "connection_catching_up"
        case .online: "connection_online"
        case .waiting(_, let reason): waiting(reason)
        case .failed(.certificate) where account.certificate?.changed == true: "login_certificate_changed"
        case .failed(let reason): failure(reason)
        }
    }

    static func task(_ task: AccountTask) -> LocalizedStringKey {
        switch task {
        case .changingPassword: "task_changing_password"
        case .passwordChanged: "task_password_changed"
        case .passwordNotChanged: "task_password_not_changed"
        case .deleting: "task_deleting"
        case .notDeleted: "task_not_deleted"
        case .signingOut: "task_signing_out"
        }
    }

    static func failure(_ problem: AccountProblem) -> LocalizedStringKey {
        switch problem {
        case .notAllowed: "problem_not_allowed"
        case .notAcceptable: "problem_not_acceptable"
        case .noAnswer: "problem_no_answer"
        case .other: "problem_other"
        }
    }

    /// One's own presence, as contacts see it.
    static func show(_ show: Show) -> LocalizedStringKey {
        switch show {
        case .available: "contact_available"
        case .away: "contact_away"
        case .doNotDisturb: "contact_busy"
        }
    }

    /// What it means.
    static func presence(_ show: Show) -> LocalizedStringKey {
        switch show {
        case .available: "presence_available_text"
        case .away: "presence_away_text"
        case .doNotDisturb: "presence_busy_text"
        }
    }

    /// How much a contact is there, and in their words; `nil` where nobody knows.
    static func presence(_ contact: ContactItem) -> Text? {
        guard let availability = contact.availability else { return nil }
        let there = Text(self.availability(availability))
        return contact.status.map { Text("presence_with_status \(there) \($0)") } ?? there
    }

    static func availability(_ availability: Availability) -> LocalizedStringKey {
        switch availability {
        case .available: "contact_available"
        case .doNotDisturb: "contact_busy"
        case .away: "contact_away"
        case .longAway: "contact_long_away"
        }
    }

    static func day(_ line: DayLine) -> Text {
        switch line.name {
        case .today: Text("chat_today")
        case .yesterday: Text("chat_yesterday")
        case .date: Text(line.day, format: .dateTime.weekday(.wide).day().month(.wide).year())
        }
    }
}
