// Why: the store is encrypted under a key that never leaves this device and is in no backup.
// Invariant: the key is made once. If the keychain can't say whether there is one, none is made: a second key would
// make the store unreadable for good.

import Foundation
import Security

/// The store's key, kept in the keychain.
struct DatabaseKey: Sendable {
    /// Bytes in a key.
    static let length = 32
    let service: String
    let account = "database-key"

    /// The key, made now if there is none yet; empty if the keychain refuses.
    func bytes() -> Data {
        switch stored() {
        case .found(let key): key
        case .missing: make()
        case .refused: Data()
        }
    }

    /// Forgets the key. What it encrypted can't be read ever after.
    func forget() {
        let query =
            [kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: account] as CFDictionary
        // Nothing to forget is as good as forgotten.
        _ = SecItemDelete(query)
    }

    private enum Stored {
        case found(Data)
        case missing
        case refused
    }

    private func stored() -> Stored {
        let query =
            [
                kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: account,
                kSecReturnData: true, kSecMatchLimit: kSecMatchLimitOne,
            ] as CFDictionary
        var result: CFTypeRef?
        let status = SecItemCopyMatching(query, &result)
        if status == errSecItemNotFound { return .missing }
        guard status == errSecSuccess, let key = result as? Data, key.count == Self.length else { return .refused }
        return .found(key)
    }

    private func make() -> Data {
        var key = Data(count: Self.length)
        let random = key.withUnsafeMutableBytes { buffer -> Int32 in
            guard let start = buffer.baseAddress else { return -1 }
            return SecRandomCopyBytes(kSecRandomDefault, buffer.count, start)
        }
        guard random == errSecSuccess else { return Data() }
        let attributes =
            [
                kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: account,
                kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, kSecValueData: key,
            ] as CFDictionary
        switch SecItemAdd(attributes, nil) {
        case errSecSuccess:
            return key
        case errSecDuplicateItem:
            // Another process of ours was quicker.
            if case .found(let theirs) = stored() { return theirs }
            return Data()
        default:
            return Data()
        }
    }
}
