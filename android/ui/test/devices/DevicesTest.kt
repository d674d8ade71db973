package org.linnet.ui.devices

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertFalse
import org.junit.Rule
import org.junit.Test
import org.linnet.core.Support
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock

/** One's own devices, from the account's screen on. */
class DevicesTest {
    @get:Rule
    val rule = createComposeRule()

    private val scope = CoroutineScope(Dispatchers.Main.immediate)
    private val core = FakeCore()
    private lateinit var model: AppModel

    @After
    fun end() = scope.cancel()

    @Test
    fun `this device is named and takes its place among the others`() {
        show()
        rule.onNodeWithTag("device-name").performTextReplacement(" Couch ")
        rule.onNodeWithTag("device-save").performScrollTo().performClick()
        until("named") { "set device 1 Couch 0" in core.asked }
        rule.onNodeWithTag("priority/10").performScrollTo().performClick()
        until("first") { "set device 1 Couch 10" in core.asked }
        rule.onNodeWithText("Phone.a7Gk (this device)").performScrollTo().assertIsDisplayed()
        rule.onNodeWithText("Away for a moment · Gajim 1.7.3 · Back at four").performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `who is shut out is asked about first, and oneself is not to be`() {
        show()
        rule.onNodeWithTag("problem").performScrollTo().assertIsDisplayed()
        rule.onNodeWithTag("client/c").performScrollTo()
        rule.onAllNodes(hasText("Shut out"))[1].performClick()
        rule.onNodeWithText("Shut out Gajim?").assertIsDisplayed()
        assertFalse(core.asked.any { it.startsWith("revoke") })
        rule.onAllNodes(hasText("Shut out")).let { it[it.fetchSemanticsNodes().lastIndex] }.performClick()
        until("shut out") { "revoke 1 c" in core.asked }
    }

    @Test
    fun `signing out everywhere names what it means, and its course is told`() {
        core.ownDevices.value = listOf(Fixtures.ownDevicesUnlisted)
        show()
        rule.onNodeWithText("Your server doesn't list who has access", substring = true).performScrollTo()
        rule.onNodeWithTag("everywhere").performScrollTo().performClick()
        rule.onNodeWithText("which only this device knows", substring = true).assertIsDisplayed()
        rule.onNodeWithTag("change-password").performClick()
        until("asked") { "everywhere 1 made-1" in core.asked }
        until("told") { rule.onAllNodes(hasText("Changing the password…")).fetchSemanticsNodes().isNotEmpty() }
    }

    @Test
    fun `where keys may outlast the password, that is said before`() {
        core.ownDevices.value = listOf(Fixtures.ownDevicesUnlisted.copy(tokensMayStay = true))
        show()
        rule.onNodeWithTag("everywhere").performScrollTo().performClick()
        rule.onNodeWithText("may stay so, whatever the password", substring = true).assertIsDisplayed()
        rule.onNodeWithText("all others lose their access", substring = true).assertDoesNotExist()
    }

    private val Fixtures.ownDevicesUnlisted
        get() = core.ownDevices.value.first().copy(manages = Support.NO, clients = emptyList(), problem = null)

    private fun show() {
        model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
        until("chats") { rule.onAllNodesWithTag("account").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("account").performClick()
        rule.onNodeWithTag("devices").performScrollTo().performClick()
        until("devices") { rule.onAllNodesWithTag("device-name").fetchSemanticsNodes().isNotEmpty() }
    }

    private fun until(what: String, holds: () -> Boolean) = rule.waitUntil(what, 10_000) { holds() }
}
