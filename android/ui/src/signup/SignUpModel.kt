package org.linnet.ui.signup

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.isActive
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.LoginFailure
import org.linnet.core.Provider
import org.linnet.core.ProviderList
import org.linnet.core.ProviderListException
import org.linnet.core.ProviderRegistration
import org.linnet.core.SignUpAnswer
import org.linnet.core.SignUpField
import org.linnet.core.SignUpFieldKind
import org.linnet.core.SignUpForm
import org.linnet.core.SignUpItem
import org.linnet.core.SignUpMeaning
import org.linnet.core.SignUpProblem
import org.linnet.core.SignUpState
import org.linnet.core.WaitReason
import org.linnet.ui.Core
import org.linnet.ui.Once
import org.linnet.ui.signin.ServerChoice
import org.linnet.ui.signin.ServerFields
import org.linnet.ui.signin.chosenServer
import org.linnet.ui.signin.proxyAddress

/** Where making an account stands. */
sealed interface SignUpStep {
    /** Which server shall it be? */
    data object Choosing : SignUpStep

    /** The server is asked what it wants to know. */
    data class Asking(val server: String) : SignUpStep
    data class Filling(
        val server: String,
        val form: SignUpForm,
        val problem: SignUpProblem? = null,
        val sending: Boolean = false,
    ) : SignUpStep

    /** The server makes accounts on a page of its own. */
    data class OnTheWeb(val server: String, val url: String, val instructions: String? = null) : SignUpStep
    data class Failed(val server: String, val problem: SignUpProblem) : SignUpStep

    /** The account is there, and being signed in to. */
    data class Made(
        val address: String,
        val waiting: WaitReason? = null,
        val refused: LoginFailure? = null,
    ) : SignUpStep
}

data class SignUpScreenState(
    val step: SignUpStep = SignUpStep.Choosing,
    val list: ProviderList = ProviderList(emptyList(), null),
    /** The user names a server that is not listed. */
    val own: Boolean = false,
    val domainInvalid: Boolean = false,
    val server: ServerChoice = ServerChoice(),
    val trouble: CommandException? = null,
)

/** What the user answers to one question; the text field owns its text, the chosen options are the core's words. */
class Answer(field: SignUpField) {
    val text = TextFieldState(if (field.kind in texts) field.values.joinToString("\n") else "")
    val chosen = MutableStateFlow(if (field.kind in texts) emptySet() else field.values.toSet())

    fun values(kind: SignUpFieldKind): List<String> = when (kind) {
        SignUpFieldKind.NOTE -> emptyList()
        SignUpFieldKind.LINE, SignUpFieldKind.SECRET -> listOf(text.text.toString())
        SignUpFieldKind.LINES -> text.text.lines().filter { it.isNotBlank() }
        SignUpFieldKind.SWITCH -> listOf(if (on) "1" else "0")
        SignUpFieldKind.CHOICE, SignUpFieldKind.CHOICES -> chosen.value.toList()
    }

    /** Of a switch; XEP-0004 has two words for it. */
    private val on get() = chosen.value.any { it == "1" || it == "true" }

    private companion object {
        val texts = setOf(SignUpFieldKind.LINE, SignUpFieldKind.LINES, SignUpFieldKind.SECRET)
    }
}

/** An invitation that was opened: where to, and the link that lets one in. */
class Invitation(val domain: String, val link: String)

/**
 * Makes an account: on a server that the user chooses, or to which he was invited. [done] is called once he is
 * signed in. Whatever way the screen is left, the half-made account does not outlive it: [sending] sees to that.
 */
class SignUpModel(
    private val core: Core,
    private val scope: CoroutineScope,
    private val sending: CoroutineScope,
    private val accounts: StateFlow<List<AccountItem>?>,
    private val invitation: Invitation? = null,
    private val download: suspend (String) -> String? = ::downloadProviders,
    private val done: () -> Unit = {},
) {
    val search = TextFieldState()
    val domain = TextFieldState()
    val fields = ServerFields()

    private val mutable = MutableStateFlow(SignUpScreenState(list = core.providers()))
    val state = mutable.asStateFlow()

    private val answers = HashMap<String, Answer>()
    private val id = MutableStateFlow<Long?>(null)
    private var account: Long? = null
    private var starting: Job? = null
    private val once = Once(scope)

    /** The last questions' pictures: an answer to another one is of no use. */
    private var pictures = emptyMap<String, List<Byte>?>()

    init {
        scope.launch {
            combine(core.signUps(), id) { all, own -> all.firstOrNull { it.id == own } }
                .filterNotNull().distinctUntilChanged().collect(::follow)
        }
        scope.launch { accounts.collect { it?.let(::watch) } }
        scope.coroutineContext.job.invokeOnCompletion { drop() }
        if (invitation != null) start(invitation.domain) else scope.launch { refresh() }
    }

    fun answer(field: SignUpField): Answer = answers.getOrPut(field.name) {
        Answer(field).also {
            if (field.meaning == SignUpMeaning.PASSWORD && field.values.isEmpty()) {
                it.text.setTextAndPlaceCursorAtEnd(core.newPassword())
            }
        }
    }

    fun newPassword() {
        val form = (state.value.step as? SignUpStep.Filling)?.form ?: return
        for (field in form.fields.filter { it.meaning == SignUpMeaning.PASSWORD }) {
            answer(field).text.setTextAndPlaceCursorAtEnd(core.newPassword())
        }
    }

    fun choose(provider: Provider) = when (val way = provider.registration) {
        is ProviderRegistration.InApp -> start(provider.domain)
        is ProviderRegistration.Web -> step(SignUpStep.OnTheWeb(provider.domain, way.url))
    }

    fun setOwn(own: Boolean) = mutable.update { it.copy(own = own, domainInvalid = false) }
    fun toggleServer() = mutable.update { it.copy(server = it.server.copy(open = !it.server.open)) }
    fun setDirectTls(on: Boolean) {
        fields.setDirectTls(on)
        mutable.update { it.copy(server = it.server.copy(directTls = on)) }
    }

    fun setProxy(on: Boolean) =
        mutable.update { it.copy(server = it.server.copy(proxy = on, proxyInvalid = false)) }

    /** A correction makes the complaint go away. */
    fun edited() = mutable.update {
        it.copy(
            domainInvalid = false,
            trouble = null,
            server = it.server.copy(portInvalid = false, proxyInvalid = false),
        )
    }

    /** The server that the user named. */
    fun startOwn() {
        val name = domain.text.trim().toString().substringAfterLast('@')
        if (name.isEmpty()) mutable.update { it.copy(domainInvalid = true) } else start(name)
    }

    fun submit() {
        val filling = state.value.step as? SignUpStep.Filling ?: return
        val own = id.value ?: return
        if (filling.sending) return
        val given = filling.form.fields.filter { it.name.isNotEmpty() }
            .map { SignUpAnswer(it.name, answer(it).values(it.kind)) }
        // That it is on its way is for the core to say: the same complaint again would bring no news of it.
        mutable.update { it.copy(trouble = null) }
        once(own) {
            try {
                core.submitSignUp(own, given)
            } catch (trouble: CommandException) {
                mutable.update { it.copy(trouble = trouble) }
            }
        }
    }

    /** Another server, or the same once more; false if there is nothing to go back to. */
    fun back(): Boolean {
        if (state.value.step is SignUpStep.Choosing) {
            if (!state.value.own) return false
            setOwn(false)
            return true
        }
        if (invitation != null || state.value.step is SignUpStep.Made) return false
        drop()
        step(SignUpStep.Choosing)
        return true
    }

    fun tryAgain() {
        val failed = state.value.step as? SignUpStep.Failed ?: return
        drop()
        start(failed.server)
    }

    private fun start(server: String) {
        if (starting?.isActive == true) return
        val own = state.value.own
        val address = if (own) chosenServer(fields, state.value.server.directTls) else null
        val proxy = if (state.value.server.proxy) proxyAddress(fields.proxyHost, fields.proxyPort) else null
        mutable.update {
            it.copy(
                trouble = null,
                server = it.server.copy(
                    portInvalid = own && address == null,
                    proxyInvalid = it.server.proxy && proxy == null,
                ),
                // Where it can be mended.
                own = it.own || (it.server.proxy && proxy == null),
            )
        }
        if (state.value.server.portInvalid || state.value.server.proxyInvalid) return
        answers.clear()
        pictures = emptyMap()
        starting = scope.launch {
            step(SignUpStep.Asking(server))
            try {
                // It may have begun even if nobody waits for the answer any more: then it has to end, too.
                val begun = withContext(NonCancellable) {
                    if (invitation == null) {
                        core.startSignUp(server, address?.orNull, proxy, null)
                    } else {
                        core.followInvitation(invitation.link, address?.orNull, proxy)
                    }
                }
                if (isActive && state.value.step is SignUpStep.Asking) id.value = begun else discard(begun)
            } catch (_: CommandException.AddressInvalid) {
                mutable.update { it.copy(step = SignUpStep.Choosing, own = true, domainInvalid = true) }
            } catch (trouble: CommandException) {
                mutable.update { it.copy(step = SignUpStep.Choosing, trouble = trouble) }
            }
        }
    }

    private suspend fun refresh() {
        val url = core.providersUrl ?: return
        val text = download(url) ?: return
        try {
            val list = core.readProviders(text)
            mutable.update { it.copy(list = list) }
        } catch (_: ProviderListException) {
            // The one that came with the app stays.
        }
    }

    private fun follow(item: SignUpItem) {
        when (val now = item.state) {
            SignUpState.Asking -> step(SignUpStep.Asking(item.server))
            SignUpState.Sending -> {
                val filling = state.value.step as? SignUpStep.Filling
                if (filling != null) step(filling.copy(sending = true, problem = null))
            }
            is SignUpState.Form -> {
                renew(now.form)
                step(SignUpStep.Filling(item.server, now.form, now.problem))
            }
            is SignUpState.Web -> step(SignUpStep.OnTheWeb(item.server, now.url, now.instructions))
            is SignUpState.Failed -> step(SignUpStep.Failed(item.server, now.problem))
            is SignUpState.Done -> {
                account = now.account
                drop()
                accounts.value?.let(::watch)
            }
        }
    }

    /** What was read off a picture is no answer to another. */
    private fun renew(form: SignUpForm) {
        val shown = form.fields.associate { it.name to it.picture?.toList() }
        for ((name, picture) in shown) {
            if (picture != null && pictures[name] != null && pictures[name] != picture) answers.remove(name)
        }
        pictures = shown
    }

    private fun watch(all: List<AccountItem>) {
        val item = all.firstOrNull { it.id == account } ?: return
        if (item.signedIn) {
            account = null
            done()
            return
        }
        val connection = item.connection
        step(
            SignUpStep.Made(
                item.address,
                (connection as? Connection.Waiting)?.reason,
                (connection as? Connection.Failed)?.reason,
            ),
        )
    }

    /** Nothing of the half-made account stays; one that was made does. */
    private fun drop() {
        val gone = id.value ?: return
        id.value = null
        discard(gone)
    }

    private fun discard(signUp: Long) {
        sending.launch {
            try {
                core.cancelSignUp(signUp)
            } catch (_: CommandException) {
                // It has ended by itself, or ends with the process.
            }
        }
    }

    private fun step(step: SignUpStep) = mutable.update { it.copy(step = step) }
}
