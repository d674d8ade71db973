package org.linnet.core

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map

/** What a window on a list holds right now. */
data class Window<T>(val items: List<T>, val atStart: Boolean, val atEnd: Boolean)

// Each flow is to be collected once: it ends the subscription when its collector goes away.

fun AccountsSubscription.asFlow(): Flow<List<AccountItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<AccountItem> ->
        for (op in ops) when (op) {
            is AccountsOp.Reset -> list.reset(op.items)
            is AccountsOp.Insert -> list.insert(op.at, op.items)
            is AccountsOp.Update -> list.update(op.at, op.item)
            is AccountsOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun ChatListSubscription.asFlow(): Flow<Window<ChatItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<ChatItem> ->
        for (op in ops) when (op) {
            is ChatListOp.Reset -> list.reset(op.items)
            is ChatListOp.Insert -> list.insert(op.at, op.items)
            is ChatListOp.Update -> list.update(op.at, op.item)
            is ChatListOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }

fun BlocksSubscription.asFlow(): Flow<Window<BlockItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<BlockItem> ->
        for (op in ops) when (op) {
            is BlocksOp.Reset -> list.reset(op.items)
            is BlocksOp.Insert -> list.insert(op.at, op.items)
            is BlocksOp.Update -> list.update(op.at, op.item)
            is BlocksOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }

fun PeopleSubscription.asFlow(): Flow<List<PersonItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<PersonItem> ->
        for (op in ops) when (op) {
            is PeopleOp.Reset -> list.reset(op.items)
            is PeopleOp.Insert -> list.insert(op.at, op.items)
            is PeopleOp.Update -> list.update(op.at, op.item)
            is PeopleOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun RequestsSubscription.asFlow(): Flow<List<RequestItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<RequestItem> ->
        for (op in ops) when (op) {
            is RequestsOp.Reset -> list.reset(op.items)
            is RequestsOp.Insert -> list.insert(op.at, op.items)
            is RequestsOp.Update -> list.update(op.at, op.item)
            is RequestsOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun ContactSubscription.asFlow(): Flow<List<ContactItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<ContactItem> ->
        for (op in ops) when (op) {
            is ContactOp.Reset -> list.reset(op.items)
            is ContactOp.Insert -> list.insert(op.at, op.items)
            is ContactOp.Update -> list.update(op.at, op.item)
            is ContactOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun AppSubscription.asFlow(): Flow<AppItem> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<AppItem> ->
        for (op in ops) when (op) {
            is AppOp.Reset -> list.reset(op.items)
            is AppOp.Insert -> list.insert(op.at, op.items)
            is AppOp.Update -> list.update(op.at, op.item)
            is AppOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items.single() }

fun CodesSubscription.asFlow(): Flow<List<CodeItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<CodeItem> ->
        for (op in ops) when (op) {
            is CodesOp.Reset -> list.reset(op.items)
            is CodesOp.Insert -> list.insert(op.at, op.items)
            is CodesOp.Update -> list.update(op.at, op.item)
            is CodesOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun ServerDetailsSubscription.asFlow(): Flow<List<ServerDetailsItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<ServerDetailsItem> ->
        for (op in ops) when (op) {
            is ServerDetailsOp.Reset -> list.reset(op.items)
            is ServerDetailsOp.Insert -> list.insert(op.at, op.items)
            is ServerDetailsOp.Update -> list.update(op.at, op.item)
            is ServerDetailsOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun OwnDevicesSubscription.asFlow(): Flow<List<OwnDevicesItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<OwnDevicesItem> ->
        for (op in ops) when (op) {
            is OwnDevicesOp.Reset -> list.reset(op.items)
            is OwnDevicesOp.Insert -> list.insert(op.at, op.items)
            is OwnDevicesOp.Update -> list.update(op.at, op.item)
            is OwnDevicesOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun SignUpsSubscription.asFlow(): Flow<List<SignUpItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<SignUpItem> ->
        for (op in ops) when (op) {
            is SignUpsOp.Reset -> list.reset(op.items)
            is SignUpsOp.Insert -> list.insert(op.at, op.items)
            is SignUpsOp.Update -> list.update(op.at, op.item)
            is SignUpsOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun NotificationsSubscription.asFlow(): Flow<List<NotificationItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<NotificationItem> ->
        for (op in ops) when (op) {
            is NotificationsOp.Reset -> list.reset(op.items)
            is NotificationsOp.Insert -> list.insert(op.at, op.items)
            is NotificationsOp.Update -> list.update(op.at, op.item)
            is NotificationsOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun VersionsSubscription.asFlow(): Flow<List<VersionItem>> =
    windows(::next, { end(); close() }, { revision }) { list: MutableList<VersionItem> ->
        for (op in ops) when (op) {
            is VersionsOp.Reset -> list.reset(op.items)
            is VersionsOp.Insert -> list.insert(op.at, op.items)
            is VersionsOp.Update -> list.update(op.at, op.item)
            is VersionsOp.Remove -> list.remove(op.at, op.count)
        }
        Window(list, atStart, atEnd)
    }.map { it.items }

fun TimelineSubscription.asFlow(): Flow<Window<TimelineItem>> =
    windows(::next, { end(); close() }, { revision }, TimelineBatch::applyTo)

internal fun TimelineBatch.applyTo(list: MutableList<TimelineItem>): Window<TimelineItem> {
    for (op in ops) when (op) {
        is TimelineOp.Reset -> list.reset(op.items)
        is TimelineOp.Insert -> list.insert(op.at, op.items)
        is TimelineOp.Update -> list.update(op.at, op.item)
        is TimelineOp.Remove -> list.remove(op.at, op.count)
    }
    return Window(list, atStart, atEnd)
}

/**
 * The pull protocol: name the revision held, apply the difference, hand on the list. A batch counts as held only when
 * it has been applied; one lost to a cancelled call makes the core answer the next call with a reset.
 */
internal fun <B : Any, T> windows(
    next: suspend (ULong) -> B?,
    end: () -> Unit,
    revision: B.() -> ULong,
    apply: B.(MutableList<T>) -> Window<T>,
): Flow<Window<T>> = flow {
    var held = emptyList<T>()
    var applied = 0uL
    try {
        while (true) {
            val batch = next(applied) ?: break
            val window = batch.apply(held.toMutableList())
            held = window.items
            applied = batch.revision()
            emit(window)
        }
    } finally {
        end()
    }
}

private fun <T> MutableList<T>.reset(items: List<T>) {
    clear()
    addAll(items)
}

private fun <T> MutableList<T>.insert(at: UInt, items: List<T>) = addAll(at.toInt(), items)
private fun <T> MutableList<T>.update(at: UInt, item: T) = set(at.toInt(), item)
private fun <T> MutableList<T>.remove(at: UInt, count: UInt) = subList(at.toInt(), (at + count).toInt()).clear()
