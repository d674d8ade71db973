package org.linnet.ui.chat

import androidx.compose.animation.AnimatedVisibility
import androidx.compose.animation.fadeIn
import androidx.compose.animation.fadeOut
import androidx.compose.animation.scaleIn
import androidx.compose.animation.scaleOut
import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.SmallFloatingActionButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.ChatItem
import org.linnet.core.ContactItem
import org.linnet.core.ContactMoved
import org.linnet.core.MessageItem
import org.linnet.core.TextOf
import org.linnet.ui.chats.ConnectionBanner
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.BackButton
import org.linnet.ui.theme.EmptyPlace
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.words.presence
import org.linnet.ui.words.strings
import org.linnet.ui.words.title

/** What a chat can ask for. */
interface ChatActions {
    fun back()
    fun send()
    fun composing(on: Boolean)
    fun correct(message: MessageItem)
    fun cancelCorrection()
    fun showVersions(message: Long)
    fun closeVersions()
    fun retry(message: Long)
    fun delete(message: Long)
    fun copy(message: MessageItem)

    /** The whole of a text that is shown cut; [sender]: whose it is. */
    fun showAll(of: TextOf, sender: String?)
    fun fillGap(gap: Long)
    fun seen(message: Long)
    fun loadOlder()
    fun jumpToNewest()
    fun tryNow()
    fun signInAgain(account: AccountItem)
    fun unblock()
    fun openContact()

    /** Whether to go on with the contact at their new address, as it stood on the screen. */
    fun answerMoved(accept: Boolean, moved: ContactMoved)
    fun openMoved(moved: ContactMoved)
}

@Composable
fun ChatScreen(
    state: ChatState,
    draft: TextFieldState,
    actions: ChatActions,
    modifier: Modifier = Modifier,
    enterSends: Boolean = false,
    /** Whether the user can be taken to see what is on screen. */
    watched: Boolean = true,
) {
    Surface(modifier.fillMaxSize(), color = LinnetTheme.colors.chatBackground) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            ChatTopBar(state.chat, state.contact, actions::back, actions::openContact)
            HorizontalDivider(thickness = 0.5.dp, color = MaterialTheme.colorScheme.outlineVariant)
            ConnectionBanner(listOfNotNull(state.account), actions::tryNow, actions::signInAgain)
            Box(Modifier.weight(1f).fillMaxWidth()) {
                val rows = state.rows
                when {
                    rows == null -> Unit
                    rows.isEmpty() -> Beginning(state.chat, Modifier.align(Alignment.Center))
                    else -> Messages(rows, state, actions, watched)
                }
            }
            val text = state.correcting?.text ?: draft
            TellComposing(text, watched, actions::composing)
            state.contact?.let { MovedBar(it, actions) }
            if (state.chat?.blocked == true) Blocked(state.chat, actions::unblock)
            else Composer(text, actions::send, enterSends, state.correcting, actions::cancelCorrection)
            state.versions?.let { Versions(it, actions::closeVersions) { of -> actions.showAll(of, null) } }
        }
    }
}

/** Where one would write to somebody one does not want to hear. */
@Composable
private fun Blocked(chat: ChatItem, onUnblock: () -> Unit) {
    Surface(Modifier.fillMaxWidth(), color = MaterialTheme.colorScheme.surfaceContainer) {
        Row(
            Modifier.heightIn(min = 64.dp).padding(start = 20.dp, end = 12.dp, top = 6.dp, bottom = 6.dp)
                .testTag("blocked"),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Text(
                strings.chatBlocked(chat.title),
                Modifier.weight(1f),
                style = MaterialTheme.typography.bodyLarge,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
            TextButton(onUnblock, Modifier.heightIn(min = 48.dp)) { Text(strings.blocksUnblock) }
        }
    }
}

/** Each keystroke is told; so is that the field is empty, or that nobody sits before it any more. */
@Composable
private fun TellComposing(text: TextFieldState, watched: Boolean, tell: (Boolean) -> Unit) {
    LaunchedEffect(text) {
        snapshotFlow { text.text.toString() }.drop(1).collect { tell(it.isNotBlank()) }
    }
    LaunchedEffect(watched) { if (!watched) tell(false) }
}

@Composable
private fun ChatTopBar(chat: ChatItem?, contact: ContactItem?, onBack: () -> Unit, onDetails: () -> Unit) {
    Row(
        Modifier.fillMaxWidth().heightIn(min = 64.dp).padding(horizontal = 6.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        BackButton(onBack)
        if (chat != null) {
            // Of oneself there is nothing to tell.
            val details = if (chat.noteToSelf) Modifier
            else Modifier.clip(MaterialTheme.shapes.medium)
                .clickable(onClickLabel = strings.contactTitle, onClick = onDetails).testTag("details")
            Row(Modifier.weight(1f).then(details), verticalAlignment = Alignment.CenterVertically) {
                Spacer(Modifier.width(4.dp))
                Avatar(chat.address, chat.title, size = 40.dp, note = chat.noteToSelf, picture = chat.picture)
                Spacer(Modifier.width(12.dp))
                Column(Modifier.weight(1f).padding(vertical = 6.dp).semantics(mergeDescendants = true) { heading() }) {
                    Text(
                        strings.title(chat),
                        style = MaterialTheme.typography.titleMedium,
                        maxLines = 1,
                        overflow = TextOverflow.Ellipsis,
                    )
                    val presence = contact?.let { strings.presence(it) }
                    Text(
                        if (chat.typing) strings.chatsTyping else presence ?: chat.address,
                        Modifier.testTag("subtitle"),
                        style = MaterialTheme.typography.bodySmall,
                        color = if (chat.typing) MaterialTheme.colorScheme.primary
                        else MaterialTheme.colorScheme.onSurfaceVariant,
                        maxLines = 1,
                        overflow = TextOverflow.Ellipsis,
                    )
                }
            }
            Spacer(Modifier.width(8.dp))
        }
    }
}

@Composable
private fun Beginning(chat: ChatItem?, modifier: Modifier) {
    if (chat == null) return
    val note = chat.noteToSelf
    EmptyPlace(
        if (note) strings.noteToSelf else strings.chatEmptyTitle,
        if (note) strings.chatEmptyNote else strings.chatEmptyText(chat.title),
        modifier,
    ) { Avatar(chat.address, chat.title, size = 88.dp, note = note, picture = chat.picture) }
}

/** Drawn from the bottom up, so the newest is row 0 and older ones are added at the far end without a jump. */
@Composable
private fun Messages(rows: List<Row>, state: ChatState, actions: ChatActions, watched: Boolean) {
    val position = rememberChatPosition(rows, state.atEnd)
    val newestFirst = rows.asReversed()
    LaunchedEffect(position, watched) {
        if (watched) position.newestSeen().collect(actions::seen)
    }
    LaunchedEffect(position) {
        snapshotFlow { position.nearStart }.filter { it }.collect { actions.loadOlder() }
    }
    LaunchedEffect(rows.size) { if (position.nearStart) actions.loadOlder() }

    Box(Modifier.fillMaxSize()) {
        LazyColumn(
            Modifier.fillMaxSize().testTag("messages"),
            state = position.list,
            reverseLayout = true,
            contentPadding = PaddingValues(horizontal = 12.dp, vertical = 10.dp),
        ) {
            items(newestFirst, { it.key }, { it::class }) { row ->
                when (row) {
                    is Row.Message -> MessageRow(row, state.chat, actions, Modifier.animateItem())
                    is Row.Day -> DayRow(row, Modifier.animateItem())
                    Row.UnreadMark -> UnreadRow(Modifier.animateItem())
                    is Row.Typing -> TypingRow(row.name, Modifier.animateItem())
                    is Row.Gap -> GapRow(row.item, actions, Modifier.animateItem())
                }
            }
            if (!state.atStart) item("older", "older") { OlderRow() }
        }
        ToBottom(position, state.atEnd, actions::jumpToNewest, Modifier.align(Alignment.BottomEnd))
    }
}

@Composable
private fun OlderRow() {
    val description = strings.chatLoading
    Box(
        Modifier.fillMaxWidth().padding(16.dp).semantics { contentDescription = description },
        contentAlignment = Alignment.Center,
    ) {
        CircularProgressIndicator(Modifier.size(22.dp), strokeWidth = 2.dp)
    }
}

@Composable
private fun ToBottom(position: ChatPosition, atEnd: Boolean, jumpToNewest: () -> Unit, modifier: Modifier) {
    val scope = rememberCoroutineScope()
    AnimatedVisibility(
        !position.atBottom || !atEnd,
        modifier.padding(12.dp),
        enter = fadeIn() + scaleIn(initialScale = 0.8f),
        exit = fadeOut() + scaleOut(targetScale = 0.8f),
    ) {
        val count = position.newBelow
        val description = if (count > 0) strings.chatToBottomCount(count, count) else strings.chatToBottom
        Box(Modifier.semantics(mergeDescendants = true) { contentDescription = description }.testTag("to-bottom")) {
            SmallFloatingActionButton(
                onClick = {
                    if (!atEnd) jumpToNewest()
                    scope.launch { position.toBottom() }
                },
                modifier = Modifier.padding(top = 8.dp).size(46.dp),
                shape = CircleShape,
                containerColor = MaterialTheme.colorScheme.surfaceContainerLowest,
                contentColor = MaterialTheme.colorScheme.onSurface,
            ) { Icon(Icons.Down, null) }
            if (count > 0) {
                Box(
                    Modifier.align(Alignment.TopCenter).clip(CircleShape).background(LinnetTheme.colors.accent)
                        .defaultMinSize(20.dp, 20.dp).padding(horizontal = 6.dp).clearAndSetSemantics {},
                    contentAlignment = Alignment.Center,
                ) {
                    Text(
                        "$count",
                        style = MaterialTheme.typography.labelMedium,
                        fontWeight = FontWeight.SemiBold,
                        color = LinnetTheme.colors.onAccent,
                    )
                }
            }
        }
    }
}
