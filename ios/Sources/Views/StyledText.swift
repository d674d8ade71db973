// Why: a message's paragraphs, quotes, code and styles (XEP-0393) as the core found them; nothing is parsed here.
// Invariant: leading and trailing only, so that quotes stand right in both directions of writing.

import LinnetCore
import Presentation
import SwiftUI

/// A text as its blocks. `actor` says what its sender does (XEP-0245).
struct StyledText: View {
    let blocks: [TextBlock]
    var actor: String?

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            if let actor, blocks.isEmpty { Text(verbatim: actor).bold() }
            ForEach(Array(blocks.enumerated()), id: \.offset) { place in
                StyledBlock(block: place.element, actor: place.offset == 0 ? actor : nil)
            }
        }
        .italic(actor != nil)
        .multilineTextAlignment(.leading)
    }
}

/// A paragraph or a preformatted block, behind as many bars as it is quoted deep.
private struct StyledBlock: View {
    /// Deeper quotes look like this one: on a phone there is no room for more.
    private static let deepest = 4

    let block: TextBlock
    let actor: String?
    @ScaledMetric(relativeTo: .body) private var step: CGFloat = 10

    init(block: TextBlock, actor: String?) {
        self.block = block
        self.actor = actor
    }

    private var depth: Int { min(Int(block.quote), Self.deepest) }

    var body: some View {
        Group {
            if block.preformatted {
                // Long lines of code are scrolled, not broken.
                ViewThatFits(in: .horizontal) {
                    text.fixedSize(horizontal: true, vertical: false)
                    ScrollView(.horizontal) { text.fixedSize(horizontal: true, vertical: false) }
                }
                .environment(\.layoutDirection, .leftToRight)
            } else {
                text
            }
        }
        .padding(.leading, CGFloat(depth) * step)
        .overlay(alignment: .leading) {
            HStack(spacing: step - 3) {
                ForEach(0..<depth, id: \.self) { _ in Capsule().fill(.tertiary).frame(width: 3) }
            }
            .accessibilityHidden(true)
        }
        .padding(.vertical, depth > 0 ? 2 : 0)
    }

    private var text: Text {
        let said = Self.joined(block.spans.map(run)[...])
        guard let actor else { return said }
        return Text(verbatim: actor + " ").bold() + said
    }

    /// Halves at a time: one after the other they would be nested as deep as there are of them.
    private static func joined(_ texts: ArraySlice<Text>) -> Text {
        guard texts.count > 1 else { return texts.first ?? Text(verbatim: "") }
        let middle = texts.startIndex + texts.count / 2
        return joined(texts[..<middle]) + joined(texts[middle...])
    }

    private func run(_ span: TextSpan) -> Text {
        var attributed = AttributedString(span.text)
        attributed.link = span.link.flatMap { URL(string: $0) }
        var text = Text(attributed)
        if span.strong { text = text.bold() }
        if span.emphasis { text = text.italic() }
        if span.strike { text = text.strikethrough() }
        if span.code || block.preformatted { text = text.monospaced() }
        if attributed.link != nil { text = text.underline() }
        return span.directive ? text.foregroundStyle(.tertiary) : text
    }
}
