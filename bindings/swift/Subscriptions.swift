// Why: each subscription's generated batch type is its own; these adapters give them one shape. Nothing else belongs
// here.

import LinnetCore

extension AccountsSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<AccountItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<AccountItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension ChatListSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<ChatItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<ChatItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension BlocksSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<BlockItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<BlockItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension PeopleSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<PersonItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<PersonItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension ContactSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<ContactItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<ContactItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension RequestsSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<RequestItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<RequestItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension CodesSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<CodeItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<CodeItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension TimelineSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<TimelineItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<TimelineItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension AppSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<AppItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<AppItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension ServerDetailsSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<ServerDetailsItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<ServerDetailsItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension OwnDevicesSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<OwnDevicesItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<OwnDevicesItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension SignUpsSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<SignUpItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<SignUpItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension NotificationsSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<NotificationItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<NotificationItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}

extension VersionsSubscription: BatchSource {
    public func batch(after applied: UInt64) async throws -> ListBatch<VersionItem>? {
        guard let batch = try await next(applied: applied) else { return nil }
        let edits = batch.ops.map { op -> ListEdit<VersionItem> in
            switch op {
            case .reset(let items): .reset(items)
            case .insert(let at, let items): .insert(items, at: Int(at))
            case .update(let at, let item): .update(item, at: Int(at))
            case .remove(let at, let count): .remove(Int(at)..<Int(at + count))
            }
        }
        return ListBatch(revision: batch.revision, edits: edits, atStart: batch.atStart, atEnd: batch.atEnd)
    }
}
