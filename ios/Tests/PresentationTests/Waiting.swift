// Why: tests wait for what they expect, never for time to pass. A model's observed properties wake the waiting test;
// the limit only turns a hang into a failure.

import Foundation
import Observation

struct TooLate: Error, CustomStringConvertible {
    let description: String
}

/// Waits until `condition` holds. It reads observed properties only, so that every change of it is seen.
@MainActor
func until(
    _ what: String, within limit: Duration = .seconds(30), _ condition: @escaping @MainActor () -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while true {
        switch await nextLook(condition, deadline: deadline) {
        case .holds: return
        case .changed: continue
        case .late: throw TooLate(description: "not within \(limit): \(what)")
        }
    }
}

private enum Look: Sendable {
    case holds
    case changed
    case late
}

@MainActor
private func nextLook(
    _ condition: @escaping @MainActor () -> Bool, deadline: ContinuousClock.Instant
) async -> Look {
    let (looks, report) = AsyncStream.makeStream(of: Look.self)
    let holds = withObservationTracking {
        condition()
    } onChange: {
        report.yield(.changed)
    }
    if holds { return .holds }
    let clock = Task {
        try await Task.sleep(until: deadline, clock: .continuous)
        report.yield(.late)
    }
    defer { clock.cancel() }
    // The change is reported just before it happens, on the main actor: this task goes on after it.
    for await look in looks { return look }
    return .late
}
