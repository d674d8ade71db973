// Why: what a corrected message said before, newest first.

import LinnetCore
import Presentation
import SwiftUI

/// The sheet with a message's versions on its model.
struct VersionsView: View {
    let model: VersionsModel
    @State private var attempt = 0
    @State private var shownText: WholeTextModel?
    @Environment(\.dismiss) private var dismiss

    init(model: VersionsModel) {
        self.model = model
    }

    var body: some View {
        VersionsScreen(
            versions: model.versions, isLoaded: model.isLoaded, storeFailed: model.storeFailed,
            tryAgain: { attempt += 1 }, showAll: { shownText = model.wholeText(of: $0) }, close: { dismiss() }
        )
        .sheet(item: $shownText) { WholeTextView(model: $0) }
        .task(id: attempt) { await model.run() }
    }
}

/// What the sheet looks like.
struct VersionsScreen: View {
    let versions: [VersionItem]
    let isLoaded: Bool
    let storeFailed: Bool
    let tryAgain: @MainActor () -> Void
    let showAll: @MainActor (VersionItem) -> Void
    let close: @MainActor () -> Void

    var body: some View {
        NavigationStack {
            List {
                ForEach(versions.reversed(), id: \.key) { version in
                    VStack(alignment: .leading, spacing: 4) {
                        VStack(alignment: .leading, spacing: 4) {
                            StyledText(blocks: version.text)
                            Text(
                                Date(milliseconds: version.time),
                                format: .dateTime.day().month(.abbreviated).hour().minute()
                            )
                            .font(.caption)
                            .foregroundStyle(.secondary)
                        }
                        .accessibilityElement(children: .combine)
                        if version.cut { ShowAllButton { showAll(version) } }
                    }
                    .padding(.vertical, 4)
                }
            }
            .listStyle(.plain)
            .overlay {
                if storeFailed {
                    StoreFailedView(tryAgain: tryAgain)
                } else if !isLoaded {
                    ProgressView()
                }
            }
            .navigationTitle("versions_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done", action: close) }
            }
        }
    }
}

struct VersionsPreviews: PreviewProvider {
    static func screen(_ versions: [VersionItem]) -> some View {
        VersionsScreen(
            versions: versions, isLoaded: true, storeFailed: false, tryAgain: {}, showAll: { _ in }, close: {})
    }

    static var previews: some View {
        screen(Samples.versions).previewDisplayName("two versions")
        screen(Samples.versions).preferredColorScheme(.dark).environment(\.layoutDirection, .rightToLeft)
            .previewDisplayName("dark, right to left")
    }
}
