// Why: whom one account hears nothing of, one more of them, and the way back.

import LinnetCore
import Presentation
import SwiftUI

/// The block list on its model.
struct BlocksView: View {
    @State private var model: BlocksModel
    @State private var attempt = 0
    @Environment(\.dismiss) private var dismiss

    init(model: BlocksModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        Group {
            if model.storeFailed {
                StoreFailedView { attempt += 1 }
            } else {
                BlocksScreen(
                    blocks: model.blocks, isLocal: model.isLocal, isInvalid: model.isInvalid, canBlock: model.canBlock,
                    atEnd: model.atEnd, address: $model.address,
                    actions: BlocksScreen.Actions(
                        block: { Task { await model.block() } },
                        unblock: { item in Task { await model.unblock(item) } },
                        showMore: { model.showMore() }, close: { dismiss() }))
            }
        }
        .task(id: attempt) { await model.run() }
        .problemAlert($model.problem)
    }
}

/// What the block list looks like.
struct BlocksScreen: View {
    struct Actions {
        let block: @MainActor () -> Void
        let unblock: @MainActor (BlockItem) -> Void
        let showMore: @MainActor () -> Void
        let close: @MainActor () -> Void
    }

    let blocks: [BlockItem]
    let isLocal: Bool
    let isInvalid: Bool
    let canBlock: Bool
    let atEnd: Bool
    @Binding var address: String
    let actions: Actions

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    HStack {
                        TextField("blocks_add", text: $address)
                            .keyboardType(.emailAddress)
                            .textInputAutocapitalization(.never)
                            .autocorrectionDisabled()
                            .onSubmit(actions.block)
                        Button("block_confirm", action: actions.block).disabled(!canBlock)
                    }
                } footer: {
                    if isInvalid {
                        Text("blocks_invalid")
                    } else {
                        Text(isLocal ? "blocks_local" : "blocks_lead")
                    }
                }
                Section {
                    if blocks.isEmpty { Text("blocks_empty").foregroundStyle(.secondary) }
                    ForEach(blocks, id: \.key) { item in
                        HStack(spacing: 12) {
                            VStack(alignment: .leading, spacing: 2) {
                                Text(verbatim: item.address)
                                if !item.held && !isLocal {
                                    Text("blocks_waiting").font(.footnote).foregroundStyle(.secondary)
                                } else if item.server {
                                    Text("blocks_server").font(.footnote).foregroundStyle(.secondary)
                                }
                            }
                            Spacer(minLength: 0)
                            Button("blocks_unblock") { actions.unblock(item) }.buttonStyle(.bordered)
                        }
                    }
                    if !atEnd {
                        ProgressView().frame(maxWidth: .infinity).onAppear { actions.showMore() }
                    }
                }
            }
            .navigationTitle("blocks_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_close", action: actions.close) }
            }
        }
    }
}

struct BlocksPreviews: PreviewProvider {
    static func screen(_ blocks: [BlockItem], isLocal: Bool = false, isInvalid: Bool = false) -> some View {
        BlocksScreen(
            blocks: blocks, isLocal: isLocal, isInvalid: isInvalid, canBlock: isInvalid, atEnd: true,
            address: .constant(isInvalid ? "not @n address" : ""),
            actions: BlocksScreen.Actions(block: {}, unblock: { _ in }, showMore: {}, close: {}))
    }

    static var previews: some View {
        screen(Samples.blocks).previewDisplayName("three")
        screen([], isLocal: true, isInvalid: true).preferredColorScheme(.dark).previewDisplayName("empty, dark")
        screen(Samples.blocks).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
    }
}
