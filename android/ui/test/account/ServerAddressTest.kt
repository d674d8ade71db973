package org.linnet.ui.account

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
import androidx.compose.ui.test.assertTextContains
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
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Rule
import org.junit.Test
import org.linnet.core.ServerAddress
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock

/** Where an account's server is, from the account's screen on. */
class ServerAddressTest {
    @get:Rule
    val rule = createComposeRule()

    private val scope = CoroutineScope(Dispatchers.Main.immediate)
    private val core = FakeCore()

    @After
    fun end() = scope.cancel()

    @Test
    fun `a server is named, what can be none stays open and says so, and it is found by its name again`() {
        val model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
        until("chats") { rule.onAllNodesWithTag("account").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("account").performClick()
        rule.onNodeWithTag("server-address").performScrollTo().assertTextContains("Found automatically").performClick()
        rule.onNodeWithTag("server-address-find").assertDoesNotExist()
        rule.onNodeWithTag("host").performTextReplacement("xmpp.example.org")
        rule.onNodeWithTag("port").performTextReplacement("99999")
        rule.onNodeWithTag("server-address-save").performClick()
        rule.onNodeWithText(INVALID).assertIsDisplayed()
        rule.onNodeWithTag("host").performTextReplacement("no host")
        rule.onNodeWithTag("port").performTextReplacement("5222")
        rule.onNodeWithTag("server-address-save").performClick()
        rule.waitForIdle()
        rule.onNodeWithText(INVALID).assertIsDisplayed()
        assertFalse(core.asked.any { it.startsWith("server") })

        rule.onNodeWithTag("host").performTextReplacement("xmpp.example.org")
        rule.onNodeWithTag("direct-tls").assertIsOff().performClick().assertIsOn()
        rule.onNodeWithTag("port").assertTextContains("5223")
        rule.onNodeWithTag("server-address-save").performClick()
        until("led there") { "server 1 xmpp.example.org:5223 true" in core.asked }
        rule.onNodeWithText(INVALID).assertDoesNotExist()
        rule.onNodeWithTag("server-address").performScrollTo().assertTextContains("xmpp.example.org:5223")
            .performClick()
        rule.onNodeWithTag("host").assertTextContains("xmpp.example.org")
        rule.onNodeWithTag("direct-tls").assertIsOn()
        rule.onNodeWithTag("server-address-find").performClick()
        until("found by its name") { "server 1 null" in core.asked }
        rule.onNodeWithTag("server-address").assertTextContains("Found automatically")
    }

    @Test
    fun `an address with colons stands in brackets`() {
        val shown = listOf("::1", "[::1]", "127.0.0.1").map { ServerAddress(it, 5222u, false).shown }
        assertEquals(listOf("[::1]:5222", "[::1]:5222", "127.0.0.1:5222"), shown)
    }

    private fun until(what: String, holds: () -> Boolean) = rule.waitUntil(what, 10_000) { holds() }
}

private const val INVALID = "A server is a host name or an IP address, with a port from 1 to 65535."
