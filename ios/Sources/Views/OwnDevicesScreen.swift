// Why: how this device is called, which others are there, and what has access to the account: who lost a phone looks
// here.

import LinnetCore
import Presentation
import SwiftUI

/// The screen of one's own devices on its model.
struct OwnDevicesView: View {
    @State private var model: OwnDevicesModel
    @State private var attempt = 0
    @Environment(\.dismiss) private var dismiss

    init(model: OwnDevicesModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        NavigationStack {
            Group {
                if model.storeFailed {
                    StoreFailedView { attempt += 1 }
                } else if let item = model.item {
                    OwnDevicesScreen(
                        item: item, name: $model.name, canSave: model.canSave,
                        actions: OwnDevicesScreen.Actions(
                            save: { Task { await model.save() } },
                            setPriority: { priority in Task { await model.setPriority(priority) } },
                            revoke: { access in Task { await model.revoke(access) } },
                            signOutEverywhere: { password in
                                Task { await model.signOutEverywhere(password) }
                                // How it goes is told on the account's screen.
                                dismiss()
                            }))
                } else {
                    ProgressView()
                }
            }
            .navigationTitle("devices_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done") { dismiss() } }
            }
        }
        .task(id: attempt) { await model.run() }
        .problemAlert($model.problem)
    }
}

/// What the screen of one's own devices looks like.
struct OwnDevicesScreen: View {
    struct Actions {
        let save: @MainActor () -> Void
        let setPriority: @MainActor (Int8) -> Void
        let revoke: @MainActor (ClientAccess) -> Void
        let signOutEverywhere: @MainActor (String) -> Void
    }

    let item: OwnDevicesItem
    @Binding var name: String
    let canSave: Bool
    let actions: Actions
    @State private var signsOutEverywhere = false
    @State private var revoking: ClientAccess?
    @State private var asksToRevoke = false

    init(item: OwnDevicesItem, name: Binding<String>, canSave: Bool, actions: Actions) {
        self.item = item
        _name = name
        self.canSave = canSave
        self.actions = actions
    }

    var body: some View {
        Form {
            thisDevice
            priority
            online
            access
            Section {
                Button("devices_everywhere", role: .destructive) { signsOutEverywhere = true }
            }
        }
        .sheet(isPresented: $signsOutEverywhere) {
            ChangePasswordScreen(
                password: newPassword(), title: "devices_everywhere_title",
                text: item.tokensMayStay ? "devices_everywhere_text_tokens" : "devices_everywhere_text",
                confirm: "devices_everywhere_confirm", change: actions.signOutEverywhere)
        }
        .confirmationDialog(
            "devices_revoke", isPresented: $asksToRevoke, titleVisibility: .visible, presenting: revoking
        ) { access in
            Button("devices_revoke", role: .destructive) { actions.revoke(access) }
        } message: { _ in
            Text("devices_revoke_text")
        }
    }

    private var thisDevice: some View {
        Section {
            TextField("devices_name", text: $name)
            HStack {
                suggestion("devices_name_phone")
                suggestion("devices_name_home")
                suggestion("devices_name_work")
            }
            Button("devices_save", action: actions.save).disabled(!canSave)
        } header: {
            Text("devices_this")
        } footer: {
            Text("devices_name_text")
        }
    }

    private func suggestion(_ key: String) -> some View {
        Button {
            name = NSLocalizedString(key, comment: "")
        } label: {
            Text(LocalizedStringKey(key))
        }
        .buttonStyle(.bordered)
    }

    private var priority: some View {
        Section("devices_priority") {
            Picker(
                "devices_priority", selection: Binding(get: { item.priority }, set: { actions.setPriority($0) })
            ) {
                Text("devices_priority_high").tag(Int8(10))
                Text("devices_priority_normal").tag(Int8(0))
                Text("devices_priority_low").tag(Int8(-1))
                if ![10, 0, -1].contains(item.priority) {
                    Text("devices_priority_other \(String(item.priority))").tag(item.priority)
                }
            }
            .pickerStyle(.inline)
            .labelsHidden()
        }
    }

    private var online: some View {
        Section("devices_online") {
            if item.sessions.isEmpty { Text("devices_none") }
            ForEach(item.sessions, id: \.name) { session in
                VStack(alignment: .leading, spacing: 2) {
                    if session.this {
                        Text("devices_this_one \(session.name)")
                    } else {
                        Text(verbatim: session.name)
                    }
                    Text(Words.availability(session.availability)).font(.footnote).foregroundStyle(.secondary)
                    if let software = session.software {
                        Text(verbatim: software).font(.footnote).foregroundStyle(.secondary)
                    }
                    if let status = session.status { Text(verbatim: status).font(.footnote) }
                }
                .accessibilityElement(children: .combine)
            }
        }
    }

    @ViewBuilder private var access: some View {
        switch item.manages {
        case .unknown:
            EmptyView()
        case .no:
            Section("devices_access") { Text("devices_unlisted") }
        case .yes:
            Section {
                if let problem = item.problem {
                    ProblemLine(text: problem == .passwordNeeded ? "devices_password_needed" : "devices_refused")
                }
                ForEach(item.clients, id: \.id) { client in
                    ClientLine(client: client) {
                        revoking = client
                        asksToRevoke = true
                    }
                }
            } header: {
                Text("devices_access")
            } footer: {
                Text("devices_access_text")
            }
        }
    }
}

/// One client that has access.
private struct ClientLine: View {
    let client: ClientAccess
    let revoke: @MainActor () -> Void

    private var named: String? { client.device ?? client.software }

    var body: some View {
        VStack(alignment: .leading, spacing: 2) {
            if let named {
                if client.this { Text("devices_this_one \(named)") } else { Text(verbatim: named) }
            } else {
                Text("devices_unnamed")
            }
            Group {
                if client.device != nil, let software = client.software { Text(verbatim: software) }
                if client.connected {
                    Text("devices_connected")
                } else if let seen = client.lastSeen {
                    let when = Date(milliseconds: seen).formatted(date: .abbreviated, time: .shortened)
                    Text("devices_seen \(when)")
                }
                if client.password { Text("devices_knows_password") }
                if client.revoking { Text("devices_revoking") }
            }
            .font(.footnote)
            .foregroundStyle(.secondary)
            if !client.this {
                Button("devices_revoke", role: .destructive, action: revoke).disabled(client.revoking)
            }
        }
    }
}

struct OwnDevicesPreviews: PreviewProvider {
    static func screen(_ item: OwnDevicesItem) -> some View {
        NavigationStack {
            OwnDevicesScreen(
                item: item, name: .constant(item.name ?? ""), canSave: false,
                actions: OwnDevicesScreen.Actions(
                    save: {}, setPriority: { _ in }, revoke: { _ in }, signOutEverywhere: { _ in }))
        }
    }

    static var previews: some View {
        screen(Samples.ownDevices).previewDisplayName("a server that lists who has access")
        screen(Samples.unlistedDevices).preferredColorScheme(.dark).dynamicTypeSize(.accessibility3)
            .previewDisplayName("one that doesn't, dark, large text")
    }
}

extension Samples {
    static let ownDevices = ownDevices(
        .yes,
        clients: [
            access("a", "Linnet", "Phone", this: true), access("b", "Conversations", "Old tablet"),
            access("c", "Gajim", nil, password: true),
        ], problem: .passwordNeeded)
    static let unlistedDevices = ownDevices(.no, clients: [], problem: nil)

    private static func ownDevices(
        _ manages: Support, clients: [ClientAccess], problem: RevokeProblem?
    ) -> OwnDevicesItem {
        OwnDevicesItem(
            key: "1", account: 1, name: "Phone", resource: "Phone.a7Gk", priority: 0,
            sessions: [
                OwnSession(
                    name: "Phone.a7Gk", this: true, availability: .available, status: nil, software: "Linnet 0.1.0"),
                OwnSession(name: "Desk", this: false, availability: .away, status: "Back at four", software: nil),
            ], manages: manages, clients: clients, problem: problem, tokensMayStay: manages == .no)
    }

    private static func access(
        _ id: String, _ software: String, _ device: String?, this: Bool = false, password: Bool = false
    ) -> ClientAccess {
        ClientAccess(
            id: id, this: this, connected: this, software: software, device: device, firstSeen: nil,
            lastSeen: 1_790_000_000_000, password: password, revoking: false)
    }
}
