// Why: what somebody writes is theirs, however often they leave the chat before it is sent, or the lock shuts.
// Invariant: there is one of each chat while the app runs; all screens of the chat write into the same.

import LinnetCore
import Observation

/// What is being written in one chat.
@MainActor @Observable
public final class ChatDraft {
    public var text = ""
    /// The message that is being corrected; `text` is its new text.
    var correcting: MessageItem?
    /// What that message said.
    var original = ""
    /// The text as it was before the correction.
    @ObservationIgnored var aside = ""
    /// What was sent last: what comes after it waits for it.
    @ObservationIgnored var lastSend: Task<Void, Never>?

    public init() {}

    /// A link proposes a text; what the user has written is not touched.
    func propose(_ body: String) {
        let written = correcting == nil ? text : aside
        guard written.allSatisfy(\.isWhitespace) else { return }
        if correcting == nil { text = body } else { aside = body }
    }
}
