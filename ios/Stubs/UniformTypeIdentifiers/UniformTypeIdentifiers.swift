// Why: a type-checking stand-in for the few names of UniformTypeIdentifiers in use; rules as in Stubs/SwiftUI/View.swift.

public struct UTType: Equatable, Hashable, Sendable {
    public static var data: UTType { UTType() }
    public static var utf8PlainText: UTType { UTType() }
    public var identifier: String { "" }
}
