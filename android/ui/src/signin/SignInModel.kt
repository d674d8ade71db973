package org.linnet.ui.signin

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.LoginFailure
import org.linnet.core.ProxyAddress
import org.linnet.core.WaitReason
import org.linnet.ui.Core

/** Where signing in stands. */
sealed interface SignInStep {
    data object Typing : SignInStep

    /** The core is at it; [waiting] names what keeps it from the server, while it goes on trying. */
    data class Working(val catchingUp: Boolean = false, val waiting: WaitReason? = null) : SignInStep
    data class Refused(val reason: LoginFailure) : SignInStep
    data class Trouble(val cause: CommandException) : SignInStep
}

data class SignInState(
    val step: SignInStep = SignInStep.Typing,
    val serverOpen: Boolean = false,
    val directTls: Boolean = false,
    val addressInvalid: Boolean = false,
    val portInvalid: Boolean = false,
    val proxy: Boolean = false,
    val proxyInvalid: Boolean = false,
    /** The server showed a certificate to look at. */
    val certificate: Boolean = false,
    /** Beside other accounts, which the user can go back to. */
    val additional: Boolean = false,
) {
    val server get() = ServerChoice(serverOpen, directTls, portInvalid, proxy, proxyInvalid)
}

/** What the user types: kept apart from the state, since a text field owns its text. */
class SignInFields {
    val address = TextFieldState()
    val password = TextFieldState()
    val server = ServerFields()
    val host get() = server.host
    val port get() = server.port
    val proxyHost get() = server.proxyHost
    val proxyPort get() = server.proxyPort
    val all get() = listOf(address, password) + server.all
}

/**
 * Signs in and, if that fails, lets the user correct. [accounts] tells how it goes: an account is the sign-in's own
 * until it has been online once. [done] is called then.
 */
class SignInModel(
    private val core: Core,
    private val scope: CoroutineScope,
    private val accounts: StateFlow<List<AccountItem>?>,
    again: AccountItem? = null,
    additional: Boolean = false,
    /** Shows what a link wants; false if it leads nowhere. */
    private val openLink: (String) -> Boolean = { false },
    private val done: () -> Unit = {},
) {
    val fields = SignInFields()

    private val mutable = MutableStateFlow(SignInState(additional = additional))
    val state = mutable.asStateFlow()

    /** The account this screen speaks of, once the core knows it. */
    private var account: AccountItem? = again
    private var asked: Long? = null
    private var seen: Connection? = null

    init {
        if (again != null) {
            again.proxy?.let { known ->
                fields.proxyHost.setTextAndPlaceCursorAtEnd(known.host)
                fields.proxyPort.setTextAndPlaceCursorAtEnd("${known.port}")
                mutable.update { it.copy(proxy = true) }
            }
            fields.address.setTextAndPlaceCursorAtEnd(again.address)
            if (again.connection != Connection.Off) asked = again.id
        }
        scope.launch { accounts.collect { it?.let(::watch) } }
    }

    fun submit() {
        if (state.value.step is SignInStep.Working) return
        val typed = fields.address.text.trim().toString()
        if (isInvitation(typed)) {
            if (openLink(typed)) fields.address.clearText()
            return
        }
        val address = typed.removePrefix("xmpp:")
        val password = fields.password.text.toString()
        val server = chosenServer(fields.server, state.value.directTls)
        val proxy = if (state.value.proxy) proxyAddress(fields.proxyHost, fields.proxyPort) else null
        mutable.update {
            it.copy(
                addressInvalid = !looksLikeAddress(address),
                portInvalid = server == null,
                proxyInvalid = it.proxy && proxy == null,
            )
        }
        val invalid = state.value.addressInvalid || state.value.proxyInvalid
        if (invalid || server == null || password.isEmpty()) return
        mutable.update { it.copy(step = SignInStep.Working()) }
        seen = null
        scope.launch {
            try {
                // A mistyped address is not an account to keep.
                val stale = account?.takeIf { !it.signedIn && it.address != address }
                // A proxy that was switched off goes before anything is sent straight.
                val known = account?.takeIf { it.address == address && it.proxy != null && proxy == null }
                if (known != null) core.setProxy(known.id, null)
                // Only the account that this screen is about is meant again.
                val again = account?.address == address
                asked = core.addAccount(address, password, server.orNull, proxy, again)
                if (stale != null) core.removeAccount(stale.id)
                accounts.value?.let(::watch)
            } catch (invalid: CommandException.AddressInvalid) {
                mutable.update { it.copy(step = SignInStep.Typing, addressInvalid = true) }
            } catch (trouble: CommandException) {
                mutable.update { it.copy(step = SignInStep.Trouble(trouble)) }
            }
        }
    }

    /** Back to typing; the account stays off until it is tried again. */
    fun cancel() {
        val id = asked ?: account?.id
        asked = null
        mutable.update { it.copy(step = SignInStep.Typing) }
        if (id != null) {
            scope.launch {
                try {
                    core.setAccountEnabled(id, false)
                } catch (_: CommandException.NotFound) {
                    // It was never added: nothing to switch off.
                } catch (trouble: CommandException) {
                    mutable.update { it.copy(step = SignInStep.Trouble(trouble)) }
                }
            }
        }
    }

    fun toggleServer() = mutable.update { it.copy(serverOpen = !it.serverOpen) }

    fun setDirectTls(on: Boolean) {
        mutable.update { it.copy(directTls = on) }
        fields.server.setDirectTls(on)
    }

    fun setProxy(on: Boolean) = mutable.update { it.copy(proxy = on, proxyInvalid = false) }

    /** The account whose certificate waits to be looked at. */
    val certificateOf: Long? get() = account?.id

    /** A correction makes the complaint go away. */
    fun edited() = mutable.update {
        val step = if (it.step is SignInStep.Working) it.step else SignInStep.Typing
        it.copy(step = step, addressInvalid = false, portInvalid = false, proxyInvalid = false)
    }

    private fun watch(all: List<AccountItem>) {
        val id = asked ?: return
        val item = all.firstOrNull { it.id == id } ?: return
        account = item
        val refused = item.connection == Connection.Failed(LoginFailure.CERTIFICATE)
        mutable.update { it.copy(certificate = refused && item.certificate != null) }
        if (item.connection == seen) return
        seen = item.connection
        when (val connection = item.connection) {
            Connection.Online -> finish()
            Connection.CatchingUp -> if (item.signedIn) finish() else step(SignInStep.Working(catchingUp = true))
            Connection.Connecting -> step(SignInStep.Working())
            Connection.Off -> Unit
            is Connection.Waiting -> step(SignInStep.Working(waiting = connection.reason))
            is Connection.Failed -> step(SignInStep.Refused(connection.reason))
        }
    }

    private fun finish() {
        asked = null
        fields.password.setTextAndPlaceCursorAtEnd("")
        done()
    }

    private fun step(step: SignInStep) = mutable.update { it.copy(step = step) }
}

/** Null when no proxy can be there. */
internal fun proxyAddress(host: TextFieldState, port: TextFieldState): ProxyAddress? {
    val name = host.text.trim().toString().takeIf(::isNear) ?: return null
    val number = port.text.trim().toString().toIntOrNull()?.takeIf { it in 1..65535 } ?: return null
    return ProxyAddress(name, number.toUShort())
}

/** A name would have to be looked up on the very way that the proxy is there to avoid: the core takes none. */
private fun isNear(host: String): Boolean {
    val bare = host.removeSurrounding("[", "]")
    val version4 = bare.count { it == '.' } == 3 && bare.all { it.isDigit() || it == '.' }
    val version6 = ':' in bare && bare.all { it.isLetterOrDigit() || it == ':' || it == '.' }
    return host.equals("localhost", ignoreCase = true) || version4 || version6
}

/** Somebody was sent a link, and puts it where an address is asked for. What it is worth, the core knows. */
internal fun isInvitation(text: CharSequence): Boolean {
    val link = text.trim()
    return link.startsWith("https://", ignoreCase = true) || link.startsWith("xmpp:", ignoreCase = true) && '?' in link
}

/** Catches slips of the finger before a server is asked; the core has the last word (RFC 7622). */
internal fun looksLikeAddress(text: String): Boolean {
    val (local, domain) = text.split('@').takeIf { it.size == 2 } ?: return false
    return local.isNotEmpty() && domain.isNotEmpty() && text.none { it.isWhitespace() || it == '/' }
}
