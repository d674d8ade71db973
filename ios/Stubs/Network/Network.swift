// Why: a type-checking stand-in for the path monitor; rules as in Stubs/SwiftUI/View.swift.
import Dispatch

public struct NWInterface: Hashable, Sendable {
    public let name: String
    public let index: Int
}
public struct NWPath: Equatable, Sendable {
    public enum Status: Sendable { case satisfied, unsatisfied, requiresConnection }
    public let status: Status
    public let availableInterfaces: [NWInterface]
    public let isExpensive: Bool
}
public final class NWPathMonitor: Sendable {
    public init() {}
    public var pathUpdateHandler: (@Sendable (_ newPath: NWPath) -> Void)? {
        get { nil }
        set { fatalError("the path monitor's stand-in can't run") }
    }
    public func start(queue: DispatchQueue) {}
    public func cancel() {}
}
