package org.linnet.ui.newchat

import androidx.compose.foundation.text.input.TextFieldState
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
import org.linnet.ui.Core
import org.linnet.ui.signin.looksLikeAddress

data class NewChatState(
    val accounts: List<AccountItem> = emptyList(),
    val from: AccountItem? = null,
    val addressInvalid: Boolean = false,
    val starting: Boolean = false,
)

class NewChatModel(
    private val core: Core,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    /** Whose chats are shown, if only one account's: most likely it is meant. */
    preferred: Long?,
    private val report: (CommandException) -> Unit,
    private val started: (chat: Long) -> Unit,
) {
    val address = TextFieldState()

    private data class Choice(
        val from: Long? = null,
        val addressInvalid: Boolean = false,
        val starting: Boolean = false,
    )

    private val choice = MutableStateFlow(Choice(from = preferred))
    val state = combine(accounts, choice) { all, chosen ->
        val usable = all.orEmpty().filter { it.signedIn }
        val from = usable.firstOrNull { it.id == chosen.from } ?: usable.firstOrNull()
        NewChatState(usable, from, chosen.addressInvalid, chosen.starting)
    }.stateIn(scope, SharingStarted.Eagerly, NewChatState())

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
