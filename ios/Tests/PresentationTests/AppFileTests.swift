// Why: Xcode is not here to say that a word is missing, a path wrong or a property list broken; these tests read the
// app's files and say it.

import Foundation
import Testing

struct AppFileTests {
    /// The folder `ios`.
    private let ios = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Catalogue: Decodable {
        struct Entry: Decodable { let localizations: [String: Localization] }
        struct Localization: Decodable {
            let stringUnit: Unit?
            let variations: Variations?
        }
        struct Variations: Decodable { let plural: [String: Form] }
        struct Form: Decodable { let stringUnit: Unit }
        struct Unit: Decodable {
            let state: String
            let value: String
        }
        let sourceLanguage: String
        let strings: [String: Entry]
    }

    private func catalogue() throws -> Catalogue {
        let data = try Data(contentsOf: ios.appendingPathComponent("App/Localizable.xcstrings"))
        return try JSONDecoder().decode(Catalogue.self, from: data)
    }

    private func swiftFiles(in folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: ios.appendingPathComponent(folder), includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "swift" }
    }

    /// The keys of all texts in the screens: literals in snake case, as Android's, with their arguments. A count is a
    /// number, everything else a text: that is what `LocalizedStringKey` makes of them.
    private func usedKeys() throws -> Set<String> {
        let key = #/"([a-z]+(?:_[a-z]+)+(?: \\\((?:[^()]|\([^()]*(?:\([^()]*\))?[^()]*\))*\))*)"/#
        let argument = #/\\\(((?:[^()]|\([^()]*(?:\([^()]*\))?[^()]*\))*)\)/#
        var keys: Set<String> = []
        for file in try swiftFiles(in: "Sources/Views") + swiftFiles(in: "App") {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: key) {
                keys.insert(
                    String(match.1).replacing(argument) { ["count", "unseen"].contains($0.1) ? "%lld" : "%@" })
            }
        }
        return keys
    }

    @Test func everyWordInTheScreensIsInTheTableAndNoOther() throws {
        let used = try usedKeys()
        let kept = Set(try catalogue().strings.keys)
        #expect(used.count > 50)
        #expect(used.subtracting(kept).sorted() == [], "missing in Localizable.xcstrings")
        #expect(kept.subtracting(used).sorted() == [], "used nowhere")
    }

    @Test func everyWordIsThereInEnglishAndGerman() throws {
        let catalogue = try catalogue()
        #expect(catalogue.sourceLanguage == "en")
        for (key, entry) in catalogue.strings {
            #expect(Set(entry.localizations.keys) == ["de", "en"], "\(key)")
            for (language, localization) in entry.localizations {
                var units = localization.variations.map {
                    [$0.plural["one"], $0.plural["other"]].map { $0?.stringUnit }
                }
                if units == nil { units = [localization.stringUnit] }
                for unit in units ?? [] {
                    let text = try #require(unit, "\(key) in \(language)")
                    #expect(text.state == "translated" && !text.value.isEmpty, "\(key) in \(language)")
                    #expect(arguments(text.value) == arguments(key), "\(key) in \(language): \(text.value)")
                }
            }
        }
    }

    /// The kinds of arguments in their order: `%2$@ %1$lld` is a number and a text.
    private func arguments(_ text: String) -> [String] {
        let argument = #/%(?:(\d)\$)?(@|lld)/#
        let found = text.matches(of: argument).enumerated().map { index, match in
            (match.1.flatMap { Int($0) } ?? index + 1, String(match.2))
        }
        return found.sorted { $0.0 < $1.0 }.map(\.1)
    }

    @Test(arguments: ["App/Info.plist", "App/Linnet.entitlements", "App/PrivacyInfo.xcprivacy"])
    func propertyListsAreWellFormed(path: String) throws {
        let data = try Data(contentsOf: ios.appendingPathComponent(path))
        let list = try PropertyListSerialization.propertyList(from: data, format: nil) as? [String: Any]
        #expect(list?.isEmpty == false)
        if path.hasSuffix("Info.plist") {
            #expect(list?["CFBundleLocalizations"] as? [String] == ["en", "de"])
        }
    }

    @Test func theProjectNamesOnlyWhatExists() throws {
        let project = try String(contentsOf: ios.appendingPathComponent("project.yml"), encoding: .utf8)
        let paths = project.matches(of: #/[ -] (?:path|CODE_SIGN_ENTITLEMENTS|INFOPLIST_FILE): (\S+)/#).map {
            String($0.1)
        }
        #expect(paths.count == 4)
        for path in paths {
            let there = FileManager.default.fileExists(atPath: ios.appendingPathComponent(path).path)
            #expect(there, "project.yml: \(path)")
        }
        let package = try String(contentsOf: ios.appendingPathComponent("Package.swift"), encoding: .utf8)
        #expect(project.contains("product: Linnet") && package.contains(".library(name: \"Linnet\""))
    }

    @Test func coloursAndPicturesInTheScreensExist() throws {
        let named = #/(?:Color|Image\(decorative:|Image)\(? ?"([A-Z][A-Za-z]+)"/#
        var names: Set<String> = []
        for file in try swiftFiles(in: "Sources/Views") {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: named) {
                names.insert(String(match.1))
            }
        }
        #expect(names.isSuperset(of: ["Linnet", "OwnBubble", "TheirBubble", "AccountBlue"]))
        let assets = ios.appendingPathComponent("App/Assets.xcassets")
        for set in try FileManager.default.contentsOfDirectory(at: assets, includingPropertiesForKeys: nil)
        where set.hasDirectoryPath {
            let contents = try Data(contentsOf: set.appendingPathComponent("Contents.json"))
            let json = try JSONSerialization.jsonObject(with: contents) as? [String: Any]
            for image in json?["images"] as? [[String: Any]] ?? [] {
                guard let file = image["filename"] as? String else { continue }
                #expect(FileManager.default.fileExists(atPath: set.appendingPathComponent(file).path), "\(file)")
            }
            names.remove(set.deletingPathExtension().lastPathComponent)
        }
        #expect(names.isEmpty, "not in Assets.xcassets")
    }
}
