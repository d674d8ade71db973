// Why: a phone changes networks without a word to its sockets; the core must hear of it.
// Invariant: one signal a change. The monitor's first report is where we are, not a change.

import Dispatch
import Network

/// Tells when the device's network path changes.
public enum NetworkPath {
    /// One element for each change; ends with the task that iterates.
    public static func changes() -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let monitor = NWPathMonitor()
            let last = LastPath()
            monitor.pathUpdateHandler = { path in
                if last.isChange(to: path) { continuation.yield() }
            }
            continuation.onTermination = { _ in monitor.cancel() }
            monitor.start(queue: DispatchQueue(label: "org.linnet.network-path"))
        }
    }
}

/// The path last seen. Used on the monitor's queue only.
private final class LastPath: @unchecked Sendable {
    private var path: NWPath?

    func isChange(to new: NWPath) -> Bool {
        defer { path = new }
        guard let path else { return false }
        return path.status != new.status || path.availableInterfaces != new.availableInterfaces
    }
}
