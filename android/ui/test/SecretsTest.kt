package org.linnet.ui

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.linnet.core.SignUpField
import org.linnet.core.SignUpFieldKind
import org.linnet.core.SignUpForm
import org.linnet.core.SignUpMeaning
import org.linnet.core.SignUpState
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock
import java.util.concurrent.CopyOnWriteArrayList

/** Every screen that copies a secret: the clipboard is told that it is one. What Android does then: its HidingTest. */
class SecretsTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val secret = CopyOnWriteArrayList<String>()
    private val open = CopyOnWriteArrayList<String>()

    @After
    fun end() = scope.cancel()

    @Test
    fun `the password of a new account`() {
        core.accounts.value = emptyList()
        show()
        click("sign-up")
        click("server/yax.example")
        await("asked") { core.signUps.value.isNotEmpty() }
        val password = SignUpField(
            "password", SignUpFieldKind.SECRET, SignUpMeaning.PASSWORD, label = null, hint = null, required = true,
            values = emptyList(), options = emptyList(), picture = null, pictureUrl = null,
        )
        core.signUp(1, SignUpState.Form(SignUpForm(null, null, listOf(password), null), null))
        click("copy-password")
        copied("made-1")
    }

    @Test
    fun `the next password of an account`() {
        account()
        click("account/password", scrolls = true)
        copy()
        copied("made-1")
    }

    @Test
    fun `the password after which nobody else is signed in`() {
        account()
        click("devices", scrolls = true)
        click("everywhere", scrolls = true)
        copy()
        copied("made-1")
    }

    @Test
    fun `the passphrase of a backup`() {
        account()
        click("backup", scrolls = true)
        copy(scrolls = true)
        copied("made-1")
    }

    private fun account() {
        show()
        click("account")
    }

    private fun copy(scrolls: Boolean = false) {
        await("it can be copied") { rule.onAllNodes(hasText("Copy")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithText("Copy").also { if (scrolls) it.performScrollTo() }.performClick()
    }

    private fun copied(what: String) {
        await("copied") { (secret + open).isNotEmpty() }
        assertEquals(listOf(what), secret)
        assertEquals(emptyList<String>(), open)
    }

    private fun click(tag: String, scrolls: Boolean = false) {
        await(tag) { rule.onAllNodes(hasTestTag(tag)).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag(tag).also { if (scrolls) it.performScrollTo() }.performClick()
    }

    private fun await(what: String, condition: () -> Boolean) = rule.waitUntil(what, 10_000, condition)

    private fun show() {
        val device = english.copy(copy = { open += it }, copySecret = { secret += it })
        val model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, device, dark = false) }
        }
    }
}
