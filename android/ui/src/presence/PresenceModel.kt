package org.linnet.ui.presence

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.OwnPresence
import org.linnet.core.Show
import org.linnet.ui.Core

/** How much the user is there for one account, and in his words. */
class PresenceModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
) {
    val status = TextFieldState()
    val state = accounts.map { all -> all?.firstOrNull { it.id == account } }
        .stateIn(scope, SharingStarted.Eagerly, accounts.value?.firstOrNull { it.id == account })

    /** What was asked for last: the account tells of it a moment later, and nothing of it must be taken back till then. */
    private var wish: OwnPresence? = null

    init {
        scope.launch { status.setTextAndPlaceCursorAtEnd(state.filterNotNull().first().own.status.orEmpty()) }
    }

    /** What is being typed stays in its field until it is saved. */
    fun choose(show: Show) = say { it.copy(show = show) }
    fun saveStatus() {
        val words = status.text.toString().trim()
        say { it.copy(status = words.ifEmpty { null }) }
    }

    fun clearStatus() {
        status.setTextAndPlaceCursorAtEnd("")
        saveStatus()
    }

    fun setAutoAway(on: Boolean) = command { core.setAutoAway(account, on) }

    private fun say(change: (OwnPresence) -> OwnPresence) {
        val said = change(wish ?: state.value?.own ?: return)
        wish = said
        command { core.setPresence(account, said.show, said.status.orEmpty()) }
    }

    private fun command(run: suspend () -> Unit) {
        scope.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                wish = null
                report(trouble)
            }
        }
    }
}

/** What the user chose, or what counts until he does. */
val AccountItem.own: OwnPresence get() = presence ?: OwnPresence(Show.AVAILABLE, null, autoAway = true)
