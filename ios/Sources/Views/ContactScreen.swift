// Why: who somebody is, where they are, and what is between us.

import LinnetCore
import Presentation
import SwiftUI

/// The screen of a contact on its model.
struct ContactView: View {
    @State private var model: ContactModel
    @State private var attempt = 0
    @State private var showsCode = false
    @Environment(\.dismiss) private var dismiss

    init(model: ContactModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        Group {
            if model.storeFailed {
                StoreFailedView { attempt += 1 }
            } else {
                ContactScreen(
                    contact: model.contact, name: $model.name, tags: $model.tags,
                    actions: ContactScreen.Actions(
                        add: { Task { await model.add() } }, showCode: { showsCode = true }, edit: { model.edit() },
                        save: { Task { await model.save() } },
                        setMuted: { muted in Task { await model.setMuted(muted) } },
                        except: { setting, allowed in Task { await model.except(setting, allowed) } },
                        block: { server, report in Task { await model.block(server: server, report: report) } },
                        unblock: { Task { await model.unblock() } }, remove: { Task { await model.remove() } },
                        askDevice: { device in Task { await model.askDevice(device) } }, close: { dismiss() }))
            }
        }
        .task(id: attempt) { await model.run() }
        .task(id: model.contact?.key) { await model.askVcard() }
        .sheet(isPresented: $showsCode) {
            if let contact = model.contact {
                ContactCodeScreen(
                    title: contact.title, address: contact.address, link: contact.link, drawn: model.drawn,
                    copy: { UIPasteboard.general.string = $0 }, close: { showsCode = false })
            }
        }
        .problemAlert($model.problem)
    }
}

/// What the screen of a contact looks like.
struct ContactScreen: View {
    struct Actions {
        let add: @MainActor () -> Void
        let showCode: @MainActor () -> Void
        let edit: @MainActor () -> Void
        let save: @MainActor () -> Void
        let setMuted: @MainActor (Bool) -> Void
        let except: @MainActor (PrivacySetting, Bool?) -> Void
        let block: @MainActor (_ server: Bool, _ report: Report?) -> Void
        let unblock: @MainActor () -> Void
        let remove: @MainActor () -> Void
        let askDevice: @MainActor (String) -> Void
        let close: @MainActor () -> Void
    }

    let contact: ContactItem?
    @Binding var name: String
    @Binding var tags: String
    let actions: Actions
    @State private var isEditing = false
    @State private var asksToBlock = false
    @State private var asksToRemove = false

    private let open: Set<String>

    /// - Parameter open: Devices that are open from the beginning.
    init(
        contact: ContactItem?, name: Binding<String>, tags: Binding<String>, open: Set<String> = [], actions: Actions
    ) {
        self.contact = contact
        self.open = open
        _name = name
        _tags = tags
        self.actions = actions
    }

    var body: some View {
        NavigationStack {
            Form {
                if let contact {
                    who(contact)
                    if contact.weSee { WhereSection(contact: contact, open: open, ask: actions.askDevice) }
                    VcardSection(contact: contact)
                    Section {
                        Toggle(isOn: Binding(get: { !contact.muted }, set: { actions.setMuted(!$0) })) {
                            Explained(
                                title: "contact_notifications",
                                text: contact.muted ? "contact_muted" : "contact_unmuted")
                        }
                    }
                    if contact.contact { ExceptionsSection(contact: contact, except: actions.except) }
                    ways(contact)
                }
            }
            .navigationTitle("contact_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_close", action: actions.close) }
            }
        }
    }

    private func who(_ contact: ContactItem) -> some View {
        Section {
            HStack(spacing: 12) {
                Avatar(address: contact.address, name: contact.title, picture: contact.picture, size: 64)
                VStack(alignment: .leading, spacing: 2) {
                    Text(verbatim: contact.title).font(.headline)
                    Text(verbatim: contact.address).font(.subheadline).foregroundStyle(.secondary)
                    if !contact.tags.isEmpty {
                        Text(verbatim: contact.tags.joined(separator: " · ")).font(.footnote)
                    }
                }
            }
            .accessibilityElement(children: .combine)
            if !contact.noteToSelf {
                Button("contact_code", systemImage: "qrcode", action: actions.showCode)
            }
            if contact.blocked { Text("contact_blocked").font(.footnote).foregroundStyle(.secondary) }
            if contact.asked && !contact.weSee {
                Text("contact_asked").font(.footnote).foregroundStyle(.secondary)
            }
            if contact.contact && !contact.weSee && !contact.asked {
                Text("contact_unseen").font(.footnote).foregroundStyle(.secondary)
            }
            if contact.contact && !contact.seesUs {
                Text("contact_unseeing").font(.footnote).foregroundStyle(.secondary)
            }
            if contact.canBeAsked {
                Button(
                    contact.contact ? "contact_ask" : "contact_add", systemImage: "person.badge.plus",
                    action: actions.add)
            }
        }
    }

    @ViewBuilder private func ways(_ contact: ContactItem) -> some View {
        if contact.contact {
            Section {
                if isEditing {
                    TextField("contact_name", text: $name)
                    TextField("contact_tags", text: $tags)
                    Button("contact_save") {
                        isEditing = false
                        actions.save()
                    }
                } else {
                    Button("contact_edit", systemImage: "pencil") {
                        actions.edit()
                        isEditing = true
                    }
                }
            }
        }
        Section {
            if contact.blocked {
                Button("blocks_unblock", systemImage: "hand.raised.slash", action: actions.unblock)
            } else {
                Button("request_block", systemImage: "hand.raised", role: .destructive) { asksToBlock = true }
            }
            if contact.contact {
                Button("contact_remove", systemImage: "person.badge.minus", role: .destructive) { asksToRemove = true }
            }
        }
        .confirmationDialog(
            "block_confirm", isPresented: $asksToBlock, titleVisibility: .visible, presenting: contact
        ) { contact in
            Button("block_person \(contact.address)", role: .destructive) { actions.block(false, nil) }
            if contact.reportable {
                Button("block_and_report \(contact.address)", role: .destructive) { actions.block(false, .spam) }
                Button("block_and_report_abuse \(contact.address)", role: .destructive) {
                    actions.block(false, .abuse)
                }
            }
            Button("block_server \(contact.server)", role: .destructive) { actions.block(true, nil) }
        } message: { _ in
            Text("block_text")
        }
        .alert("contact_remove", isPresented: $asksToRemove) {
            Button("account_remove_confirm", role: .destructive, action: actions.remove)
            Button("action_cancel", role: .cancel) {}
        } message: {
            Text("contact_remove_text")
        }
    }
}

struct ContactPreviews: PreviewProvider {
    static func screen(_ contact: ContactItem?, open: Set<String> = []) -> some View {
        ContactScreen(
            contact: contact, name: .constant("Bob"), tags: .constant("Lake"), open: open,
            actions: ContactScreen.Actions(
                add: {}, showCode: {}, edit: {}, save: {}, setMuted: { _ in }, except: { _, _ in },
                block: { _, _ in }, unblock: {}, remove: {}, askDevice: { _ in }, close: {}))
    }

    static var previews: some View {
        screen(Samples.contact).previewDisplayName("three devices")
        screen(Samples.askedContact, open: Samples.askedDevices).previewDisplayName("what they are")
        screen(Samples.askedContact, open: Samples.askedDevices).preferredColorScheme(.dark)
            .environment(\.locale, Locale(identifier: "de")).previewDisplayName("what they are, dark, German")
        screen(Samples.askedContact, open: Samples.askedDevices).environment(\.layoutDirection, .rightToLeft)
            .previewDisplayName("what they are, right to left")
        screen(Samples.tellingContact).previewDisplayName("tells of themselves")
        screen(Samples.goneContact).preferredColorScheme(.dark).previewDisplayName("gone and blocked, dark")
        screen(Samples.unknownContact).previewDisplayName("no contact yet")
        screen(Samples.contact).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
        screen(Samples.contact).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
        screen(nil).previewDisplayName("loading")
    }
}
