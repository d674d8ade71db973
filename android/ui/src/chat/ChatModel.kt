package org.linnet.ui.chat

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.ChatItem
import org.linnet.core.CommandException
import org.linnet.core.ContactItem
import org.linnet.core.ContactMoved
import org.linnet.core.MessageItem
import org.linnet.core.SubscriptionException
import org.linnet.core.TextOf
import org.linnet.core.TimelineItem
import org.linnet.core.VersionItem
import org.linnet.core.Window
import org.linnet.ui.Core
import org.linnet.ui.Once
import java.time.ZoneId

data class ChatState(
    val chat: ChatItem? = null,
    val account: AccountItem? = null,
    /** Oldest first; null until the first batch has come. */
    val rows: List<Row>? = null,
    /** Nothing older is stored. */
    val atStart: Boolean = false,
    /** The newest message is among the rows. */
    val atEnd: Boolean = true,
    /** The own message whose text is being replaced. */
    val correcting: Correction? = null,
    /** Those of the message that is looked at, oldest first. */
    val versions: List<VersionItem>? = null,
    /** Whom the chat is with. */
    val contact: ContactItem? = null,
)

/** A text of its own, so that a correction given up leaves the draft as it was. */
class Correction(val message: Long, val original: String) {
    val text = TextFieldState(original)
}

/** One chat while it is open. What is sent runs in [sending], which outlives the screen. */
class ChatModel(
    private val core: Core,
    val chat: Long,
    private val scope: CoroutineScope,
    private val sending: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    chats: StateFlow<List<ChatItem>?>,
    val draft: TextFieldState = TextFieldState(),
    zone: ZoneId = ZoneId.systemDefault(),
    private val report: (CommandException) -> Unit,
    private val broken: (SubscriptionException) -> Unit,
) {
    private val timeline = core.timeline(chat)
    private val once = Once(scope)
    private val window = MutableStateFlow<Window<TimelineItem>?>(null)

    /**
     * Where the unread messages began when the chat was opened. Reading moves the core's mark at once; for the eye it
     * stays until something is sent.
     */
    private val unreadFrom = MutableStateFlow<String?>(null)
    private var marked = 0L
    private var asked: Int? = null
    private val versions = MutableStateFlow<List<VersionItem>?>(null)
    private var reading: Job? = null
    private val correcting = MutableStateFlow<Correction?>(null)

    /** Every keystroke comes here; what the core was not told yet is overtaken by the next. */
    private val composing = Channel<Boolean>(Channel.CONFLATED)
    private var composes = false

    private val contact = MutableStateFlow<ContactItem?>(null)
    private val edits = combine(correcting, versions, contact, ::Triple)
    val state = combine(window, unreadFrom, accounts, chats, edits) { shown, mark, allAccounts, allChats, others ->
        val (edit, old, whom) = others
        val item = allChats?.firstOrNull { it.id == chat }
        ChatState(
            item,
            allAccounts?.firstOrNull { it.id == item?.account },
            shown?.let { rows(it.items, zone, mark) },
            shown?.atStart == true,
            shown?.atEnd != false,
            edit,
            old,
            whom,
        )
    }.stateIn(scope, SharingStarted.Eagerly, ChatState())

    init {
        scope.launch {
            timeline.window.catch { if (it is SubscriptionException) broken(it) else throw it }.collect {
                if (window.value == null) unreadFrom.value = firstUnread(it.items)
                window.value = it
            }
        }
        scope.launch {
            core.contact(chat).catch { if (it is SubscriptionException) broken(it) else throw it }
                .collect { contact.value = it.firstOrNull() }
        }
        command { core.chatOpened(chat) }
        sending.launch {
            for (on in composing) {
                try {
                    core.setComposing(chat, on)
                } catch (_: CommandException) {
                    // Said for courtesy: nobody waits for it, and the next keystroke says it again.
                }
            }
        }
        scope.coroutineContext.job.invokeOnCompletion {
            composing(false)
            composing.close()
        }
    }

    fun send() {
        val correction = correcting.value
        if (correction != null) send(correction) else sendDraft()
    }

    private fun sendDraft() {
        val body = draft.text.toString().trim()
        if (body.isEmpty()) return
        draft.clearText()
        unreadFrom.value = null
        if (!state.value.atEnd) timeline.jumpToNewest()
        val token = core.newToken()
        sending.launch {
            try {
                core.sendText(chat, body, token)
            } catch (trouble: CommandException) {
                // Nothing was stored: the words go back to where they came from.
                if (draft.text.isEmpty()) draft.setTextAndPlaceCursorAtEnd(body)
                report(trouble)
            }
        }
    }

    private fun send(correction: Correction) {
        val body = correction.text.text.toString().trim()
        if (body.isEmpty()) return
        cancelCorrection()
        if (body == correction.original) return
        val token = core.newToken()
        sending.launch {
            try {
                core.correct(correction.message, body, token)
            } catch (trouble: CommandException) {
                if (correcting.value == null) correcting.value = correction
                report(trouble)
            }
        }
    }

    fun correct(message: MessageItem) {
        whole(message) { correcting.value = Correction(message.id, it) }
    }

    fun copy(message: MessageItem, copy: (String) -> Unit) = whole(message, copy)

    /** What a message says, all of it. */
    private fun whole(message: MessageItem, use: (String) -> Unit) {
        if (!message.cut) return use(message.body)
        scope.launch { core.text(TextOf.Message(message.id))?.let(use) }
    }

    fun cancelCorrection() {
        correcting.value = null
        composing(false)
    }

    fun showVersions(message: Long) {
        reading?.cancel()
        reading = scope.launch {
            core.versions(message).catch { if (it is SubscriptionException) broken(it) else throw it }
                .collect { versions.value = it }
        }
    }

    fun closeVersions() {
        reading?.cancel()
        versions.value = null
    }

    /** The text field was touched, and is empty or not; or it was left. */
    fun composing(on: Boolean) {
        if (!on && !composes) return
        composes = on
        composing.trySend(on)
    }

    fun retry(message: Long) = once(message) { obeyed { core.retry(message) } }
    fun delete(message: Long) = command { core.deleteMessage(message) }
    fun fillGap(gap: Long) = command { core.fillGap(gap) }
    fun jumpToNewest() = timeline.jumpToNewest()
    fun tryNow() = core.networkChanged()
    fun unblock() {
        val blocked = state.value.chat ?: return
        command { core.unblock(blocked.account, blocked.address) }
    }

    /**
     * The contact's new address is theirs, or nobody the user wants to know. [moved] is what the user has read: by now
     * they may have said another one.
     */
    fun answerMoved(accept: Boolean, moved: ContactMoved) {
        val whom = contact.value ?: return
        once(moved.address) { obeyed { core.answerRequest(whom.account, moved.address, accept) } }
    }

    /** The chat at the contact's new address, made if there is none; [moved] as in [answerMoved]. */
    fun openMoved(moved: ContactMoved, open: (Long) -> Unit) {
        val whom = contact.value ?: return
        command { open(moved.chat ?: core.startChat(whom.account, moved.address)) }
    }

    /** The upper end comes into sight; asked once for each length of the list. */
    fun loadOlder() {
        val shown = window.value ?: return
        if (shown.atStart || asked == shown.items.size) return
        asked = shown.items.size
        timeline.loadOlder(PAGE)
    }

    /** This message, and so all before it, has been on screen. Scrolling back up takes nothing back. */
    fun seen(message: Long) {
        val items = window.value?.items ?: return
        fun place(id: Long) = items.indexOfLast { it is TimelineItem.Message && it.item.id == id }
        if (place(message) <= place(marked)) return
        marked = message
        command { core.markRead(chat, message) }
    }

    private fun command(run: suspend () -> Unit) {
        scope.launch { obeyed(run) }
    }

    private suspend fun obeyed(run: suspend () -> Unit) {
        try {
            run()
        } catch (trouble: CommandException) {
            report(trouble)
        }
    }

    private companion object {
        const val PAGE = 50
    }
}
