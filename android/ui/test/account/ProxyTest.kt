package org.linnet.ui.account

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
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
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock

/** An account's way to its server, from the account's screen on. */
class ProxyTest {
    @get:Rule
    val rule = createComposeRule()

    private val scope = CoroutineScope(Dispatchers.Main.immediate)
    private val core = FakeCore()

    @After
    fun end() = scope.cancel()

    @Test
    fun `a proxy is asked for, nothing that needs a name server is taken, and it is taken off again`() {
        val model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
        until("chats") { rule.onAllNodesWithTag("account").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("account").performClick()
        rule.onNodeWithTag("proxy").performScrollTo().assertIsOff().performClick()
        rule.onNodeWithTag("proxy-host").performTextReplacement("tor.example")
        rule.onNodeWithTag("proxy-save").performClick()
        rule.onNodeWithText("A proxy is an IP address or localhost", substring = true).assertIsDisplayed()
        assertFalse(core.asked.any { it.startsWith("proxy") })
        rule.onNodeWithTag("proxy-host").performTextReplacement("127.0.0.1")
        rule.onNodeWithTag("proxy-port").performTextReplacement("9150")
        rule.onNodeWithTag("proxy-save").performClick()
        until("led through it") { "proxy 1 127.0.0.1:9150" in core.asked }
        rule.onNodeWithText("Everything of this account goes through 127.0.0.1:9150.").assertIsDisplayed()
        rule.onNodeWithTag("proxy").performScrollTo().assertIsOn().performClick()
        until("straight again") { "proxy 1 null" in core.asked }
    }

    private fun until(what: String, holds: () -> Boolean) = rule.waitUntil(what, 10_000) { holds() }
}
