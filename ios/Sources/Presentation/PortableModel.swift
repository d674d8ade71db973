// Why: an account's people and profile go along to another server, in a file that other programs read, too.
// Invariant: nothing is brought in before the user has seen whose it is and how much.

import Foundation
import LinnetCore
import Observation

/// What the screen of an account's file shows and does.
@MainActor @Observable
public final class PortableModel: Identifiable {
    /// Bytes of a file that is looked at.
    public nonisolated static let largest = 16 << 20

    /// The account.
    public let id: Int64
    public private(set) var isSaving = false
    /// Until the user has chosen a place for it.
    public private(set) var file: Data?
    /// Whether the last file could be written.
    public private(set) var isSaved: Bool?
    /// The server did not tell everything that belongs into it.
    public private(set) var isIncomplete = false
    public private(set) var saveProblem: CommandError?

    /// What is in the chosen file, user by user.
    public private(set) var users: [AccountFileItem]?
    /// Which of them it is about.
    public var user = 0
    public private(set) var isReading = false
    public private(set) var isTooLarge = false
    public private(set) var importProblem: CommandError?

    /// As it is now; `nil` once it is gone.
    public var account: AccountItem? { accounts().first { $0.id == id } }
    public var name: String { account.map { "\($0.address).xml" } ?? "" }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let accounts: @MainActor () -> [AccountItem]
    @ObservationIgnored private var chosen: Data?

    init(client: Client, account: Int64, accounts: @escaping @MainActor () -> [AccountItem]) {
        (self.client, id, self.accounts) = (client, account, accounts)
    }

    /// Asks the server for what is not here; the file is made once it has told (`collected`).
    public func save() async {
        guard !isSaving else { return }
        (isSaving, isSaved, isIncomplete, saveProblem) = (true, nil, false, nil)
        // One that is under way since the screen was open last is waited for.
        if account?.export == nil {
            do {
                try await client.collectExport(account: id)
            } catch {
                (isSaving, saveProblem) = (false, error as? CommandError ?? .Internal)
            }
        } else {
            await collected()
        }
    }

    /// The account has changed: makes the file once everything is there.
    public func collected() async {
        guard isSaving, file == nil, let export = account?.export, export.done == export.total else { return }
        isSaving = false
        do {
            file = try await client.readExport(account: id)
            isIncomplete = export.missing > 0
        } catch {
            saveProblem = error as? CommandError ?? .Internal
        }
    }

    /// It was written, or could not be; `nil`: the user chose no place.
    public func written(_ isSaved: Bool?) {
        (file, self.isSaved) = (nil, isSaved)
    }

    /// The user has chosen a file; `nil`: it can't be read.
    public func choose(_ file: Data?) async {
        chosen = file.flatMap { $0.count <= Self.largest ? $0 : nil }
        (users, user, isTooLarge, importProblem) = (nil, 0, chosen == nil, nil)
        guard let chosen else { return }
        isReading = true
        defer { isReading = false }
        do {
            users = try await client.readAccountFile(file: chosen)
        } catch {
            importProblem = error as? CommandError ?? .Internal
        }
    }

    public func bringIn() async {
        guard !isReading, let chosen, users != nil else { return }
        (isReading, importProblem) = (true, nil)
        defer { isReading = false }
        do {
            try await client.importAccountFile(account: id, file: chosen, user: UInt32(user))
            (self.chosen, users) = (nil, nil)
        } catch {
            importProblem = error as? CommandError ?? .Internal
        }
    }

    /// No more of it is done, or seen.
    public func end() async {
        do {
            try await client.endImport(account: id)
        } catch {
            importProblem = error as? CommandError ?? .Internal
        }
    }
}
