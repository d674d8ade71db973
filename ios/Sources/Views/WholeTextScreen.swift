// Why: all of a text that is too long for a bubble.
// Invariant: only what is on screen, and a little around it, is laid out.

import LinnetCore
import Presentation
import SwiftUI

/// The sheet with a long text on its model.
struct WholeTextView: View {
    let model: WholeTextModel
    @Environment(\.dismiss) private var dismiss

    init(model: WholeTextModel) {
        self.model = model
    }

    var body: some View {
        WholeTextScreen(
            portions: model.portions, hasMore: model.hasMore, sender: model.sender,
            readOn: { Task { await model.readOn() } },
            copy: { Task { if let text = await model.whole() { UIPasteboard.general.string = text } } },
            close: { dismiss() })
    }
}

/// What the sheet looks like.
struct WholeTextScreen: View {
    let portions: [WholeTextModel.Portion]
    let hasMore: Bool
    let sender: String?
    let readOn: @MainActor () -> Void
    let copy: @MainActor () -> Void
    let close: @MainActor () -> Void

    var body: some View {
        NavigationStack {
            ScrollView {
                LazyVStack(alignment: .leading, spacing: 4) {
                    ForEach(portions) { portion in
                        StyledText(blocks: portion.text, actor: portion.me ? sender : nil)
                    }
                    if hasMore {
                        // Another one for each portion, so that it comes into sight again.
                        ProgressView().padding(16).id("more-\(portions.count)").onAppear(perform: readOn)
                            .accessibilityLabel("text_loading")
                    }
                }
                .padding(16)
            }
            .overlay {
                if portions.isEmpty && !hasMore {
                    ContentUnavailableView("text_gone", systemImage: "questionmark.bubble")
                }
            }
            .navigationTitle("text_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .primaryAction) {
                    Button("action_copy", systemImage: "doc.on.doc", action: copy).disabled(portions.isEmpty)
                }
                ToolbarItem(placement: .confirmationAction) { Button("action_done", action: close) }
            }
        }
    }
}

struct WholeTextPreviews: PreviewProvider {
    static func screen(_ portions: [WholeTextModel.Portion], hasMore: Bool = false) -> some View {
        WholeTextScreen(
            portions: portions, hasMore: hasMore, sender: "Bob", readOn: {}, copy: {}, close: {})
    }

    static var previews: some View {
        screen(Samples.longText).previewDisplayName("long text")
        screen(Samples.longText, hasMore: true).preferredColorScheme(.dark)
            .environment(\.layoutDirection, .rightToLeft).previewDisplayName("dark, right to left")
        screen([]).previewDisplayName("gone")
    }
}
