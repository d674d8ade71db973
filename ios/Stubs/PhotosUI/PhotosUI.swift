// Why: a type-checking stand-in for the few names of PhotosUI in use; rules as in Stubs/SwiftUI/View.swift.
import Foundation
import SwiftUI

func stub() -> Never { fatalError("PhotosUI's stand-in can't run") }

public protocol Transferable {}
extension Data: Transferable {}

public struct PhotosPickerItem: Equatable, Hashable, Sendable {
    public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { stub() }
}
public struct PHPickerFilter: Equatable, Hashable, Sendable {
    public static let images = PHPickerFilter()
}
public struct PhotosPicker<Label: View>: View {
    public var body: Never { stub() }
}
extension PhotosPicker where Label == Text {
    public init(
        _ title: LocalizedStringKey, selection: Binding<PhotosPickerItem?>, matching filter: PHPickerFilter? = nil
    ) {}
}
