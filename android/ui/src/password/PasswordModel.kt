package org.linnet.ui.password

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.ui.Core
import org.linnet.ui.signin.SignInStep

data class PasswordState(val address: String, val step: SignInStep = SignInStep.Typing)

/** A known account whose password was changed elsewhere: asks for the new one and nothing else. */
class PasswordModel(
    private val core: Core,
    private val account: AccountItem,
    private val scope: CoroutineScope,
    private val accounts: StateFlow<List<AccountItem>?>,
    private val done: () -> Unit,
) {
    val password = TextFieldState()
    private val mutable = MutableStateFlow(PasswordState(account.address))
    val state = mutable.asStateFlow()

    private var asked = false
    private var seen: Connection? = null

    init {
        scope.launch { accounts.collect { it?.let(::watch) } }
    }

    fun submit() {
        val text = password.text.toString()
        if (text.isEmpty()) return
        step(SignInStep.Working())
        seen = null
        asked = false
        scope.launch {
            try {
                core.setPassword(account.id, text)
                asked = true
                accounts.value?.let(::watch)
            } catch (trouble: CommandException) {
                step(SignInStep.Trouble(trouble))
            }
        }
    }

    /** A correction makes the complaint go away. */
    fun edited() = mutable.update { if (it.step is SignInStep.Working) it else it.copy(step = SignInStep.Typing) }

    private fun watch(all: List<AccountItem>) {
        if (!asked) return
        val connection = all.firstOrNull { it.id == account.id }?.connection ?: return
        if (connection == seen) return
        seen = connection
        when (connection) {
            Connection.Online, Connection.CatchingUp -> {
                asked = false
                password.clearText()
                done()
            }
            Connection.Connecting -> step(SignInStep.Working())
            Connection.Off -> Unit
            is Connection.Waiting -> step(SignInStep.Working(waiting = connection.reason))
            is Connection.Failed -> step(SignInStep.Refused(connection.reason))
        }
    }

    private fun step(step: SignInStep) = mutable.update { it.copy(step = step) }
}
