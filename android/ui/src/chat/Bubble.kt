package org.linnet.ui.chat

import androidx.compose.foundation.ExperimentalFoundationApi
import androidx.compose.foundation.background
import androidx.compose.foundation.combinedClickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Shape
import androidx.compose.ui.input.pointer.PointerEventType
import androidx.compose.ui.input.pointer.isSecondaryPressed
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.coerceAtMost
import androidx.compose.ui.unit.dp
import org.linnet.core.ChatItem
import org.linnet.core.GroupPosition
import org.linnet.core.MessageAction
import org.linnet.core.MessageItem
import org.linnet.core.MessageState
import org.linnet.core.TextOf
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LabelledIcon
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.theme.Question
import org.linnet.ui.theme.StateIcon
import org.linnet.ui.theme.letterHigh
import org.linnet.ui.words.dates
import org.linnet.ui.words.messageState
import org.linnet.ui.words.sendFailure
import org.linnet.ui.words.strings
import org.linnet.ui.chat.Row as ChatRow

@Composable
internal fun MessageRow(row: ChatRow.Message, chat: ChatItem?, actions: ChatActions, modifier: Modifier = Modifier) {
    val message = row.item
    val startsGroup = row.group == GroupPosition.SINGLE || row.group == GroupPosition.FIRST
    BoxWithConstraints(modifier.fillMaxWidth().padding(top = if (startsGroup) 8.dp else 2.dp)) {
        val widest = (maxWidth * 0.82f).coerceAtMost(460.dp)
        Column(
            Modifier.align(if (message.outgoing) Alignment.CenterEnd else Alignment.CenterStart),
            horizontalAlignment = if (message.outgoing) Alignment.End else Alignment.Start,
        ) {
            Bubble(row, chat, actions, widest)
            val state = message.state
            if (state is MessageState.Failed) Failure(state, message, actions, widest)
        }
    }
}

@OptIn(ExperimentalFoundationApi::class)
@Composable
private fun Bubble(row: ChatRow.Message, chat: ChatItem?, actions: ChatActions, widest: Dp) {
    val message = row.item
    val colors = LinnetTheme.colors
    var menu by remember { mutableStateOf(false) }
    var asking by remember { mutableStateOf(false) }
    val description = described(message, chat)
    val spoken = spokenActions(message, actions) { asking = true }
    val ground = if (message.outgoing) colors.ownBubble else colors.theirBubble
    val ink = if (message.outgoing) colors.onOwnBubble else colors.onTheirBubble
    val faint = if (message.outgoing) colors.ownBubbleFaint else colors.theirBubbleFaint
    val link = if (message.outgoing) colors.ownBubbleFaint else MaterialTheme.colorScheme.primary
    Box {
        Box(
            Modifier.widthIn(max = widest)
                .clip(bubbleShape(row.group, message.outgoing))
                .background(ground)
                .combinedClickable(
                    onLongClickLabel = strings.messageActions,
                    onLongClick = { menu = true },
                    // A failed message invites a tap; any other has nothing to open yet.
                    onClick = { if (message.state is MessageState.Failed) menu = true },
                )
                .onSecondaryClick { menu = true }
                .semantics(mergeDescendants = true) {
                    stateDescription = description
                    customActions = spoken
                }
                .testTag("message")
                .padding(start = 13.dp, end = 13.dp, top = 8.dp, bottom = 8.dp),
        ) {
            val actor = if (message.me) message.senderName else null
            Column {
                Body(message.text, Inks(ink, link, faint), actor = actor) {
                    if (stamped(row)) Stamp(message, faint, ground)
                }
                if (message.cut) ShowAll(link) { actions.showAll(TextOf.Message(message.id), message.senderName) }
            }
        }
        MessageMenu(menu, { menu = false }, message, actions) { asking = true }
    }
    if (asking) {
        Question(
            strings.messageDeleteQuestion,
            strings.messageDeleteText,
            strings.messageDelete,
            onConfirm = { actions.delete(message.id) },
            onCancel = { asking = false },
        )
    }
}

/** The way to all of a text of which this is the beginning. */
@Composable
internal fun ShowAll(color: Color, onClick: () -> Unit) {
    val description = strings.messageShowAllLabel
    TextButton(onClick, Modifier.heightIn(min = 48.dp).testTag("show-all")) {
        Text(
            strings.messageShowAll,
            Modifier.semantics { contentDescription = description },
            style = MaterialTheme.typography.labelLarge,
            color = color,
        )
    }
}

/** Time and tick close a group; what is still under way or failed always says so itself. */
private fun stamped(row: ChatRow.Message): Boolean = when (row.item.state) {
    MessageState.Sending -> true
    is MessageState.Failed -> true
    else -> row.item.edited || row.group == GroupPosition.SINGLE || row.group == GroupPosition.LAST
}

@Composable
private fun Stamp(message: MessageItem, color: Color, ground: Color) {
    // Said by the bubble's own description, for every message of a group.
    Row(Modifier.clearAndSetSemantics {}, verticalAlignment = Alignment.CenterVertically) {
        if (message.edited) {
            Text(strings.messageEdited, style = MaterialTheme.typography.labelSmall, color = color, maxLines = 1)
            Spacer(Modifier.width(5.dp))
        }
        Text(dates.time(message.time), style = MaterialTheme.typography.labelSmall, color = color, maxLines = 1)
        if (message.state != MessageState.Received) Spacer(Modifier.width(3.dp))
        StateIcon(message.state, color, ground)
    }
}

@Composable
private fun Failure(state: MessageState.Failed, message: MessageItem, actions: ChatActions, widest: Dp) {
    Row(Modifier.widthIn(max = widest), verticalAlignment = Alignment.CenterVertically) {
        Icon(Icons.Alert, null, Modifier.size(16.letterHigh), tint = MaterialTheme.colorScheme.error)
        Spacer(Modifier.width(6.dp))
        Text(
            strings.sendFailure(state.reason),
            Modifier.weight(1f, fill = false),
            style = MaterialTheme.typography.bodySmall,
            color = MaterialTheme.colorScheme.error,
        )
        if (MessageAction.RETRY in message.actions) {
            TextButton({ actions.retry(message.id) }) {
                Text(strings.messageRetry, style = MaterialTheme.typography.labelMedium)
            }
        }
    }
}

@Composable
private fun MessageMenu(
    open: Boolean,
    onClose: () -> Unit,
    message: MessageItem,
    actions: ChatActions,
    onDelete: () -> Unit,
) {
    DropdownMenu(open, onClose, shape = MaterialTheme.shapes.medium) {
        for (action in message.actions) {
            val (icon, text) = when (action) {
                MessageAction.COPY -> Icons.Copy to strings.messageCopy
                MessageAction.RETRY -> Icons.Retry to strings.messageRetry
                MessageAction.CORRECT -> Icons.Compose to strings.messageCorrect
                MessageAction.VERSIONS -> Icons.History to strings.messageVersions
                MessageAction.DELETE -> Icons.Delete to strings.messageDelete
            }
            DropdownMenuItem(
                { LabelledIcon(icon, text) },
                onClick = {
                    onClose()
                    when (action) {
                        MessageAction.COPY -> actions.copy(message)
                        MessageAction.RETRY -> actions.retry(message.id)
                        MessageAction.CORRECT -> actions.correct(message)
                        MessageAction.VERSIONS -> actions.showVersions(message.id)
                        MessageAction.DELETE -> onDelete()
                    }
                },
            )
        }
    }
}

@Composable
private fun spokenActions(message: MessageItem, actions: ChatActions, onDelete: () -> Unit) =
    message.actions.map { action ->
        when (action) {
            MessageAction.COPY -> CustomAccessibilityAction(strings.messageCopy) { actions.copy(message); true }
            MessageAction.RETRY -> CustomAccessibilityAction(strings.messageRetry) { actions.retry(message.id); true }
            MessageAction.CORRECT -> CustomAccessibilityAction(strings.messageCorrect) {
                actions.correct(message)
                true
            }
            MessageAction.VERSIONS -> CustomAccessibilityAction(strings.messageVersions) {
                actions.showVersions(message.id)
                true
            }
            MessageAction.DELETE -> CustomAccessibilityAction(strings.messageDelete) { onDelete(); true }
        }
    }

@Composable
private fun described(message: MessageItem, chat: ChatItem?): String {
    val sender = if (message.outgoing) strings.messageFromYou else chat?.title ?: message.senderName
    val time = dates.moment(message.time)
    val edited = if (message.edited) strings.messageEdited else null
    val state = listOfNotNull(edited, strings.messageState(message.state)).joinToString().ifEmpty { null }
    return if (state == null) strings.messageDescribed(sender, time)
    else strings.messageDescribedWithState(sender, time, state)
}

/** Round, but for the corners that touch another bubble of the same group. */
private fun bubbleShape(group: GroupPosition, outgoing: Boolean): Shape {
    val above = if (group == GroupPosition.MIDDLE || group == GroupPosition.LAST) JOINED else ROUND
    val below = if (group == GroupPosition.MIDDLE || group == GroupPosition.FIRST) JOINED else ROUND
    return if (outgoing) RoundedCornerShape(topStart = ROUND, topEnd = above, bottomEnd = below, bottomStart = ROUND)
    else RoundedCornerShape(topStart = above, topEnd = ROUND, bottomEnd = ROUND, bottomStart = below)
}

private fun Modifier.onSecondaryClick(run: () -> Unit): Modifier = pointerInput(Unit) {
    awaitPointerEventScope {
        while (true) {
            val event = awaitPointerEvent()
            if (event.type == PointerEventType.Press && event.buttons.isSecondaryPressed) run()
        }
    }
}

private val ROUND = 20.dp
private val JOINED = 6.dp
