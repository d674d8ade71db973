// Why: settings and accounts go into one file for another phone, and come out of it.

import Foundation
import LinnetCore
import Presentation
import SwiftUI
import UniformTypeIdentifiers

/// The screen on its model.
struct BackupView: View {
    // Kept over what the accounts do meanwhile.
    @State private var model: BackupModel
    @State private var chooses = false
    private let close: (@MainActor () -> Void)?

    /// `close` is the way out where the screen stands by itself.
    init(model: BackupModel, close: (@MainActor () -> Void)? = nil) {
        _model = State(initialValue: model)
        self.close = close
    }

    var body: some View {
        if let close {
            NavigationStack {
                screen.toolbar {
                    ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: close) }
                }
            }
        } else {
            screen
        }
    }

    private var screen: some View {
        @Bindable var model = model
        return Form {
            Section {
                Text("backup_lead")
            }
            if model.saves {
                BackupSaveSection(
                    credentials: $model.credentials, passphrase: $model.passphrase, pin: $model.pin,
                    asksPin: model.asksPin, canSave: model.canSave, problem: saveProblem,
                    isSaved: model.isSaved == true,
                    save: {
                        let reason = Bundle.main.localizedString(forKey: "backup_owner", value: nil, table: nil)
                        Task { await model.save(reason) }
                    })
            }
            BackupRestoreSection(
                isChosen: model.chosen != nil, opening: $model.opening, canRestore: model.canRestore,
                problem: restoreProblem, restored: model.restored, choose: { chooses = true },
                restore: { Task { await model.restore() } })
        }
        .navigationTitle("backup_title")
        .navigationBarTitleDisplayMode(.inline)
        .fileExporter(
            isPresented: Binding(
                get: { model.file != nil }, set: { if !$0 && model.file != nil { model.written(nil) } }),
            document: model.file.map(BackupFile.init), contentType: .data, defaultFilename: "Linnet.linnetbackup"
        ) { result in
            switch result {
            case .success: model.written(true)
            case .failure: model.written(false)
            }
        }
        .fileImporter(isPresented: $chooses, allowedContentTypes: [.data]) { result in
            let url = try? result.get()
            Task { model.choose(await chosenFile(url, most: BackupModel.largest)) }
        }
    }

    private var saveProblem: LocalizedStringKey? {
        if model.isRefused { return "handover_owner_refused" }
        if model.isSaved == false { return "backup_not_saved" }
        return model.saveProblem.map(Words.failure)
    }

    private var restoreProblem: LocalizedStringKey? {
        model.isTooLarge ? "backup_too_large" : model.restoreProblem.map(Words.failure)
    }
}

/// A file that the user has chosen. What another app hands over has no size to believe, so no more is read than is looked
/// at.
nonisolated func chosenFile(_ url: URL?, most: Int) async -> Data? {
    guard let url else { return nil }
    let isOurs = url.startAccessingSecurityScopedResource()
    defer { if isOurs { url.stopAccessingSecurityScopedResource() } }
    guard let handle = try? FileHandle(forReadingFrom: url) else { return nil }
    defer { try? handle.close() }
    return try? handle.read(upToCount: most + 1)
}

/// The sealed bytes, for the system to write where the user wants them.
struct BackupFile: FileDocument {
    static let readableContentTypes: [UTType] = [.data]
    let bytes: Data

    init(bytes: Data) {
        self.bytes = bytes
    }

    init(configuration: ReadConfiguration) throws {
        bytes = configuration.file.regularFileContents ?? Data()
    }

    func fileWrapper(configuration: WriteConfiguration) throws -> FileWrapper {
        FileWrapper(regularFileWithContents: bytes)
    }
}

/// Saving: what goes into the file, and what opens it.
struct BackupSaveSection: View {
    @Binding var credentials: Bool
    @Binding var passphrase: String
    @Binding var pin: String
    let asksPin: Bool
    let canSave: Bool
    let problem: LocalizedStringKey?
    let isSaved: Bool
    let save: @MainActor () -> Void

    var body: some View {
        Section {
            Toggle(isOn: $credentials) {
                Explained(
                    title: "backup_credentials",
                    text: credentials ? "backup_credentials_on" : "backup_credentials_off")
            }
            TextField("backup_passphrase", text: $passphrase)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
            if passphrase.count < BackupModel.shortest { ProblemLine(text: "backup_passphrase_short") }
            Button("sign_up_password_new", systemImage: "arrow.clockwise") { passphrase = newPassword() }
            Button("sign_up_password_copy", systemImage: "doc.on.doc") { copySecret(passphrase) }
            if asksPin { SecureField("lock_pin", text: $pin).keyboardType(.numberPad) }
            if let problem { ProblemLine(text: problem) }
            if isSaved { Text("backup_saved").foregroundStyle(.tint) }
            Button("backup_save", action: save).disabled(!canSave)
        } header: {
            Text("backup_save_title")
        } footer: {
            Text("backup_passphrase_text")
        }
    }
}

/// Restoring: the file, and what opens it.
struct BackupRestoreSection: View {
    let isChosen: Bool
    @Binding var opening: String
    let canRestore: Bool
    let problem: LocalizedStringKey?
    let restored: Restored?
    let choose: @MainActor () -> Void
    let restore: @MainActor () -> Void

    var body: some View {
        Section {
            Button("backup_choose", systemImage: "folder", action: choose)
            if isChosen {
                TextField("backup_passphrase", text: $opening)
                    .textInputAutocapitalization(.never)
                    .autocorrectionDisabled()
            }
            if let problem { ProblemLine(text: problem) }
            if let restored {
                let (accounts, known) = (String(restored.accounts), String(restored.known))
                let (contacts, blocks) = (String(restored.contacts), String(restored.blocks))
                Text("backup_restored \(accounts) \(known) \(contacts) \(blocks)")
            }
            if isChosen { Button("backup_restore", action: restore).disabled(!canRestore) }
        } header: {
            Text("backup_restore_title")
        } footer: {
            Text("backup_restore_text")
        }
    }
}

struct BackupPreviews: PreviewProvider {
    static var previews: some View {
        Form {
            BackupSaveSection(
                credentials: .constant(true), passphrase: .constant("gabot-lirem-hosad-fekon-pitav"),
                pin: .constant(""), asksPin: true, canSave: false, problem: nil, isSaved: true, save: {})
        }
        .previewDisplayName("saving")
        Form {
            BackupRestoreSection(
                isChosen: true, opening: .constant("gabot"), canRestore: true, problem: "error_passphrase_wrong",
                restored: nil, choose: {}, restore: {})
        }
        .preferredColorScheme(.dark)
        .previewDisplayName("wrong passphrase, dark")
    }
}
