// Why: an account's people and profile go into one file for another server, and come out of it.

import Foundation
import LinnetCore
import Presentation
import SwiftUI
import UniformTypeIdentifiers

/// The screen on its model.
struct PortableView: View {
    // Kept over what the accounts do meanwhile.
    @State private var model: PortableModel
    @State private var chooses = false
    @Environment(\.dismiss) private var dismiss

    init(model: PortableModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        NavigationStack {
            Form {
                if let account = model.account {
                    PortableSaveSection(
                        account: account, isSaving: model.isSaving, problem: saveProblem,
                        isSaved: model.isSaved == true && !model.isIncomplete,
                        save: { Task { await model.save() } })
                    if let item = account.import {
                        PortableProgressSection(account: account, item: item) { Task { await model.end() } }
                    } else {
                        PortableImportSection(
                            account: account, users: model.users ?? [], user: $model.user,
                            isReading: model.isReading, problem: importProblem,
                            choose: { chooses = true }, bringIn: { Task { await model.bringIn() } })
                    }
                }
            }
            .navigationTitle("portable_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("portable_ok") { dismiss() } }
            }
        }
        .onChange(of: model.account) { Task { await model.collected() } }
        .fileExporter(
            isPresented: Binding(
                get: { model.file != nil }, set: { if !$0 && model.file != nil { model.written(nil) } }),
            document: model.file.map(BackupFile.init), contentType: .data, defaultFilename: model.name
        ) { result in
            switch result {
            case .success: model.written(true)
            case .failure: model.written(false)
            }
        }
        .fileImporter(isPresented: $chooses, allowedContentTypes: [.data]) { result in
            let url = try? result.get()
            Task { await model.choose(await chosenFile(url, most: PortableModel.largest)) }
        }
    }

    private var saveProblem: LocalizedStringKey? {
        if model.isSaved == false { return "backup_not_saved" }
        if model.isSaved == true && model.isIncomplete { return "portable_incomplete" }
        return model.saveProblem.map(Words.failure)
    }

    private var importProblem: LocalizedStringKey? {
        if model.isTooLarge { return "backup_too_large" }
        if model.importProblem == .Unreadable { return "portable_unreadable" }
        if model.users?.isEmpty == true { return "portable_nothing" }
        return model.importProblem.map(Words.failure)
    }
}

/// Out of the account.
struct PortableSaveSection: View {
    let account: AccountItem
    let isSaving: Bool
    let problem: LocalizedStringKey?
    let isSaved: Bool
    let save: @MainActor () -> Void

    var body: some View {
        Section {
            Text("portable_lead")
            if isSaving, let export = account.export {
                let (done, total) = (String(export.done), String(export.total))
                Text("portable_collecting \(done) \(total)").foregroundStyle(.secondary)
            }
            if let problem { ProblemLine(text: problem) }
            if isSaved { Text("backup_saved").foregroundStyle(.tint) }
            Button("backup_save", systemImage: "square.and.arrow.up", action: save).disabled(isSaving)
        } header: {
            Text("portable_save_title \(account.title)")
        } footer: {
            Text("portable_save_text")
        }
    }
}

/// Into the account: whose file it is, and how much is in it.
struct PortableImportSection: View {
    let account: AccountItem
    let users: [AccountFileItem]
    @Binding var user: Int
    let isReading: Bool
    let problem: LocalizedStringKey?
    let choose: @MainActor () -> Void
    let bringIn: @MainActor () -> Void

    var body: some View {
        Section {
            Button("backup_choose", systemImage: "folder", action: choose).disabled(isReading)
            if let problem { ProblemLine(text: problem) }
            ForEach(Array(users.enumerated()), id: \.offset) { place, item in
                if users.count == 1 {
                    AccountFileLine(item: item)
                } else {
                    Button {
                        user = place
                    } label: {
                        HStack {
                            AccountFileLine(item: item)
                            Spacer()
                            if place == user { Image(systemName: "checkmark").accessibilityHidden(true) }
                        }
                    }
                    .accessibilityAddTraits(place == user ? .isSelected : [])
                }
            }
            if !users.isEmpty { Button("portable_import", action: bringIn).disabled(isReading) }
        } header: {
            Text("portable_import_title \(account.title)")
        } footer: {
            Text("portable_import_text")
        }
    }
}

/// What a file says of somebody.
private struct AccountFileLine: View {
    let item: AccountFileItem

    var body: some View {
        VStack(alignment: .leading) {
            Text(verbatim: item.address).foregroundStyle(.primary)
            Group {
                let (contacts, blocks) = (String(item.contacts), String(item.blocks))
                let bookmarks = String(item.bookmarks)
                Text("portable_counts \(contacts) \(blocks) \(bookmarks)")
                if item.profile { Text("portable_profile") }
                if item.unreadable > 0 {
                    let number = String(item.unreadable)
                    Text("portable_unreadable_entries \(number)")
                }
            }
            .font(.footnote)
            .foregroundStyle(.secondary)
        }
    }
}

/// How far an import is, or how it went.
struct PortableProgressSection: View {
    let account: AccountItem
    let item: ImportItem
    let end: @MainActor () -> Void

    var body: some View {
        Section {
            if item.left > 0 {
                let (done, total) = (String(item.total - item.left), String(item.total))
                Text("portable_progress \(done) \(total) \(item.source)")
                ProgressView(value: Double(item.total - item.left), total: Double(item.total))
                Button("portable_stop", action: end)
            } else {
                Text("portable_done \(item.source)")
                if item.kept > 0 {
                    let number = String(item.kept)
                    Text("portable_kept \(number)").foregroundStyle(.secondary)
                }
                if item.refused > 0 {
                    let number = String(item.refused)
                    Text("portable_refused \(number)").foregroundStyle(.secondary)
                }
                Button("portable_ok", action: end)
            }
        } header: {
            Text("portable_import_title \(account.title)")
        }
    }
}

struct PortablePreviews: PreviewProvider {
    static let old = AccountFileItem(
        address: "alice@old.example.org", contacts: 48, blocks: 3, bookmarks: 5, profile: true, unreadable: 2)
    static let other = AccountFileItem(
        address: "bob@old.example.org", contacts: 2, blocks: 0, bookmarks: 0, profile: false, unreadable: 0)

    static var previews: some View {
        Form {
            PortableSaveSection(
                account: Samples.accounts[0], isSaving: false, problem: "portable_incomplete", isSaved: false, save: {})
            PortableImportSection(
                account: Samples.accounts[0], users: [old], user: .constant(0), isReading: false, problem: nil,
                choose: {}, bringIn: {})
        }
        .previewDisplayName("a file that was chosen")
        Form {
            PortableImportSection(
                account: Samples.accounts[0], users: [old, other], user: .constant(1), isReading: false, problem: nil,
                choose: {}, bringIn: {})
            PortableProgressSection(
                account: Samples.accounts[0],
                item: ImportItem(source: old.address, total: 52, left: 31, refused: 0, kept: 0), end: {})
        }
        .preferredColorScheme(.dark)
        .previewDisplayName("several accounts, and how far it is, dark")
    }
}
