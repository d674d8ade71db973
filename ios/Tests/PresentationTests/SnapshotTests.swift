// Why: what a screen shows is what the edits say, whatever they are; here a made-up source says them.

import CoreAdapters
import Testing

/// Hands out prepared batches and notes what it was asked.
private actor Script {
    private var batches: [ListBatch<String>]
    private(set) var asked: [UInt64] = []

    init(_ batches: [ListBatch<String>]) {
        self.batches = batches
    }

    func next(_ applied: UInt64) -> ListBatch<String>? {
        asked.append(applied)
        return batches.isEmpty ? nil : batches.removeFirst()
    }
}

private struct ScriptedSource: BatchSource {
    let script: Script

    func batch(after applied: UInt64) async throws -> ListBatch<String>? { await script.next(applied) }
    func close() {}
}

struct SnapshotTests {
    private func batch(_ revision: UInt64, _ edits: [ListEdit<String>], atStart: Bool = true) -> ListBatch<String> {
        ListBatch(revision: revision, edits: edits, atStart: atStart, atEnd: true)
    }

    @Test func editsAreCarriedOutInTheirOrder() {
        var snapshot = Snapshot<String>()
        snapshot.apply(batch(1, [.reset(["a", "b", "c", "d"])], atStart: false))
        #expect(snapshot.items == ["a", "b", "c", "d"] && !snapshot.atStart && snapshot.atEnd)
        snapshot.apply(batch(2, [.remove(1..<3), .insert(["x", "y"], at: 1), .update("A", at: 0)]))
        #expect(snapshot.items == ["A", "x", "y", "d"] && snapshot.atStart)
        snapshot.apply(batch(3, [.insert(["z"], at: 4), .insert(["0"], at: 0)]))
        #expect(snapshot.items == ["0", "A", "x", "y", "d", "z"])
        snapshot.apply(batch(4, [.remove(0..<6)]))
        #expect(snapshot.items.isEmpty)
        snapshot.apply(batch(5, [.reset(["n"])]))
        #expect(snapshot.items == ["n"])
    }

    @Test func theRevisionJustAppliedIsHandedBack() async throws {
        let script = Script([
            batch(1, [.reset(["a"])]), batch(2, [.insert(["b"], at: 1)]), batch(7, [.reset(["c"])]),
        ])
        var lists: [[String]] = []
        for try await list in ScriptedSource(script: script).items { lists.append(list) }
        #expect(lists == [["a"], ["a", "b"], ["c"]])
        #expect(await script.asked == [0, 1, 2, 7])
    }
}
