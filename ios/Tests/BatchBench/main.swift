// Why: every change on screen costs one `next()`; this measures it where it is called, from Swift, on the real core
// with a real store: reading 200 rows, making items, crossing the boundary, and the list that Swift ends up with.
// Prints one line: bench batch-swift MEDIANUS (median …, p90 …, …)

import CoreAdapters
import Foundation
import LinnetCore

let rows = 200
let warmUps = 50
let runs = 300
let frame = Duration.milliseconds(20)

final class BenchPlatform: Platform {
    func databaseKey() -> Data { Data(repeating: 42, count: 32) }
    func bootId() -> String { "bench" }
    func log(level: LogLevel, target: String, message: String) {}
}

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("linnet-bench-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let client = try Client.open(
    options: Options(databasePath: folder.appendingPathComponent("linnet.db").path, caFile: nil),
    platform: BenchPlatform())

// Switched off, the account leaves the core quiet while we measure.
let nowhere = ServerAddress(host: "127.0.0.1", port: 1, directTls: false)
let account = try await client.addAccount(address: "alice@example.org", password: "secret", server: nowhere)
try await client.setAccountEnabled(account: account, enabled: false)
let chat = try await client.startChat(account: account, address: "bob@example.org")
for number in 1...rows {
    let body = "Message \(number) is about as long as the messages are that people really send."
    _ = try await client.sendText(chat: chat, body: body, token: client.newToken())
}
let timeline = client.timeline(chat: chat)
timeline.loadOlder(count: UInt32(rows - 50))

// A revision that was never handed out is answered with the whole window at once.
func batch() async throws -> Int {
    guard let batch = try await timeline.batch(after: 0) else { return 0 }
    var snapshot = Snapshot<TimelineItem>()
    snapshot.apply(batch)
    return snapshot.items.count
}

var times: [Double] = []
for run in 0..<(warmUps + runs) {
    // The core hands out one batch a frame at most; what is measured is its cost, not the wait for the next frame.
    try await Task.sleep(for: frame)
    let start = ContinuousClock.now
    let count = try await batch()
    let took = ContinuousClock.now - start
    guard count == rows else { fatalError("a batch of \(count) items, not \(rows)") }
    if run >= warmUps { times.append(Double(took.components.attoseconds) / 1e12) }
}
client.close()
times.sort()

let (median, p90, slowest) = (times[times.count / 2], times[times.count * 9 / 10], times[times.count - 1])
let line = String(
    format: "bench batch-swift %.0f (median %.0f µs, p90 %.0f µs, max %.0f µs, %d items, %d runs)", median, median, p90,
    slowest, rows, runs)
print(line)
