package org.linnet.ui.code

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.Link
import org.linnet.ui.Core
import org.linnet.ui.signup.Invitation

data class LinkState(
    val link: Link,
    /** Accounts that can do it. */
    val accounts: List<AccountItem> = emptyList(),
    val from: AccountItem? = null,
    val working: Boolean = false,
) {
    /** It leads to the user. */
    val own: Boolean get() = accounts.any { it.address == link.address }
}

/** Where it leads who wants an account; null if it does not. */
val Link.invitation: Invitation?
    get() = when (this) {
        is Link.SignUp -> Invitation(server, link)
        is Link.Contact -> if (newcomers) Invitation(address.substringAfter('@'), link) else null
        is Link.Chat, is Link.Remove, is Link.Unsubscribe, is Link.Page -> null
    }

/** Whom it is about. */
val Link.address: String?
    get() = when (this) {
        is Link.Chat -> address
        is Link.Contact -> address
        is Link.Remove -> address
        is Link.Unsubscribe -> address
        is Link.SignUp, is Link.Page -> null
    }

/** Shows what a link wants, and does it only if the user says so. */
class LinkModel(
    private val core: Core,
    private val scope: CoroutineScope,
    val link: Link,
    accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
    /** With the text that the link proposes. */
    private val started: (chat: Long, body: String?) -> Unit,
    /** What it wanted taken away is gone. */
    private val done: () -> Unit,
) {
    private data class Choice(val from: Long? = null, val working: Boolean = false)

    private val choice = MutableStateFlow(Choice())
    val state = combine(accounts, choice) { all, chosen ->
        val usable = all.orEmpty().filter { it.signedIn }
        LinkState(link, usable, usable.firstOrNull { it.id == chosen.from } ?: usable.firstOrNull(), chosen.working)
    }.stateIn(scope, SharingStarted.Eagerly, LinkState(link))

    fun choose(account: AccountItem) = choice.update { it.copy(from = account.id) }

    fun accept() {
        val account = state.value.from ?: return
        if (choice.value.working || link is Link.SignUp || link is Link.Page) return
        choice.update { it.copy(working = true) }
        scope.launch {
            try {
                carryOut(account)
            } catch (trouble: CommandException) {
                report(trouble)
            } finally {
                choice.update { it.copy(working = false) }
            }
        }
    }

    private suspend fun carryOut(account: AccountItem) = when (link) {
        is Link.Chat -> started(core.startChat(account.id, link.link), link.body)
        is Link.Contact -> started(core.startChat(account.id, link.link), null)
        is Link.Remove -> {
            core.removeContact(account.id, link.address)
            done()
        }
        is Link.Unsubscribe -> {
            core.unsubscribe(account.id, link.address)
            done()
        }
        is Link.SignUp, is Link.Page -> Unit
    }
}
