// Why: a type-checking stand-in for the keychain's C interface; rules as in Stubs/SwiftUI/View.swift.
import Foundation

public typealias OSStatus = Int32
public typealias CFTypeRef = AnyObject

public final class CFString: Hashable, Sendable {
    public static func == (left: CFString, right: CFString) -> Bool { left === right }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
public final class CFDictionary: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (CFString, Any)...) {}
}

public let kSecClass = CFString()
public let kSecClassGenericPassword = CFString()
public let kSecAttrService = CFString()
public let kSecAttrAccount = CFString()
public let kSecAttrAccessible = CFString()
public let kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly = CFString()
public let kSecReturnData = CFString()
public let kSecMatchLimit = CFString()
public let kSecMatchLimitOne = CFString()
public let kSecValueData = CFString()
public let kSecUseDataProtectionKeychain = CFString()
public let kSecRandomDefault: SecRandomRef? = nil
public var errSecSuccess: OSStatus { 0 }
public var errSecItemNotFound: OSStatus { -25300 }
public var errSecDuplicateItem: OSStatus { -25299 }

public final class SecRandomRef: Sendable {}

// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    fatalError("the keychain's stand-in can't run")
}
// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecItemAdd(_ attributes: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    fatalError("the keychain's stand-in can't run")
}
// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecItemDelete(_ query: CFDictionary) -> OSStatus { fatalError("the keychain's stand-in can't run") }
// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecRandomCopyBytes(_ rnd: SecRandomRef?, _ count: Int, _ bytes: UnsafeMutableRawPointer) -> Int32 {
    fatalError("the keychain's stand-in can't run")
}
