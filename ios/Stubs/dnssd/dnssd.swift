// Why: a type-checking stand-in for the system's resolver; rules as in Stubs/SwiftUI/View.swift.
// C's types as the importer gives them: anonymous enumerations are `Int`s, references are opaque pointers.
import Dispatch

public typealias DNSServiceRef = OpaquePointer
public typealias DNSServiceFlags = UInt32
public typealias DNSServiceErrorType = Int32

// swift-format-ignore: AlwaysUseLowerCamelCase
public var kDNSServiceFlagsMoreComing: Int { 0x1 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public var kDNSServiceFlagsReturnIntermediates: Int { 0x1000 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public var kDNSServiceErr_NoError: Int { 0 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public var kDNSServiceErr_NoSuchName: Int { -65538 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public var kDNSServiceErr_NoSuchRecord: Int { -65554 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public var kDNSServiceType_SRV: Int { 33 }
// swift-format-ignore: AlwaysUseLowerCamelCase
public var kDNSServiceClass_IN: Int { 1 }

public typealias DNSServiceQueryRecordReply = @convention(c) (
    DNSServiceRef?, DNSServiceFlags, UInt32, DNSServiceErrorType, UnsafePointer<CChar>?, UInt16, UInt16, UInt16,
    UnsafeRawPointer?, UInt32, UnsafeMutableRawPointer?
) -> Void

// swift-format-ignore: AlwaysUseLowerCamelCase
public func DNSServiceQueryRecord(
    _ sdRef: UnsafeMutablePointer<DNSServiceRef?>!, _ flags: DNSServiceFlags, _ interfaceIndex: UInt32,
    _ fullname: UnsafePointer<CChar>!, _ rrtype: UInt16, _ rrclass: UInt16,
    _ callBack: DNSServiceQueryRecordReply!, _ context: UnsafeMutableRawPointer!
) -> DNSServiceErrorType { fatalError("the resolver's stand-in can't run") }
// swift-format-ignore: AlwaysUseLowerCamelCase
public func DNSServiceSetDispatchQueue(_ service: DNSServiceRef!, _ queue: DispatchQueue!) -> DNSServiceErrorType {
    fatalError("the resolver's stand-in can't run")
}
// swift-format-ignore: AlwaysUseLowerCamelCase
public func DNSServiceRefDeallocate(_ sdRef: DNSServiceRef!) {}
