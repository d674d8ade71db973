// Why: styling characters are for the eye; read aloud they are noise.

import LinnetCore

extension Array where Element == TextBlock {
    /// The text without its styling characters, paragraphs on lines of their own.
    public var spoken: String {
        map { block in block.spans.filter { !$0.directive }.map(\.text).joined() }.joined(separator: "\n")
    }

    /// Where taps lead, each once, in reading order.
    public var links: [String] {
        var seen: Set<String> = []
        return flatMap(\.spans).compactMap(\.link).filter { seen.insert($0).inserted }
    }
}
