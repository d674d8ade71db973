package org.linnet.ui.presence

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.assertTextEquals
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.isSelected
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onAllNodesWithContentDescription
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.update
import org.junit.After
import org.junit.Rule
import org.junit.Test
import org.linnet.core.Availability
import org.linnet.core.CommandException
import org.linnet.core.OwnPresence
import org.linnet.core.Show
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock

/** One's own presence from the chat list on, and that of contacts in the chat's title. */
class PresenceTest {
    @get:Rule
    val rule = createComposeRule()

    private val scope = CoroutineScope(Dispatchers.Main.immediate)
    private val core = FakeCore()
    private lateinit var model: AppModel

    @After
    fun end() = scope.cancel()

    @Test
    fun `two taps from the list one is not to be disturbed, and the list says so`() {
        show()
        rule.onNodeWithContentDescription("Your presence: Available").performClick()
        rule.onNodeWithTag("show/AVAILABLE").assertIsSelected()
        rule.onNodeWithTag("show/DO_NOT_DISTURB").performClick()
        until("chosen") { "presence 1 DO_NOT_DISTURB " in core.asked }
        rule.onNodeWithTag("show/DO_NOT_DISTURB").assertIsSelected()
        rule.runOnUiThread { model.back() }
        until("the list says so") {
            rule.onAllNodesWithContentDescription("Your presence: Please don't disturb").fetchSemanticsNodes().isNotEmpty()
        }
    }

    @Test
    fun `what was chosen stays chosen until the core tells of it`() {
        show()
        rule.onNodeWithTag("presence/open").performClick()
        val answer = CompletableDeferred<Unit>().also { core.hold = it }
        rule.onNodeWithTag("show/DO_NOT_DISTURB").performClick()
        until("asked") { "presence 1 DO_NOT_DISTURB " in core.asked }
        rule.onNodeWithTag("show/DO_NOT_DISTURB").assertIsSelected()
        rule.onNodeWithTag("status").performTextReplacement("On the boat")
        rule.onNodeWithTag("save").performScrollTo().performClick()
        until("saved") { "presence 1 DO_NOT_DISTURB On the boat" in core.asked }
        rule.onNodeWithTag("save").performScrollTo().assertIsNotEnabled()
        rule.onNodeWithTag("show/DO_NOT_DISTURB").performScrollTo().assertIsSelected()
        core.hold = null
        answer.complete(Unit)
        until("told") { core.accounts.value.first().own.status == "On the boat" }
        rule.onNodeWithTag("show/DO_NOT_DISTURB").assertIsSelected()
        // From then on it is the account that counts.
        core.accounts.update { all -> all.map { it.copy(presence = OwnPresence(Show.AWAY, null, true)) } }
        until("away") { rule.onAllNodes(hasTestTag("show/AWAY") and isSelected()).fetchSemanticsNodes().isNotEmpty() }
    }

    @Test
    fun `a status text is saved, shown again, and cleared`() {
        core.accounts.update { all -> all.map { it.copy(presence = OwnPresence(Show.AWAY, null, true)) } }
        show()
        rule.onNodeWithTag("presence/open").performClick()
        rule.onNodeWithTag("clear").assertDoesNotExist()
        rule.onNodeWithTag("save").performScrollTo().assertIsNotEnabled()
        rule.onNodeWithTag("status").performTextReplacement("x".repeat(201))
        rule.onNodeWithText("At most 200 characters").assertIsDisplayed()
        rule.onNodeWithTag("save").performScrollTo().assertIsNotEnabled()
        rule.onNodeWithTag("status").performTextReplacement("  On the boat ")
        rule.onNodeWithTag("save").performScrollTo().performClick()
        until("saved") { "presence 1 AWAY On the boat" in core.asked }
        // Another choice takes the text along.
        rule.onNodeWithTag("show/AVAILABLE").performScrollTo().performClick()
        until("chosen") { "presence 1 AVAILABLE On the boat" in core.asked }
        rule.onNodeWithTag("clear").performScrollTo().performClick()
        until("cleared") { core.asked.last() == "presence 1 AVAILABLE " }
        rule.onNodeWithTag("clear").assertDoesNotExist()
    }

    @Test
    fun `away by itself is a switch, and says where it tells nobody`() {
        show()
        rule.onNodeWithTag("presence/open").performClick()
        rule.onNodeWithText("“Last seen” is off", substring = true).performScrollTo().assertIsDisplayed()
        rule.onNodeWithTag("auto-away").performScrollTo().performClick()
        until("off") { "auto away 1 false" in core.asked }
        rule.onNodeWithTag("auto-away").assertIsOff()
        core.accounts.update { all -> all.map { it.copy(privacy = it.privacy.copy(lastSeen = true, online = false)) } }
        until("told") { rule.onAllNodesWithText("As soon as you look, you are back", true).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithText("“Online” is off", substring = true).performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `of several accounts each has its own`() {
        core.accounts.value = Fixtures.several.map {
            if (it.id == 2L) it.copy(presence = OwnPresence(Show.DO_NOT_DISTURB, null, true)) else it
        }
        core.chats.value = Fixtures.mixedChats
        show()
        // The one that is easiest to forget is the one that is shown.
        rule.onNodeWithContentDescription("Your presence: Please don't disturb").performClick()
        rule.onNodeWithText("Work: Please don't disturb").assertIsDisplayed()
        rule.onNodeWithText("Home: Available").performClick()
        rule.onNodeWithTag("show/AWAY").performClick()
        until("chosen") { "presence 1 AWAY " in core.asked }
    }

    @Test
    fun `it is refused in words, and the account's screen leads there, too`() {
        show()
        rule.onNodeWithTag("account").performClick()
        until("the account") { rule.onAllNodesWithTag("profile").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("account/presence").performScrollTo().performClick()
        until("its presence") { rule.onAllNodesWithTag("show/AWAY").fetchSemanticsNodes().isNotEmpty() }
        core.refusal = CommandException.Storage()
        rule.onNodeWithTag("show/AWAY").performClick()
        until("told") { rule.onAllNodesWithText("couldn't save that", true).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("show/AVAILABLE").assertIsSelected()
    }

    @Test
    fun `a chat's title says how much they are there`() {
        show()
        rule.onNodeWithTag("chat/${Fixtures.chats[0].address}").performClick()
        until("the chat") { rule.onAllNodesWithTag("subtitle", true).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("subtitle", true).assertTextEquals(Fixtures.chats[0].address)
        core.contact.update { all -> all.map { it.copy(availability = Availability.AWAY, status = "Back at six") } }
        until("away") { subtitle() == "Away for a moment · Back at six" }
        core.contact.update { all -> all.map { it.copy(availability = Availability.AVAILABLE, status = null) } }
        until("back") { subtitle() == "Available" }
        core.chats.update { all -> all.map { it.copy(typing = true) } }
        until("writing") { subtitle() == "Writing…" }
    }

    private fun subtitle(): String = rule.onNodeWithTag("subtitle", true).fetchSemanticsNode().config
        .getOrElse(androidx.compose.ui.semantics.SemanticsProperties.Text) { emptyList() }.joinToString("") { it.text }

    private fun show() {
        rule.runOnUiThread { model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone) }
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
        until("chats") { rule.onAllNodesWithTag("chats").fetchSemanticsNodes().isNotEmpty() }
    }

    private fun until(what: String, holds: () -> Boolean) = rule.waitUntil(what, 10_000) { holds() }
}
