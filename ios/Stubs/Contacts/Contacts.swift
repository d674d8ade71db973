// Why: a type-checking stand-in for the few names of Contacts in use; rules as in Stubs/SwiftUI/View.swift. `ObjCBool` and
// the bridging of `NSString` are Foundation's.
import Foundation

func stub() -> Never { fatalError("Contacts' stand-in can't run") }

public protocol CNKeyDescriptor {}
extension NSString: CNKeyDescriptor {}

// swift-format-ignore: AlwaysUseLowerCamelCase
public let CNContactGivenNameKey = "givenName"
// swift-format-ignore: AlwaysUseLowerCamelCase
public let CNContactFamilyNameKey = "familyName"
// swift-format-ignore: AlwaysUseLowerCamelCase
public let CNContactInstantMessageAddressesKey = "instantMessageAddresses"
// swift-format-ignore: AlwaysUseLowerCamelCase
public let CNContactUrlAddressesKey = "urlAddresses"

public enum CNEntityType: Int, Sendable { case contacts = 0 }
public enum CNAuthorizationStatus: Int, Sendable { case notDetermined, restricted, denied, authorized, limited }

public final class CNLabeledValue<ValueType> {
    public var value: ValueType { stub() }
}
public final class CNInstantMessageAddress {
    public var username: String { stub() }
    public var service: String { stub() }
}
public class CNContact {
    public var givenName: String { stub() }
    public var familyName: String { stub() }
    public var instantMessageAddresses: [CNLabeledValue<CNInstantMessageAddress>] { stub() }
    public var urlAddresses: [CNLabeledValue<NSString>] { stub() }
}
public final class CNContactFetchRequest {
    public init(keysToFetch keys: [any CNKeyDescriptor]) {}
}
public final class CNContactStore {
    public init() {}
    public class func authorizationStatus(for entityType: CNEntityType) -> CNAuthorizationStatus { stub() }
    public func requestAccess(for entityType: CNEntityType) async throws -> Bool { stub() }
    public func enumerateContacts(
        with request: CNContactFetchRequest, usingBlock block: (CNContact, UnsafeMutablePointer<ObjCBool>) -> Void
    ) throws { stub() }
}
