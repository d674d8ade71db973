package org.linnet.ui.chat

import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.Stable
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableIntStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshotFlow
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first

/**
 * Where the user is in a chat, and whether the list follows new messages.
 *
 * A keyed list keeps the row it shows in place, so a new message at the bottom would arrive unseen. The rule here: the
 * list sticks to the bottom until the user scrolls away, and sticks again once they are back; a message of one's own
 * always brings it back. What arrives while it doesn't stick is counted.
 */
@Stable
class ChatPosition(val list: LazyListState) {
    private var newestFirst: List<Row> = emptyList()
    private var sticks by mutableStateOf(true)
    private var opened = false

    /** Messages that came while the user was reading further up. */
    var newBelow by mutableIntStateOf(0)
        private set

    val atBottom: Boolean by derivedStateOf {
        list.firstVisibleItemIndex == 0 && list.firstVisibleItemScrollOffset < NEARLY
    }

    /** Within reach of the oldest row that is loaded. */
    val nearStart: Boolean by derivedStateOf {
        val info = list.layoutInfo
        val last = info.visibleItemsInfo.lastOrNull()
        last != null && last.index >= info.totalItemsCount - REACH
    }

    suspend fun toBottom() {
        sticks = true
        newBelow = 0
        // From far away the way is not worth watching.
        if (list.firstVisibleItemIndex > REACH) list.scrollToItem(REACH)
        list.animateScrollToItem(0)
    }

    /** The newest message on screen, each time it changes. */
    fun newestSeen(): Flow<Long> = snapshotFlow {
        val keys = list.layoutInfo.visibleItemsInfo.mapTo(HashSet()) { it.key }
        newestFirst.firstOrNull { it is Row.Message && it.key in keys }?.let { (it as Row.Message).item.id }
    }.filterNotNull().distinctUntilChanged()

    internal fun show(rows: List<Row>, atEnd: Boolean) {
        val before = newestFirst
        newestFirst = rows.asReversed()
        if (!opened || before.isEmpty()) return
        val newest = newestFirst.firstOrNull() ?: return
        // That someone is writing stays below whatever comes meanwhile.
        val said = newestFirst.firstOrNull { it !is Row.Typing }
        if (newest.key == before.first().key && said?.key == before.firstOrNull { it !is Row.Typing }?.key) return
        val known = before.mapTo(HashSet()) { it.key }
        val added = newestFirst.asSequence().filter { it !is Row.Typing }.takeWhile { it.key !in known }
            .filterIsInstance<Row.Message>().toList()
        val own = added.firstOrNull()?.item?.outgoing == true
        when {
            !atEnd -> Unit
            added.isEmpty() -> if (sticks && newest is Row.Typing) list.requestScrollToItem(0)
            sticks || own -> {
                sticks = true
                newBelow = 0
                list.requestScrollToItem(0)
            }
            else -> newBelow += added.count { !it.item.outgoing }
        }
    }

    /** Opens where the unread messages begin, if they don't all fit, else at the bottom. */
    internal suspend fun open() {
        val mark = newestFirst.indexOf(Row.UnreadMark)
        val info = snapshotFlow { list.layoutInfo }.first { it.visibleItemsInfo.isNotEmpty() }
        val fits = mark < 0 || info.visibleItemsInfo.any { it.index == mark }
        if (!fits) {
            val height = info.viewportEndOffset - info.viewportStartOffset
            list.scrollToItem(mark, -(height * 3 / 4))
        }
        // Back from another screen, the list stands where it stood.
        if (!atBottom) sticks = false
        opened = true
    }

    /** Only what the user's own hand does changes whether the list sticks. */
    internal suspend fun follow() {
        snapshotFlow { list.isScrollInProgress to atBottom }.filter { (moving, _) -> moving }.collect { (_, bottom) ->
            sticks = bottom
            if (bottom) newBelow = 0
        }
    }

    private companion object {
        /** Pixels; a hair's breadth off the bottom is the bottom. */
        const val NEARLY = 48
        const val REACH = 15
    }
}

@Composable
fun rememberChatPosition(rows: List<Row>, atEnd: Boolean): ChatPosition {
    val list = rememberLazyListState()
    val position = remember(list) { ChatPosition(list) }
    // Before the next measuring, so that the list is never drawn where it will not stay.
    SideEffect { position.show(rows, atEnd) }
    LaunchedEffect(position) {
        position.open()
        position.follow()
    }
    return position
}
