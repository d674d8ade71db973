// Why: what the user tells of themselves, while it is being edited.

import Foundation
import LinnetCore

/// The fields of the own vCard as they are typed.
public struct VcardDraft: Equatable, Sendable {
    public var fullName: String
    public var about: String
    public var organisation: String
    public var role: String
    public var email: String
    public var website: String

    public init(_ vcard: VcardFields = VcardFields()) {
        fullName = vcard.fullName
        about = vcard.about
        organisation = vcard.organisation
        role = vcard.role
        email = vcard.email
        website = vcard.website
    }

    /// The same for the core.
    public var fields: VcardFields {
        func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
        return VcardFields(
            fullName: trimmed(fullName), about: trimmed(about), organisation: trimmed(organisation),
            role: trimmed(role), email: trimmed(email), website: trimmed(website))
    }
}
