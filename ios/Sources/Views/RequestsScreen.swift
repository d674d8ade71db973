// Why: strangers who ask or have written. Nothing of theirs is shown before the user wants to see it, and looking tells
// them nothing.

import LinnetCore
import Presentation
import SwiftUI

/// The box of requests on its model.
struct RequestsView: View {
    @State private var model: RequestsModel
    @State private var attempt = 0
    @Environment(\.dismiss) private var dismiss

    init(model: RequestsModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        Group {
            if model.storeFailed {
                StoreFailedView { attempt += 1 }
            } else {
                RequestsScreen(
                    requests: model.requests, isLoaded: model.isLoaded,
                    actions: RequestsScreen.Actions(
                        answer: { request, accept in Task { await model.answer(request, accept: accept) } },
                        block: { request, server, report in
                            Task { await model.block(request, server: server, report: report) }
                        },
                        close: { dismiss() }))
            }
        }
        .task(id: attempt) { await model.run() }
        .problemAlert($model.problem)
    }
}

/// What the box of requests looks like.
struct RequestsScreen: View {
    struct Actions {
        let answer: @MainActor (RequestItem, Bool) -> Void
        let block: @MainActor (_ request: RequestItem, _ server: Bool, _ report: Report?) -> Void
        let close: @MainActor () -> Void
    }

    let requests: [RequestItem]
    let isLoaded: Bool
    let actions: Actions
    @State private var blocking: RequestItem?
    @State private var asksToBlock = false

    init(requests: [RequestItem], isLoaded: Bool, actions: Actions) {
        self.requests = requests
        self.isLoaded = isLoaded
        self.actions = actions
    }

    var body: some View {
        NavigationStack {
            List {
                ForEach(requests, id: \.key) { request in
                    RequestRow(
                        request: request, answer: { actions.answer(request, $0) },
                        block: {
                            blocking = request
                            asksToBlock = true
                        })
                }
            }
            .overlay {
                if !isLoaded {
                    ProgressView()
                } else if requests.isEmpty {
                    ContentUnavailableView(
                        "requests_empty_title", systemImage: "person.2", description: Text("requests_empty_text"))
                }
            }
            .navigationTitle("requests_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_close", action: actions.close) }
            }
            .confirmationDialog(
                "block_confirm", isPresented: $asksToBlock, titleVisibility: .visible, presenting: blocking
            ) { request in
                Button("block_person \(request.address)", role: .destructive) { actions.block(request, false, nil) }
                if request.reportable {
                    Button("block_and_report \(request.address)", role: .destructive) {
                        actions.block(request, false, .spam)
                    }
                    Button("block_and_report_abuse \(request.address)", role: .destructive) {
                        actions.block(request, false, .abuse)
                    }
                }
                Button("block_server \(request.server)", role: .destructive) { actions.block(request, true, nil) }
            } message: { _ in
                Text("block_text")
            }
        }
    }
}

/// Someone who asks or has written.
private struct RequestRow: View {
    let request: RequestItem
    let answer: @MainActor (Bool) -> Void
    let block: @MainActor () -> Void
    @State private var showsMessage = false

    init(
        request: RequestItem, answer: @escaping @MainActor (Bool) -> Void, block: @escaping @MainActor () -> Void
    ) {
        self.request = request
        self.answer = answer
        self.block = block
    }

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            HStack(spacing: 12) {
                Avatar(address: request.address, name: request.moved?.title ?? request.address)
                VStack(alignment: .leading, spacing: 2) {
                    if let moved = request.moved {
                        Text("request_moved \(moved.title)").font(.headline)
                    } else {
                        Text(verbatim: request.address).font(.headline)
                    }
                    Group {
                        if let moved = request.moved {
                            BothAddresses(old: moved.address, new: request.address)
                            Text("request_moved_proof")
                        } else if request.asks {
                            Text("request_asks")
                        }
                        let count = Int(request.messages)
                        if count > 0 { Text("request_wrote \(count)") }
                    }
                    .font(.subheadline)
                    .foregroundStyle(.secondary)
                }
            }
            if let preview = request.preview {
                if showsMessage {
                    Text(verbatim: preview)
                } else {
                    Button("request_show") { showsMessage = true }.buttonStyle(.bordered)
                }
            }
            ViewThatFits {
                HStack(spacing: 12) { buttons }
                VStack(alignment: .leading, spacing: 8) { buttons }
            }
        }
        .padding(.vertical, 4)
    }

    @ViewBuilder private var buttons: some View {
        let hasMoved = request.moved != nil
        Button(hasMoved ? "request_follow" : "request_accept") { answer(true) }.buttonStyle(.borderedProminent)
        Button(hasMoved ? "request_stay" : "request_decline") { answer(false) }.buttonStyle(.bordered)
        Button("request_block", role: .destructive, action: block).buttonStyle(.bordered)
    }
}

struct RequestsPreviews: PreviewProvider {
    static func screen(_ requests: [RequestItem]) -> some View {
        RequestsScreen(
            requests: requests, isLoaded: true,
            actions: RequestsScreen.Actions(answer: { _, _ in }, block: { _, _, _ in }, close: {}))
    }

    static var previews: some View {
        screen(Samples.requests).previewDisplayName("three")
        screen([Samples.movedRequest] + Samples.requests).previewDisplayName("a contact with a new address")
        screen([]).previewDisplayName("empty")
        screen(Samples.requests).preferredColorScheme(.dark).previewDisplayName("dark")
        screen(Samples.requests).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
        screen(Samples.requests).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
    }
}
