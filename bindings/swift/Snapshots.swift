// Why: a subscription speaks in batches of edits; a screen wants the list. This file is the step between.
// Invariants: one `next` in flight; the revision handed back is always the one just applied, so a batch that a
// cancelled task never saw is answered with a reset. Cancelling a task does not cancel a future on the core's side,
// hence `close()` in the cancellation handler: it ends the pending `next` with `nil`.

/// One edit of a list. Positions are those after the edits that stand before it in its batch.
public enum ListEdit<Item: Sendable>: Sendable {
    case reset([Item])
    case insert([Item], at: Int)
    case update(Item, at: Int)
    case remove(Range<Int>)
}

/// What changed between two revisions of a list.
public struct ListBatch<Item: Sendable>: Sendable {
    public let revision: UInt64
    public let edits: [ListEdit<Item>]
    public let atStart: Bool
    public let atEnd: Bool

    public init(revision: UInt64, edits: [ListEdit<Item>], atStart: Bool, atEnd: Bool) {
        self.revision = revision
        self.edits = edits
        self.atStart = atStart
        self.atEnd = atEnd
    }
}

/// A subscription of the core, seen as a source of batches.
public protocol BatchSource: Sendable {
    associatedtype Item: Sendable
    /// Waits for the next batch; `nil` once closed. `applied` is the revision the caller holds, 0 at first.
    func batch(after applied: UInt64) async throws -> ListBatch<Item>?
    /// Ends the subscription and any wait on it.
    func close()
}

/// A list as it stands after a batch.
public struct Snapshot<Item: Sendable>: Sendable {
    public fileprivate(set) var items: [Item] = []
    /// There is nothing before the first item, as far as this device knows.
    public fileprivate(set) var atStart = false
    /// There is nothing after the last item.
    public fileprivate(set) var atEnd = false
    fileprivate var revision: UInt64 = 0

    public init() {}

    /// Carries the batch out on this list.
    public mutating func apply(_ batch: ListBatch<Item>) {
        for edit in batch.edits {
            switch edit {
            case .reset(let new): items = new
            case .insert(let new, let at): items.insert(contentsOf: new, at: at)
            case .update(let item, let at): items[at] = item
            case .remove(let range): items.removeSubrange(range)
            }
        }
        (revision, atStart, atEnd) = (batch.revision, batch.atStart, batch.atEnd)
    }
}

/// The list after each batch, until the subscription is closed or the task that iterates is cancelled.
public struct Snapshots<Source: BatchSource>: AsyncSequence, Sendable {
    public typealias Element = Snapshot<Source.Item>
    fileprivate let source: Source

    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let source: Source
        fileprivate var snapshot = Snapshot<Source.Item>()

        public mutating func next() async throws -> Snapshot<Source.Item>? {
            let (source, applied) = (source, snapshot.revision)
            let batch = try await withTaskCancellationHandler {
                try await source.batch(after: applied)
            } onCancel: {
                source.close()
            }
            guard let batch else { return nil }
            snapshot.apply(batch)
            return snapshot
        }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }
}

extension BatchSource {
    /// The list with its edges, after each batch. Iterate it once.
    public var snapshots: Snapshots<Self> { Snapshots(source: self) }
    /// The bare list after each batch. Iterate it once.
    public var items: AsyncMapSequence<Snapshots<Self>, [Item]> { snapshots.map(\.items) }
}
