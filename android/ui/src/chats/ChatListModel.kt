package org.linnet.ui.chats

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.AppItem
import org.linnet.core.ChatItem
import org.linnet.core.CommandException
import org.linnet.core.Missing
import org.linnet.core.RequestItem
import org.linnet.ui.Core
import org.linnet.ui.Memory

/** Something to know about a server; gone for good once it has been read. */
sealed interface Notice {
    val mark: String
    val account: AccountItem

    data class Lacks(override val account: AccountItem, val missing: Missing) : Notice {
        override val mark get() = "lacks/${missing.name}/${account.address}"
    }

    /** The server could keep history, but is told not to. */
    data class ArchivingOff(override val account: AccountItem) : Notice {
        override val mark get() = "archiving/${account.address}"
    }
}

data class ChatListState(
    /** Null until the first batch has come. */
    val chats: List<ChatItem>? = null,
    val accounts: List<AccountItem> = emptyList(),
    val requests: List<RequestItem> = emptyList(),
    val notice: Notice? = null,
    /** The only account whose chats are shown. */
    val shown: Long? = null,
)

class ChatListModel(
    private val core: Core,
    private val memory: Memory,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    chats: StateFlow<List<ChatItem>?>,
    requests: StateFlow<List<RequestItem>?>,
    settings: StateFlow<AppItem?>,
    private val report: (CommandException) -> Unit,
) {
    private val dismissed = MutableStateFlow(emptySet<String>())

    val state = combine(accounts, chats, requests, dismissed, settings) { allAccounts, allChats, allRequests, gone, app ->
        ChatListState(
            allChats,
            allAccounts.orEmpty(),
            allRequests.orEmpty(),
            allAccounts.orEmpty().asSequence().flatMap(::notices)
                .firstOrNull { it.mark !in gone && !memory.has(it.mark) },
            app?.shownAccount,
        )
    }.stateIn(scope, SharingStarted.Eagerly, ChatListState())

    fun delete(chat: ChatItem) = command { core.deleteChat(chat.id) }

    fun dismiss(notice: Notice) {
        memory.keep(notice.mark)
        dismissed.update { it + notice.mark }
    }

    fun keepHistory(notice: Notice.ArchivingOff) = command {
        core.setArchiving(notice.account.id, true)
        dismiss(notice)
    }

    /** Shows one account's chats, or all. */
    fun show(account: Long?) = command { core.showAccount(account) }

    /** What waits tries now. */
    fun tryNow() = core.networkChanged()

    private fun command(run: suspend () -> Unit) {
        scope.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}

/** One at a time, the one with a remedy first: a wall of notices is read by nobody. */
private fun notices(account: AccountItem): Sequence<Notice> = sequence {
    if (!account.signedIn) return@sequence
    if (account.archiving == false) yield(Notice.ArchivingOff(account))
    for (missing in account.missing) yield(Notice.Lacks(account, missing))
}
