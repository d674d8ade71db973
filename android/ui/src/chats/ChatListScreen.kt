package org.linnet.ui.chats

import androidx.compose.foundation.ExperimentalFoundationApi
import androidx.compose.foundation.background
import androidx.compose.foundation.combinedClickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.ExtendedFloatingActionButton
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.ChatItem
import org.linnet.core.MessageState
import org.linnet.core.Preview
import org.linnet.ui.presence.PresenceButton
import org.linnet.ui.theme.AccountDot
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.EmptyPlace
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LabelledIcon
import org.linnet.ui.theme.LinnetBird
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.theme.Question
import org.linnet.ui.theme.StateIcon
import org.linnet.ui.theme.layoutStart
import org.linnet.ui.theme.letterHigh
import org.linnet.ui.words.dates
import org.linnet.ui.words.messageState
import org.linnet.ui.words.strings
import org.linnet.ui.words.title

/** What the chat list can ask for. */
interface ChatListActions {
    fun open(chat: ChatItem)
    fun delete(chat: ChatItem)
    fun loadMore()
    fun newChat()
    fun openAccount(account: AccountItem)
    fun openAccounts()
    fun openPresence(account: AccountItem)

    /** One account's chats, or all. */
    fun show(account: Long?)
    fun signInAgain(account: AccountItem)
    fun openRequests()
    fun dismiss(notice: Notice)
    fun keepHistory(notice: Notice.ArchivingOff)
    fun tryNow()
}

@Composable
fun ChatListScreen(state: ChatListState, actions: ChatListActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Box(Modifier.safeDrawingPadding()) {
            Column {
                LinnetTopBar(strings.chatsTitle) {
                    PresenceButton(state.accounts.filter { it.signedIn }, actions::openPresence)
                    val only = state.accounts.singleOrNull()
                    if (only != null) AccountButton(only) { actions.openAccount(only) }
                    else if (state.accounts.isNotEmpty()) AccountsButton(actions::openAccounts)
                    Spacer(Modifier.width(6.dp))
                }
                ConnectionBanner(state.accounts, actions::tryNow, actions::signInAgain)
                val several = state.accounts.filter { it.signedIn }.takeIf { it.size > 1 }
                if (several != null) AccountChips(several, state.shown, actions::show)
                val chats = state.chats
                if (chats != null) Chats(chats, state, actions)
            }
            ExtendedFloatingActionButton(
                text = { Text(strings.chatsNew, style = MaterialTheme.typography.titleSmall) },
                icon = { Icon(Icons.Compose, strings.chatsNew) },
                onClick = actions::newChat,
                // Large letters would cover the list.
                expanded = LocalDensity.current.fontScale < 1.4f,
                modifier = Modifier.align(Alignment.BottomEnd).padding(20.dp).testTag("new-chat"),
                containerColor = MaterialTheme.colorScheme.primary,
                contentColor = MaterialTheme.colorScheme.onPrimary,
                shape = MaterialTheme.shapes.large,
            )
        }
    }
}

@Composable
private fun AccountButton(account: AccountItem, onClick: () -> Unit) {
    val description = strings.chatsAccount(account.address)
    IconButton(onClick, Modifier.semantics { contentDescription = description }.testTag("account")) {
        Avatar(account.address, account.address, size = 34.dp, picture = account.picture)
    }
}

@Composable
private fun AccountsButton(onClick: () -> Unit) =
    IconButton(onClick, Modifier.testTag("accounts")) { Icon(Icons.People, strings.accountsTitle) }

@Composable
private fun Chats(chats: List<ChatItem>, state: ChatListState, actions: ChatListActions) {
    LazyColumn(
        Modifier.fillMaxSize().testTag("chats"),
        contentPadding = PaddingValues(top = 4.dp, bottom = 104.dp),
    ) {
        state.notice?.let { notice ->
            item("notice", "notice") { NoticeCard(notice, actions, Modifier.animateItem()) }
        }
        if (state.requests.isNotEmpty()) {
            item("requests", "requests") { RequestsRow(state.requests.size, actions, Modifier.animateItem()) }
        }
        items(chats, { "chat/${it.key}" }, { "chat" }) { chat ->
            ChatRow(chat, actions, Modifier.animateItem())
        }
        item("end", "end") { LaunchedEffect(chats.size) { actions.loadMore() } }
        if (chats.isEmpty()) {
            item("empty", "empty") {
                EmptyPlace(
                    strings.chatsEmptyTitle,
                    strings.chatsEmptyText,
                    Modifier.fillParentMaxWidth().padding(top = 48.dp),
                ) { LinnetBird(Modifier.size(112.dp)) }
            }
        }
    }
}

@OptIn(ExperimentalFoundationApi::class)
@Composable
private fun ChatRow(chat: ChatItem, actions: ChatListActions, modifier: Modifier) {
    var menu by remember { mutableStateOf(false) }
    var asking by remember { mutableStateOf(false) }
    val title = strings.title(chat)
    val delete = strings.chatsDelete
    Box(modifier) {
        Row(
            Modifier.fillMaxWidth().padding(horizontal = 8.dp).clip(MaterialTheme.shapes.medium)
                .combinedClickable(onLongClick = { menu = true }) { actions.open(chat) }
                .semantics {
                    customActions = listOf(CustomAccessibilityAction(delete) { asking = true; true })
                }
                .heightIn(min = 76.dp).padding(horizontal = 12.dp, vertical = 10.dp)
                .testTag("chat/${chat.address}"),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Box {
                Avatar(chat.address, chat.title, size = 52.dp, note = chat.noteToSelf, picture = chat.picture)
                chat.mark?.let {
                    val whose = strings.chatsAccount(it.title)
                    AccountDot(it.colour, Modifier.align(Alignment.BottomEnd), ringed = true, description = whose)
                }
            }
            Spacer(Modifier.width(14.dp))
            Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(2.dp)) {
                Row(verticalAlignment = Alignment.CenterVertically) {
                    Text(
                        title,
                        Modifier.weight(1f),
                        style = MaterialTheme.typography.titleMedium,
                        textAlign = layoutStart,
                        maxLines = 1,
                        overflow = TextOverflow.Ellipsis,
                    )
                    if (chat.muted) {
                        Spacer(Modifier.width(6.dp))
                        Icon(Icons.Muted, strings.chatsMuted, Modifier.size(16.letterHigh), tint = faint)
                    }
                    chat.preview?.let {
                        Spacer(Modifier.width(8.dp))
                        Text(
                            dates.brief(it.time),
                            style = MaterialTheme.typography.labelMedium,
                            color = if (chat.unread > 0u) LinnetTheme.colors.accent else faint,
                            maxLines = 1,
                        )
                    }
                }
                Row(verticalAlignment = Alignment.CenterVertically) {
                    if (chat.blocked) BlockedLine(Modifier.weight(1f))
                    else if (chat.typing) TypingLine(Modifier.weight(1f))
                    else PreviewLine(chat.preview, chat.unread > 0u, Modifier.weight(1f))
                    if (chat.unread > 0u) {
                        Spacer(Modifier.width(8.dp))
                        UnreadBadge(chat.unread.toInt())
                    }
                }
            }
        }
        DropdownMenu(menu, { menu = false }, shape = MaterialTheme.shapes.medium) {
            DropdownMenuItem(
                { LabelledIcon(Icons.Delete, strings.chatsDelete) },
                onClick = {
                    menu = false
                    asking = true
                },
            )
        }
    }
    if (asking) {
        Question(
            strings.chatsDeleteQuestion(title),
            strings.chatsDeleteText,
            strings.messageDelete,
            onConfirm = { actions.delete(chat) },
            onCancel = { asking = false },
        )
    }
}

private val faint @Composable get() = MaterialTheme.colorScheme.onSurfaceVariant

@Composable
private fun PreviewLine(preview: Preview?, unread: Boolean, modifier: Modifier) {
    Row(modifier, verticalAlignment = Alignment.CenterVertically) {
        if (preview != null && preview.outgoing) {
            StateIcon(
                preview.state,
                if (preview.state is MessageState.Failed) MaterialTheme.colorScheme.error else faint,
                MaterialTheme.colorScheme.background,
                size = 15,
                description = strings.messageState(preview.state),
            )
            Spacer(Modifier.width(5.dp))
        }
        Text(
            preview?.body ?: strings.chatsNoMessages,
            Modifier.weight(1f),
            textAlign = layoutStart,
            style = MaterialTheme.typography.bodyMedium,
            color = if (unread) MaterialTheme.colorScheme.onSurface else faint,
            fontWeight = if (unread) FontWeight.Medium else FontWeight.Normal,
            maxLines = 1,
            overflow = TextOverflow.Ellipsis,
        )
    }
}

@Composable
private fun TypingLine(modifier: Modifier) = Text(
    strings.chatsTyping,
    modifier.testTag("typing"),
    textAlign = layoutStart,
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.primary,
    fontWeight = FontWeight.Medium,
    maxLines = 1,
    overflow = TextOverflow.Ellipsis,
)

@Composable
private fun BlockedLine(modifier: Modifier) = Text(
    strings.chatsBlocked,
    modifier,
    textAlign = layoutStart,
    style = MaterialTheme.typography.bodyMedium,
    color = faint,
    maxLines = 1,
    overflow = TextOverflow.Ellipsis,
)

@Composable
private fun UnreadBadge(count: Int) {
    val description = strings.chatsUnread(count, count)
    Box(
        Modifier.clip(CircleShape).background(LinnetTheme.colors.accent).defaultMinSize(22.dp, 22.dp)
            .padding(horizontal = 7.dp).semantics { contentDescription = description },
        contentAlignment = Alignment.Center,
    ) {
        Text(
            if (count > MOST_SHOWN) "$MOST_SHOWN+" else "$count",
            style = MaterialTheme.typography.labelMedium,
            fontWeight = FontWeight.SemiBold,
            color = LinnetTheme.colors.onAccent,
        )
    }
}

private const val MOST_SHOWN = 999
