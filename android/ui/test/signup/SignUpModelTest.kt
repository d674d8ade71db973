package org.linnet.ui.signup

import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.runTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.linnet.core.Connection
import org.linnet.core.LoginFailure
import org.linnet.core.SignUpField
import org.linnet.core.SignUpFieldKind
import org.linnet.core.SignUpForm
import org.linnet.core.SignUpMeaning
import org.linnet.core.SignUpOption
import org.linnet.core.SignUpProblem
import org.linnet.core.SignUpState
import org.linnet.core.WaitReason
import org.linnet.ui.FakeCore
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.previews.providers
import java.util.Locale

@OptIn(ExperimentalCoroutinesApi::class)
class SignUpModelTest {
    private val core = FakeCore().apply { accounts.value = emptyList() }
    private var done = false
    private var downloaded: String? = null

    private val username = field("username", SignUpFieldKind.LINE, SignUpMeaning.USERNAME)
    private val password = field("password", SignUpFieldKind.SECRET, SignUpMeaning.PASSWORD)
    private val form = SignUpForm(null, null, listOf(username, password), null)

    @Test
    fun `a listed server is asked, and its form answered with a password that was made`() = run { model ->
        model.choose(Fixtures.providers.providers.first())
        assertEquals(SignUpStep.Asking("yax.example"), model.state.value.step)
        core.signUp(1, SignUpState.Form(form, null))
        assertEquals(SignUpStep.Filling("yax.example", form), model.state.value.step)
        assertEquals("made-1", model.answer(password).text.text.toString())
        model.newPassword()
        type(model, username, "carol")
        model.submit()
        assertEquals(listOf("sign up yax.example []", "answer 1 username=carol, password=made-2"), core.asked)
        assertTrue((model.state.value.step as SignUpStep.Filling).sending)
        core.accounts.value = listOf(
            Fixtures.account("carol@yax.example", 7).copy(connection = Connection.Connecting, signedIn = false),
        )
        core.signUp(1, SignUpState.Done(7))
        assertEquals(SignUpStep.Made("carol@yax.example"), model.state.value.step)
        assertTrue("its row is put away", core.signUps.value.isEmpty())
        core.connection(7, Connection.Waiting(0, WaitReason.LOST))
        assertEquals(SignUpStep.Made("carol@yax.example", waiting = WaitReason.LOST), model.state.value.step)
        core.connection(7, Connection.Failed(LoginFailure.CERTIFICATE))
        assertEquals(SignUpStep.Made("carol@yax.example", refused = LoginFailure.CERTIFICATE), model.state.value.step)
        assertFalse(done)
        core.connection(7, Connection.Online, signedIn = true)
        assertTrue(done)
    }

    @Test
    fun `what is tapped twice is sent once`() = run { model ->
        begin(model)
        type(model, username, "carol")
        val held = CompletableDeferred<Unit>().also { core.hold = it }
        repeat(2) { model.submit() }
        core.hold = null
        held.complete(Unit)
        assertEquals(1, core.asked.count { it.startsWith("answer ") })
    }

    @Test
    fun `a refusal keeps the answers, and the same one twice is told twice`() = run { model ->
        begin(model)
        type(model, username, "bob")
        for (time in 1..2) {
            model.submit()
            core.signUp(1, SignUpState.Form(form, SignUpProblem.NameTaken))
            assertEquals(SignUpStep.Filling("yax.example", form, SignUpProblem.NameTaken), model.state.value.step)
        }
        assertEquals("bob", model.answer(username).text.text.toString())
        assertEquals("made-1", model.answer(password).text.text.toString())
    }

    @Test
    fun `another picture needs another answer, the rest stays`() = run { model ->
        val ocr = field("ocr", SignUpFieldKind.LINE, SignUpMeaning.CAPTCHA)
        fun with(picture: Int) =
            SignUpState.Form(form.copy(fields = form.fields + ocr.copy(picture = byteArrayOf(picture.toByte()))), null)
        begin(model)
        core.signUp(1, with(1))
        type(model, username, "carol")
        type(model, ocr, "42")
        core.signUp(1, SignUpState.Sending)
        core.signUp(1, with(1))
        assertEquals("42", model.answer(ocr).text.text.toString())
        core.signUp(1, with(2))
        assertEquals("", model.answer(ocr).text.text.toString())
        assertEquals("carol", model.answer(username).text.text.toString())
    }

    @Test
    fun `every kind of question has its answer`() = run { model ->
        val options = listOf(SignUpOption("A", "a"), SignUpOption("B", "b"))
        val fields = listOf(
            field("", SignUpFieldKind.NOTE, values = listOf("Read this")),
            field("lines", SignUpFieldKind.LINES, values = listOf("one", "two")),
            field("on", SignUpFieldKind.SWITCH, values = listOf("true")),
            field("off", SignUpFieldKind.SWITCH, values = listOf("0")),
            field("one", SignUpFieldKind.CHOICE, values = listOf("b")).copy(options = options),
            field("some", SignUpFieldKind.CHOICES).copy(options = options),
        )
        begin(model)
        core.signUp(1, SignUpState.Form(SignUpForm(null, null, fields, null), null))
        model.answer(fields[5]).chosen.value = linkedSetOf("a", "b")
        model.submit()
        assertEquals("answer 1 lines=one+two, on=1, off=0, one=b, some=a+b", core.asked.last())
    }

    @Test
    fun `whoever turns to something else leaves nothing behind`() = run { model ->
        begin(model)
        assertTrue(model.back())
        assertEquals(SignUpStep.Choosing, model.state.value.step)
        assertEquals("end 1", core.asked.last())
        assertFalse("now the screen itself is left", model.back())
    }

    @Test
    fun `a screen that goes takes its half-made account along`() = runTest {
        val alive = CoroutineScope(backgroundScope.coroutineContext + UnconfinedTestDispatcher(testScheduler))
        val screen = CoroutineScope(alive.coroutineContext + Job())
        val accounts = core.accounts.stateIn(alive, SharingStarted.Eagerly, core.accounts.value)
        val model = SignUpModel(core, screen, alive, accounts)
        begin(model)
        screen.cancel()
        assertEquals("end 1", core.asked.last())
    }

    @Test
    fun `a server of one's own, by address and by the way there`() = run { model ->
        model.setOwn(true)
        model.startOwn()
        assertTrue(model.state.value.domainInvalid)
        model.domain.setTextAndPlaceCursorAtEnd("nowhere")
        model.startOwn()
        assertTrue("the core has the last word", model.state.value.domainInvalid)
        model.domain.setTextAndPlaceCursorAtEnd(" me@example.org ")
        model.fields.host.setTextAndPlaceCursorAtEnd("localhost")
        model.fields.port.setTextAndPlaceCursorAtEnd("70000")
        model.startOwn()
        assertTrue(model.state.value.server.portInvalid)
        model.fields.port.setTextAndPlaceCursorAtEnd("5222")
        model.setDirectTls(true)
        model.setProxy(true)
        model.startOwn()
        assertEquals("sign up example.org [localhost:5223, by 127.0.0.1]", core.asked.last())
    }

    @Test
    fun `a proxy that can't be is told before anything goes past it`() = run { model ->
        model.setProxy(true)
        model.fields.proxyHost.setTextAndPlaceCursorAtEnd("proxy.example")
        model.choose(Fixtures.providers.providers.first())
        assertTrue(model.state.value.server.proxyInvalid)
        assertEquals(emptyList<String>(), core.asked)
    }

    @Test
    fun `a server with a page of its own is not asked`() = run { model ->
        model.choose(Fixtures.providers.providers.last())
        assertEquals(SignUpStep.OnTheWeb("club.example", "https://club.example/join"), model.state.value.step)
        assertEquals(emptyList<String>(), core.asked)
    }

    @Test
    fun `what failed can be tried again`() = run { model ->
        begin(model)
        core.signUp(1, SignUpState.Failed(SignUpProblem.Later("Slowly")))
        assertEquals(SignUpStep.Failed("yax.example", SignUpProblem.Later("Slowly")), model.state.value.step)
        model.tryAgain()
        assertEquals(SignUpStep.Asking("yax.example"), model.state.value.step)
        assertEquals(listOf("sign up yax.example []", "end 1", "sign up yax.example []"), core.asked)
    }

    @Test
    fun `an invitation leads straight to its server`() =
        run(Invitation("inviting.example", "xmpp:inviting.example?register;preauth=token")) { model ->
            assertEquals(listOf("follow xmpp:inviting.example?register;preauth=token"), core.asked)
            assertFalse("there is no list behind it", model.back())
        }

    @Test
    fun `where nothing is said of a newer list nobody is asked`() = run { model ->
        assertEquals(null, downloaded)
        assertEquals(4, model.state.value.list.providers.size)
    }

    @Test
    fun `a newer list is taken from where it was said to be`() {
        core.providersUrl = "https://lists.example/good"
        run { model -> assertEquals(1, model.state.value.list.providers.size) }
        assertEquals("https://lists.example/good", downloaded)
    }

    @Test
    fun `what is no list changes nothing`() {
        core.providersUrl = "https://lists.example/junk"
        run { model -> assertEquals(4, model.state.value.list.providers.size) }
    }

    @Test
    fun `servers are found by name and by country`() {
        val all = Fixtures.providers.providers
        fun found(text: String, locale: Locale) = all.filter { it.fits(text, locale) }.map { it.domain }
        assertEquals(4, found("", Locale.UK).size)
        assertEquals(listOf("jabber.example"), found("jab", Locale.UK))
        assertEquals(listOf("mail.example"), found("Switz", Locale.UK))
        assertEquals(listOf("mail.example"), found("schweiz", Locale.GERMANY))
        assertEquals(emptyList<String>(), found("atlantis", Locale.UK))
    }

    private fun begin(model: SignUpModel) {
        model.choose(Fixtures.providers.providers.first())
        core.signUp(1, SignUpState.Form(form, null))
    }

    private fun type(model: SignUpModel, field: SignUpField, text: String) =
        model.answer(field).text.setTextAndPlaceCursorAtEnd(text)

    private fun field(
        name: String,
        kind: SignUpFieldKind,
        meaning: SignUpMeaning? = null,
        values: List<String> = emptyList(),
    ) = SignUpField(name, kind, meaning, null, null, true, values, emptyList(), null, null)

    private fun run(invitation: Invitation? = null, test: (SignUpModel) -> Unit) = runTest {
        val scope = CoroutineScope(backgroundScope.coroutineContext + UnconfinedTestDispatcher(testScheduler))
        val accounts = core.accounts.stateIn(scope, SharingStarted.Eagerly, core.accounts.value)
        val download: suspend (String) -> String? = { url ->
            downloaded = url
            url.substringAfterLast('/')
        }
        test(SignUpModel(core, scope, scope, accounts, invitation, download) { done = true })
    }
}
