package org.linnet.ui.newchat

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.runtime.snapshotFlow
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onStart
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.PersonItem
import org.linnet.core.SubscriptionException
import org.linnet.ui.Core
import org.linnet.ui.signin.looksLikeAddress

data class NewChatState(
    val accounts: List<AccountItem> = emptyList(),
    val from: AccountItem? = null,
    val addressInvalid: Boolean = false,
    val starting: Boolean = false,
    /** Who may be meant. */
    val people: List<PersonItem> = emptyList(),
)

class NewChatModel(
    private val core: Core,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    /** Whose chats are shown, if only one account's: most likely it is meant. */
    preferred: Long?,
    private val report: (CommandException) -> Unit,
    private val broken: () -> Unit,
    private val started: (chat: Long) -> Unit,
) {
    val address = TextFieldState()

    private data class Choice(
        val from: Long? = null,
        val addressInvalid: Boolean = false,
        val starting: Boolean = false,
    )

    private val choice = MutableStateFlow(Choice(from = preferred))
    private val from = combine(accounts, choice) { all, chosen ->
        val usable = all.orEmpty().filter { it.signedIn }
        usable to (usable.firstOrNull { it.id == chosen.from } ?: usable.firstOrNull())
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private val people = combine(
        from.map { (_, account) -> account?.id }.distinctUntilChanged(),
        snapshotFlow { address.text.toString() },
        ::Pair,
    ).flatMapLatest { (account, typed) -> account?.let { core.people(it, typed) } ?: flowOf(emptyList()) }
        .catch { if (it is SubscriptionException) broken() else throw it }
        .onStart { emit(emptyList()) }

    val state = combine(from, choice, people) { (usable, account), chosen, people ->
        NewChatState(usable, account, chosen.addressInvalid, chosen.starting, people)
    }.stateIn(scope, SharingStarted.Eagerly, NewChatState())

    /** A contact is written to; anyone else is not yet sure to be meant. */
    fun pick(person: PersonItem) {
        if (person.contact) open(person.address) else address.setTextAndPlaceCursorAtEnd(person.address)
    }

    fun start() {
        val typed = address.text.toString().trim()
        if (!looksLikeAddress(typed.removePrefix("xmpp:").substringBefore('?'))) {
            choice.update { it.copy(addressInvalid = true) }
            return
        }
        open(typed)
    }

    /** A chat with oneself, kept on all of one's devices. */
    fun noteToSelf() {
        state.value.from?.let { open(it.address) }
    }

    fun choose(account: AccountItem) = choice.update { it.copy(from = account.id) }
    fun edited() = choice.update { it.copy(addressInvalid = false) }

    private fun open(peer: String) {
        val account = state.value.from ?: return
        if (choice.value.starting) return
        choice.update { it.copy(starting = true) }
        scope.launch {
            try {
                started(core.startChat(account.id, peer))
            } catch (invalid: CommandException.AddressInvalid) {
                choice.update { it.copy(addressInvalid = true) }
            } catch (trouble: CommandException) {
                report(trouble)
            } finally {
                choice.update { it.copy(starting = false) }
            }
        }
    }
}
