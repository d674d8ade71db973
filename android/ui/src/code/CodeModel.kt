package org.linnet.ui.code

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.CodeItem
import org.linnet.core.CommandException
import org.linnet.core.QrCode
import org.linnet.core.QrException
import org.linnet.core.ServerInvitation
import org.linnet.core.drawQr
import org.linnet.ui.Core
import org.linnet.ui.Once

data class CodeState(
    val codes: List<CodeItem> = emptyList(),
    val code: CodeItem? = null,
    /** Rather than the own code, the server's invitation is shown. */
    val invitation: Boolean = false,
    /** What is shown, drawn. */
    val drawn: QrCode? = null,
)

/** What the code on screen says. */
val CodeState.link: String?
    get() = if (invitation) (code?.invitation as? ServerInvitation.Ready)?.link else code?.link

/** What is sent instead of being shown: a page, if there is one, also tells who has no XMPP program yet. */
val CodeState.sent: String?
    get() = (code?.invitation as? ServerInvitation.Ready)?.page?.takeIf { invitation } ?: link

class CodeModel(
    private val core: Core,
    private val scope: CoroutineScope,
    private val report: (CommandException) -> Unit,
    drawing: CoroutineDispatcher = Dispatchers.Default,
) {
    private data class Choice(val account: Long? = null, val invitation: Boolean = false)

    private val choice = MutableStateFlow(Choice())
    private val codes: Flow<List<CodeItem>> = core.codes()
    private val shown = combine(codes, choice) { all, chosen ->
        val code = all.firstOrNull { it.account == chosen.account } ?: all.firstOrNull()
        CodeState(all, code, chosen.invitation && code?.invitation is ServerInvitation.Ready)
    }
    private var drawnLast: Pair<String, QrCode>? = null

    val state = shown.distinctUntilChanged().map { it.copy(drawn = draw(it.link)) }.flowOn(drawing)
        .stateIn(scope, SharingStarted.Eagerly, CodeState())

    private val once = Once(scope)

    init {
        // Each account's code is fresh when it comes on screen.
        scope.launch {
            shown.map { it.code?.account }.distinctUntilChanged().collect { account ->
                if (account != null) command { core.showCode(account) }
            }
        }
    }

    fun choose(account: Long) = choice.update { Choice(account) }
    fun showInvitation(on: Boolean) = choice.update { it.copy(invitation = on) }

    /** Asks the server for one, and shows it when it comes: each counts for one person, so two taps are one. */
    fun invite() {
        val account = state.value.code?.account ?: return
        once(account) {
            command { core.createInvitation(account) }
            choice.update { it.copy(account = account, invitation = true) }
        }
    }

    private fun draw(link: String?): QrCode? {
        if (link == null) return null
        drawnLast?.let { (text, drawn) -> if (text == link) return drawn }
        return try {
            drawQr(link).also { drawnLast = link to it }
        } catch (tooLong: QrException) {
            // The link can still be sent.
            null
        }
    }

    private suspend fun command(run: suspend () -> Unit) {
        try {
            run()
        } catch (trouble: CommandException) {
            report(trouble)
        }
    }
}
