// Why: where the store lies. It is left out of backups: its key stays on this device, so a copy elsewhere is useless,
// and stream state restored from the past would lie.

import Foundation
import LinnetCore

/// The store's folder; the core puts more than one file there.
public enum StoreFile {
    /// Options for opening the core on this device's store.
    public static func options() throws -> Options {
        var folder = try folder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try folder.setResourceValues(values)
        // The user's, not the app's: a server may have words in one that the app has not learned.
        let language = Locale.preferredLanguages.first ?? "en"
        return Options(
            databasePath: folder.appendingPathComponent("linnet.db").path, caFile: nil, language: language)
    }

    /// Deletes the store. Nothing may have it open.
    public static func erase() throws {
        let folder = try folder()
        if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
    }

    private static func folder() throws -> URL {
        try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true
        ).appendingPathComponent("Store", isDirectory: true)
    }
}
