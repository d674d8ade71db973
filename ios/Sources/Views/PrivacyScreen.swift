// Why: what others learn without being told, and who may reach the user; for all, and otherwise for one contact.

import LinnetCore
import Presentation
import SwiftUI

/// What the screen looks like.
struct PrivacyScreen: View {
    struct Actions {
        let set: @MainActor (AccountItem, PrivacySetting, Bool) -> Void
        let setCallers: @MainActor (AccountItem, Callers) -> Void
        let setAdders: @MainActor (AccountItem, Adders) -> Void
    }

    let account: AccountItem
    let actions: Actions

    private static let told: [PrivacySetting] = [
        .online, .lastSeen, .typing, .receipts, .readMarkers, .deviceInformation,
    ]

    var body: some View {
        Form {
            Section("privacy_title") {
                ForEach(Self.told, id: \.self) { setting($0) }
            }
            Section("privacy_callers") {
                Picker(
                    "privacy_callers",
                    selection: Binding(get: { account.privacy.callers }, set: { actions.setCallers(account, $0) })
                ) {
                    Text("privacy_everyone").tag(Callers.everyone)
                    Text("privacy_contacts").tag(Callers.contacts)
                    Text("privacy_nobody").tag(Callers.nobody)
                }
                .pickerStyle(.inline)
                .labelsHidden()
            }
            Section {
                Picker(
                    "privacy_adders",
                    selection: Binding(get: { account.privacy.adders }, set: { actions.setAdders(account, $0) })
                ) {
                    Text("privacy_everyone").tag(Adders.everyone)
                    Text("privacy_code").tag(Adders.code)
                    Text("privacy_nobody").tag(Adders.nobody)
                }
                .pickerStyle(.inline)
                .labelsHidden()
            } header: {
                Text("privacy_adders")
            } footer: {
                Text("privacy_quiet")
            }
            Section {
                setting(.autoLoad)
            } header: {
                Text("privacy_loading")
            } footer: {
                Text("privacy_exceptions_hint")
            }
        }
        .navigationTitle("privacy_screen")
        .navigationBarTitleDisplayMode(.inline)
    }

    private func setting(_ setting: PrivacySetting) -> some View {
        Toggle(
            isOn: Binding(
                get: { account.privacy.tells(setting) }, set: { actions.set(account, setting, $0) })
        ) {
            Explained(title: Words.privacy(setting).title, text: Words.privacy(setting).text)
        }
    }
}

/// What one contact learns, where that is to be otherwise than for all.
struct ExceptionsSection: View {
    let contact: ContactItem
    let except: @MainActor (PrivacySetting, Bool?) -> Void

    private static let settings: [PrivacySetting] = [
        .online, .lastSeen, .typing, .receipts, .readMarkers, .deviceInformation, .calls, .autoLoad,
    ]

    var body: some View {
        Section("contact_privacy") {
            ForEach(Self.settings, id: \.self) { setting in
                Picker(
                    Words.privacy(setting).title,
                    selection: Binding(
                        get: { contact.exception(to: setting) }, set: { except(setting, $0.allowed) })
                ) {
                    Text(contact.inGeneral.contains(setting) ? "privacy_as_usual_on" : "privacy_as_usual_off")
                        .tag(PrivacyChoice.asUsual)
                    Text("privacy_always").tag(PrivacyChoice.always)
                    Text("privacy_never").tag(PrivacyChoice.never)
                }
            }
        }
    }
}

struct PrivacyPreviews: PreviewProvider {
    static func screen(_ account: AccountItem) -> some View {
        NavigationStack {
            PrivacyScreen(
                account: account,
                actions: PrivacyScreen.Actions(
                    set: { _, _, _ in }, setCallers: { _, _ in }, setAdders: { _, _ in }))
        }
    }

    static var previews: some View {
        screen(Samples.accounts[0]).previewDisplayName("what others learn")
        screen(Samples.accounts[0]).preferredColorScheme(.dark).previewDisplayName("dark")
        screen(Samples.accounts[0]).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
        screen(Samples.accounts[0]).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
    }
}
