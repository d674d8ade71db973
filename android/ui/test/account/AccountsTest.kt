package org.linnet.ui.account

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onAllNodesWithContentDescription
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.accountColours
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.theme.accountColours as drawnColours
import org.linnet.ui.words.LocalClock

/** Several accounts in one app, from the chat list on. */
class AccountsTest {
    @get:Rule
    val rule = createComposeRule()

    private val scope = CoroutineScope(Dispatchers.Main.immediate)
    private val core = FakeCore().apply {
        accounts.value = Fixtures.several
        chats.value = Fixtures.mixedChats
    }
    private lateinit var model: AppModel

    @After
    fun end() = scope.cancel()

    @Test
    fun `one list says whose each chat is, and one account is shown by itself`() {
        show()
        until("chips") { rule.onAllNodesWithTag("chips").fetchSemanticsNodes().isNotEmpty() }
        rule.onAllNodesWithContentDescription("Account Work", useUnmergedTree = true).onFirst().assertIsDisplayed()
        rule.onNodeWithTag("chip/${Fixtures.work.address}").performClick()
        until("one account") { "show account 2" in core.asked }
        val others = Fixtures.mixedChats.filter { it.account != 2L }
        until("others gone") { others.none { isShown(it.address) } }
        rule.onNodeWithTag("chat/${Fixtures.mixedChats.first { it.account == 2L }.address}").assertIsDisplayed()
        rule.onNodeWithTag("chip/all").performClick()
        until("all again") { isShown(others.first().address) }
    }

    @Test
    fun `accounts are put in order by buttons, named and coloured`() {
        show()
        until("chips") { rule.onAllNodesWithTag("chips").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("accounts").performClick()
        rule.onNodeWithContentDescription("Move Home up").assertIsNotEnabled()
        rule.onNodeWithContentDescription("Move Work up").performClick()
        until("moved") { "move account 2 0" in core.asked }
        rule.onNodeWithContentDescription("Move Work up").assertIsNotEnabled()
        rule.onNodeWithTag("account/${Fixtures.work.address}").performClick()
        rule.onNodeWithTag("look").performClick()
        rule.onNodeWithTag("name").performTextReplacement(" Office ")
        rule.onNodeWithTag("colour/PINK").performClick()
        rule.onNodeWithTag("look-save").performClick()
        until("named") { "edit account 2 Office PINK" in core.asked }
        rule.onNodeWithText("Office").assertIsDisplayed()
    }

    @Test
    fun `with one account there is nothing to choose`() {
        core.accounts.value = listOf(Fixtures.account)
        core.chats.value = Fixtures.chats
        show()
        until("chats") { rule.onAllNodesWithTag("chats").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("chips").assertDoesNotExist()
        rule.onNodeWithTag("accounts").assertDoesNotExist()
        rule.onNodeWithTag("account").assertIsDisplayed()
    }

    @Test
    fun `a new chat begins from the account that is shown`() {
        core.app.value = core.app.value.copy(shownAccount = 2)
        show()
        until("chips") { rule.onAllNodesWithTag("chips").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("new-chat").performClick()
        rule.onNodeWithTag("peer").performTextReplacement("bob@example.org")
        rule.onNodeWithTag("start").performClick()
        until("started") { "start 2 bob@example.org" in core.asked }
    }

    @Test
    fun `colours are those of the core`() {
        assertEquals(
            accountColours().associate { it.colour to (it.light.toInt() to it.dark.toInt()) },
            drawnColours,
        )
        assertTrue(drawnColours.size == 8)
    }

    private fun isShown(address: String) =
        rule.onAllNodesWithTag("chat/$address").fetchSemanticsNodes().isNotEmpty()

    private fun show() {
        rule.runOnUiThread { model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone) }
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
    }

    private fun until(what: String, holds: () -> Boolean) = rule.waitUntil(what, 10_000) { holds() }
}
