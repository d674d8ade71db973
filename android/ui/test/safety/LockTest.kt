package org.linnet.ui.safety

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.linnet.core.CommandException
import org.linnet.ui.PATIENCE
import org.linnet.ui.AppModel
import org.linnet.ui.Core
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.english
import org.linnet.ui.words.LocalClock

/** The lock and what lies behind it, and the screen that sets it. */
class LockTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val inFront = MutableStateFlow(true)
    private val chat = Fixtures.chats[0].title

    @After
    fun end() = scope.cancel()

    @Test
    fun `behind the lock there is nothing, the PIN opens it`() {
        lock()
        show()
        shown("Linnet is locked")
        gone(chat)
        rule.onNodeWithText("Open").assertIsNotEnabled()
        core.refusal = CommandException.PinWrong()
        rule.onNodeWithTag("pin").performTextInput("1111")
        rule.onNodeWithText("Open").performClick()
        shown("That isn't the PIN.")
        gone(chat)
        rule.onNodeWithTag("pin").performTextInput("2580")
        gone("That isn't the PIN.")
        rule.onNodeWithText("Open").performClick()
        shown(chat)
        assertEquals(listOf("unlock 1111", "unlock 2580"), core.asked.filter { it.startsWith("unlock") })
    }

    @Test
    fun `what stood in a dialog stands there again behind the lock`() {
        show()
        shown(chat)
        rule.onNodeWithTag("account").performClick()
        shown("Account")
        rule.onNodeWithTag("account/password").performScrollTo().performClick()
        rule.onNodeWithTag("next-password").performTextReplacement("correct horse")
        lock()
        inFront.value = false
        gone("correct horse")
        inFront.value = true
        shown("Linnet is locked")
        rule.onNodeWithTag("pin").performTextInput("2580")
        rule.onNodeWithText("Open").performClick()
        shown("correct horse")
    }

    @Test
    fun `a PIN that is tapped twice is set once`() {
        val answer = CompletableDeferred<Unit>().also { core.hold = it }
        val outcomes = ArrayList<PinOutcome>()
        val model = LockModel(core, CoroutineScope(Dispatchers.Unconfined), MutableStateFlow(false)) { error("$it") }
        repeat(2) { model.setPin(null, "2580", outcomes::add) }
        core.hold = null
        answer.complete(Unit)
        assertEquals(listOf("pin null 2580"), core.asked.filter { it.startsWith("pin") })
        assertEquals(listOf(PinOutcome.DONE), outcomes)
    }

    @Test
    fun `too many tries cost time before the user's eyes`() {
        lock()
        core.app.value = core.app.value.copy(lock = core.app.value.lock?.copy(waitUntil = Fixtures.lockWait))
        show()
        shown("Too many tries. Wait 29 seconds.")
        rule.onNodeWithTag("pin").assertIsNotEnabled()
    }

    @Test
    fun `nothing is shown before the core has said that it is open`() {
        val answer = CompletableDeferred<Boolean>()
        core.app.value = Fixtures.locking
        val slow = object : Core by core {
            override suspend fun isLocked(): Boolean = answer.await()
        }
        show(slow)
        gone(chat)
        gone("Linnet is locked")
        answer.complete(false)
        shown(chat)
    }

    @Test
    fun `out of sight it is covered, and asked again on the way back`() {
        core.app.value = Fixtures.locking
        show()
        shown(chat)
        inFront.value = false
        gone(chat)
        lock()
        inFront.value = true
        shown("Linnet is locked")
        gone(chat)
    }

    @Test
    fun `without a lock nothing is ever covered`() {
        show()
        shown(chat)
        inFront.value = false
        shown(chat)
    }

    @Test
    fun `the phone's own way opens it, if it is wanted and says yes`() {
        lock()
        val answers = ArrayDeque(listOf(false, true))
        show(biometrics = object : Biometrics {
            override suspend fun ask(title: String): Boolean = answers.removeFirst()
        })
        // Asked by itself once; the user turned away.
        shown("Linnet is locked")
        rule.onNodeWithText("Open with this phone's lock").performClick()
        shown(chat)
        assertEquals(1, core.asked.count { it == "unlock by device" })
    }

    @Test
    fun `setting a PIN asks for it twice, taking the lock away asks for it`() {
        show()
        openSafety()
        rule.onNodeWithTag("lock").assertIsOff().performClick()
        rule.onNodeWithTag("new").performTextInput("258")
        rule.onNodeWithTag("again").performTextInput("258")
        rule.onNodeWithText("Done").assertIsNotEnabled()
        rule.onNodeWithTag("new").performTextReplacement("2580")
        rule.onNodeWithText("These two aren't the same.").assertIsDisplayed()
        rule.onNodeWithTag("again").performTextReplacement("2580")
        rule.onNodeWithText("Done").performClick()
        rule.waitUntil("asked", PATIENCE) { "pin null 2580" in core.asked }
        core.app.value = Fixtures.locking
        rule.onNodeWithTag("lock").assertIsOn().performClick()
        core.refusal = CommandException.PinWrong()
        rule.onNodeWithTag("current").performTextInput("1111")
        rule.onNodeWithText("Done").performClick()
        shown("That isn't the PIN.")
        rule.onNodeWithTag("current").performTextReplacement("2580")
        rule.onNodeWithText("Done").performClick()
        rule.waitUntil("asked", PATIENCE) { "pin 2580 null" in core.asked }
    }

    @Test
    fun `when it locks, what notifications tell and what is hidden are chosen one by one`() {
        core.app.value = Fixtures.locking
        show()
        openSafety()
        rule.onNodeWithText("5 minutes out of sight").performScrollTo().performClick()
        rule.onNodeWithText("Only that there is something").performScrollTo().performClick()
        rule.onNodeWithTag("hide").performScrollTo().assertIsOn().performClick()
        rule.onNodeWithText("Lock now").performScrollTo().performClick()
        rule.waitUntil("asked", PATIENCE) { "lock" in core.asked }
        val wishes = listOf("lock true 300000", "notify NOTHING", "hide false", "lock")
        assertEquals(wishes, core.asked.filter { it in wishes })
        shown("Linnet is locked")
    }

    private fun shown(text: String) = rule.waitUntil(text, PATIENCE) { count(text) > 0 }

    private fun gone(text: String) {
        rule.waitForIdle()
        rule.waitUntil("no $text", PATIENCE) { count(text) == 0 }
    }

    private fun count(text: String) =
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().size

    private fun lock() {
        val lock = Fixtures.locking.lock?.copy(locked = true)
        core.app.value = Fixtures.locking.copy(lock = lock)
    }

    private fun openSafety() {
        shown(chat)
        rule.onNodeWithTag("account").performClick()
        rule.onNodeWithTag("safety").performScrollTo().performClick()
    }

    private fun show(shown: Core = core, biometrics: Biometrics? = null) {
        val model = AppModel(shown, FakeMemory(), scope, scope, Fixtures.zone, inFront = inFront)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) {
                LinnetApp(model, english.copy(biometrics = biometrics, hidesScreen = true), dark = false)
            }
        }
    }
}
