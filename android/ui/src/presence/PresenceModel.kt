package org.linnet.ui.presence

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
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

    /** What was asked for last, until the account tells of it: nothing of it may be taken back or look so till then. */
    private val wish = MutableStateFlow<OwnPresence?>(null)
    val state = combine(accounts, wish) { all, wished -> shown(all, wished) }
        .stateIn(scope, SharingStarted.Eagerly, shown(accounts.value, null))

    init {
        scope.launch {
            accounts.collect { all ->
                val told = all?.firstOrNull { it.id == account }?.presence ?: return@collect
                wish.update { wished -> wished?.takeIf { it.show != told.show || it.status != told.status } }
            }
        }
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
        val said = change(state.value?.own ?: return)
        wish.value = said
        command { core.setPresence(account, said.show, said.status.orEmpty()) }
    }

    private fun shown(all: List<AccountItem>?, wished: OwnPresence?): AccountItem? {
        val item = all?.firstOrNull { it.id == account } ?: return null
        return if (wished == null) item else item.copy(presence = wished.copy(autoAway = item.own.autoAway))
    }

    private fun command(run: suspend () -> Unit) {
        scope.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                wish.value = null
                report(trouble)
            }
        }
    }
}

/** What the user chose, or what counts until he does. */
val AccountItem.own: OwnPresence get() = presence ?: OwnPresence(Show.AVAILABLE, null, autoAway = true)
