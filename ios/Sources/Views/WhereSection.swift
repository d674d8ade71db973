// Why: on which devices somebody is, and what those are: asked only once the user taps on one, for they learn of it.

import LinnetCore
import Presentation
import SwiftUI

/// The devices of a contact, each of which opens in place.
struct WhereSection: View {
    let contact: ContactItem
    let ask: @MainActor (_ device: String) -> Void
    @State private var open: Set<String>

    /// - Parameter open: Devices that are open from the beginning.
    init(contact: ContactItem, open: Set<String> = [], ask: @escaping @MainActor (_ device: String) -> Void) {
        self.contact = contact
        self.ask = ask
        _open = State(initialValue: open)
    }

    var body: some View {
        Section {
            if contact.devices.isEmpty {
                VStack(alignment: .leading, spacing: 2) {
                    Text("contact_offline")
                    if let seen = contact.lastSeen {
                        Text("contact_last_seen \(Text(Date(milliseconds: seen), format: Self.moment))")
                            .font(.footnote)
                            .foregroundStyle(.secondary)
                    }
                }
            }
            ForEach(contact.devices, id: \.name) { device in
                if contact.devicesAskable {
                    DisclosureGroup(isExpanded: isOpen(device.name)) {
                        DetailsRows(details: device.details)
                    } label: {
                        label(device)
                    }
                } else {
                    label(device)
                }
            }
        } header: {
            Text("contact_where")
        } footer: {
            if contact.devicesAskable && !contact.devices.isEmpty { Text("contact_device_hint") }
        }
    }

    private func isOpen(_ device: String) -> Binding<Bool> {
        Binding(
            get: { open.contains(device) },
            set: { opens in
                if opens {
                    open.insert(device)
                    ask(device)
                } else {
                    open.remove(device)
                }
            })
    }

    private func label(_ device: DeviceItem) -> some View {
        VStack(alignment: .leading, spacing: 2) {
            Text(Words.availability(device.availability))
            if let status = device.status { Text(verbatim: status).font(.subheadline) }
            Text(verbatim: device.name).font(.footnote).foregroundStyle(.secondary)
            if let idle = device.idleSince {
                Text("contact_idle \(Text(Date(milliseconds: idle), format: Self.moment))")
                    .font(.footnote)
                    .foregroundStyle(.secondary)
            }
        }
        .accessibilityElement(children: .combine)
    }

    private static let moment = Date.FormatStyle.dateTime.day().month(.abbreviated).hour().minute()
}

/// What a device tells of itself; nothing yet while the question is on its way to the core.
private struct DetailsRows: View {
    let details: DeviceDetails?

    var body: some View {
        if let kind = details?.kind { fact("contact_device_kind", Text(Words.kind(kind))) }
        if let program = details?.program {
            let named = [program, details?.version].compactMap(\.self).joined(separator: " ")
            fact("contact_device_program", Text(verbatim: named))
        }
        if let system = details?.system { fact("contact_device_system", Text(verbatim: system)) }
        if let clock = details?.clock { fact("contact_device_time", TimeThere(clock: clock)) }
        switch details?.state {
        case nil, .asking: quiet("contact_device_asking")
        case .refused: quiet("contact_device_refused")
        case .silent: quiet("contact_device_silent")
        case .told: EmptyView()
        }
    }

    private func quiet(_ text: LocalizedStringKey) -> some View {
        Text(text).font(.footnote).foregroundStyle(.secondary)
    }

    private func fact<Value: View>(_ title: LocalizedStringKey, _ value: Value) -> some View {
        VStack(alignment: .leading, spacing: 2) {
            Text(title).font(.footnote).foregroundStyle(.secondary)
            value
        }
        .accessibilityElement(children: .combine)
    }
}

/// Goes on counting as long as somebody looks.
private struct TimeThere: View {
    let clock: DeviceClock
    @State private var now = Date()
    @Environment(\.locale) private var locale

    var body: some View {
        Text(verbatim: clock.time(at: now, locale: locale))
            .task(id: clock) {
                while !Task.isCancelled {
                    now = Date()
                    // Cancelled, it ends early, and the loop with it.
                    try? await Task.sleep(for: clock.patience(at: now))
                }
            }
    }
}

extension Words {
    /// What kind of device it is.
    static func kind(_ kind: DeviceKind) -> LocalizedStringKey {
        switch kind {
        case .bot: "contact_device_kind_bot"
        case .phone: "contact_device_kind_phone"
        case .tablet: "contact_device_kind_tablet"
        case .computer: "contact_device_kind_computer"
        case .web: "contact_device_kind_web"
        case .terminal: "contact_device_kind_terminal"
        case .gateway: "contact_device_kind_gateway"
        }
    }
}
