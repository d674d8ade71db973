// Why: a text may be longer than any bubble can bear; whoever wants all of it reads it in portions.
// Invariant: no more is read than somebody looks at.

import LinnetCore
import Observation

/// What the sheet with a long text shows.
@MainActor @Observable
public final class WholeTextModel: Identifiable {
    /// A part of the text, by its place among them.
    public struct Portion: Identifiable, Equatable, Sendable {
        public let id: Int
        public let text: [TextBlock]
        /// It says what its sender does.
        public let me: Bool

        public init(id: Int, text: [TextBlock], me: Bool) {
            self.id = id
            self.text = text
            self.me = me
        }
    }

    /// Who does what a text says that its sender does.
    public let sender: String?
    public private(set) var portions: [Portion] = []
    /// More of it can be read.
    public private(set) var hasMore = true
    /// There is no such text any more.
    public var isGone: Bool { portions.isEmpty && !hasMore }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let of: TextOf
    @ObservationIgnored private var next: UInt64 = 0
    @ObservationIgnored private var isReading = false

    public init(client: Client, of: TextOf, sender: String? = nil) {
        self.client = client
        self.of = of
        self.sender = sender
    }

    /// The end of what was read comes into sight.
    public func readOn() async {
        guard hasMore, !isReading else { return }
        isReading = true
        let portion = await client.textPortion(of: of, from: next)
        if let portion {
            portions.append(Portion(id: portions.count, text: portion.text, me: portion.me))
        }
        next = portion?.next ?? 0
        hasMore = portion?.next != nil
        isReading = false
    }

    /// All of it, as it was written.
    public func whole() async -> String? {
        await client.text(of: of)
    }
}
