// Why: every keystroke is told to the core, which bounds what leaves (XEP-0085); this keeps the telling in order and
// off the text field's way.
// Invariants: one call at a time, always with the newest word; an end is told only after a beginning; after `end`
// nothing is told of what was typed before.

import LinnetCore

/// Tells the core whether the user is writing in a chat.
@MainActor
final class Composing {
    private let client: Client
    private let chat: Int64
    private var wanted: Bool?
    private var isTold = false
    private var telling: Task<Void, Never>?

    init(client: Client, chat: Int64) {
        self.client = client
        self.chat = chat
    }

    func tell(_ composing: Bool) {
        wanted = composing
        guard telling == nil else { return }
        telling = Task {
            while let composing = wanted {
                wanted = nil
                guard composing || isTold else { continue }
                isTold = composing
                // Nobody misses it if it can't be told.
                try? await client.setComposing(chat: chat, composing: composing)
            }
            telling = nil
        }
    }

    /// The text is sent, and that says it all. What is returned has told whatever is still being told.
    func end() -> Task<Void, Never>? {
        wanted = nil
        isTold = false
        return telling
    }
}
