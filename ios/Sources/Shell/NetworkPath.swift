// Why: a phone changes networks without a word to its sockets; the core must hear of it.
// Invariant: one signal a change. The monitor's first report is where we are, not a move.

import Dispatch
import Network

/// Tells when the device's network path changes.
public enum NetworkPath {
    /// Where the device is now.
    public struct Change: Sendable {
        /// It was elsewhere before.
        public let moved: Bool
        /// What goes over it is paid for by the byte, or shared by a phone.
        public let isMetered: Bool
    }

    /// The first place and one element for each change; ends with the task that iterates.
    public static func changes() -> AsyncStream<Change> {
        AsyncStream { continuation in
            let monitor = NWPathMonitor()
            let last = LastPath()
            monitor.pathUpdateHandler = { path in
                if let moved = last.move(to: path) {
                    continuation.yield(Change(moved: moved, isMetered: path.isExpensive))
                }
            }
            continuation.onTermination = { _ in monitor.cancel() }
            monitor.start(queue: DispatchQueue(label: "org.linnet.network-path"))
        }
    }
}

/// The path last seen. Used on the monitor's queue only.
private final class LastPath: @unchecked Sendable {
    private var path: NWPath?

    /// Whether the new path is another place; nil if nothing about it is new.
    func move(to new: NWPath) -> Bool? {
        defer { path = new }
        guard let path else { return false }
        if path.status != new.status || path.availableInterfaces != new.availableInterfaces { return true }
        return path.isExpensive == new.isExpensive ? nil : false
    }
}
