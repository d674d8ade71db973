package org.linnet.ui.moved

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
import org.linnet.core.Connection
import org.linnet.core.MovedItem
import org.linnet.core.MovedState
import org.linnet.ui.Core

data class MovedScreenState(
    val account: AccountItem? = null,
    /** The other accounts: where the user may have gone. */
    val others: List<AccountItem> = emptyList(),
    /** The one the user has chosen. */
    val chosen: Long? = null,
    val busy: Boolean = false,
    val trouble: CommandException? = null,
) {
    /** Where to, if one can go there. */
    val target: AccountItem?
        get() = others.find { it.id == chosen && it.obstacle == null }
}

/** Why an account can't be gone on at. */
enum class Obstacle { OFFLINE, MOVED }

val AccountItem.obstacle: Obstacle?
    get() = when {
        moved != null && moved?.state != MovedState.REFUSED -> Obstacle.MOVED
        connection != Connection.Online && connection != Connection.CatchingUp -> Obstacle.OFFLINE
        else -> null
    }

/** Contacts who are told, or can't be. Whatever the numbers are, it is not below zero. */
val MovedItem.done: UInt
    get() = total - minOf(left, total)

/** Contacts whom the new account's server has taken; not below zero either. */
val MovedItem.taken: UInt
    get() = total - minOf(refused, total)

/** An account's user goes on at another of his accounts, and his contacts are told. */
class MovedModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
) {
    private val mutable = MutableStateFlow(MovedScreenState())
    val state = combine(mutable, accounts) { state, all -> shown(state, all) }
        .stateIn(scope, SharingStarted.Eagerly, shown(mutable.value, accounts.value))

    init {
        // Another device may have said so.
        command(quiet = true) { core.askMoved(account) }
    }

    fun choose(account: AccountItem) = mutable.update { it.copy(chosen = account.id, trouble = null) }

    fun move() {
        val to = state.value.target ?: return
        command { core.publishMoved(account, to.id) }
    }

    fun takeBack() = command { core.retractMoved(account) }

    private fun shown(state: MovedScreenState, all: List<AccountItem>?): MovedScreenState {
        val others = all.orEmpty().filter { it.id != account && it.signedIn }
        return state.copy(
            account = all?.find { it.id == account },
            others = others,
            // Where there is no choice, none has to be made.
            chosen = state.chosen ?: others.singleOrNull()?.id,
        )
    }

    private fun command(quiet: Boolean = false, run: suspend () -> Unit) {
        if (!quiet) mutable.update { it.copy(busy = true, trouble = null) }
        scope.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                if (!quiet) mutable.update { it.copy(trouble = trouble) }
            } finally {
                if (!quiet) mutable.update { it.copy(busy = false) }
            }
        }
    }
}
