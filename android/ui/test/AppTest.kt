package org.linnet.ui

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.ComposeContentTestRule
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.SubscriptionException
import org.linnet.core.TimelineItem
import org.linnet.core.Window
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock

/** The whole app over a core in memory: the ways between the screens, and what models ask of the core. */
class AppTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val memory = FakeMemory()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private lateinit var model: AppModel

    @After
    fun end() = scope.cancel()

    @Test
    fun `from signing in to the chat list`() {
        core.accounts.value = emptyList()
        core.chats.value = emptyList()
        show()
        rule.waitUntilShown("Welcome to Linnet")
        rule.onNodeWithTag("address").performTextInput("carol@example.org")
        rule.onNodeWithTag("password").performTextInput("secret")
        rule.onNodeWithTag("sign-in").performClick()
        rule.waitUntil("asked") { "add carol@example.org secret null" in core.asked }
        core.connection(1, Connection.Online, signedIn = true)
        rule.waitUntilShown("No chats yet")
        assertFalse(model.back())
    }

    @Test
    fun `a message goes out, and the draft is empty at once`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("opened") { "opened 1" in core.asked }
        rule.waitUntilShown("This is the beginning of your chat with Bob Lindqvist.")
        rule.onNodeWithTag("draft").performTextInput("Hello Bob")
        rule.onNodeWithTag("send").performClick()
        rule.waitUntilShown("Hello Bob")
        assertTrue("send 1 Hello Bob token-1" in core.asked)
        rule.onNodeWithTag("draft").performTextReplacement("")
    }

    @Test
    fun `what could not be stored comes back to the draft, and is told`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("opened") { "opened 1" in core.asked }
        rule.onNodeWithTag("draft").performTextInput("Precious words")
        core.refusal = CommandException.Storage()
        rule.onNodeWithTag("send").performClick()
        rule.waitUntilShown("Linnet couldn't save that. Is the storage full?")
        rule.onNodeWithText("Precious words").assertIsDisplayed()
    }

    @Test
    fun `a draft waits in its chat`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("opened") { "opened 1" in core.asked }
        rule.onNodeWithTag("draft").performTextInput("Half a tho")
        rule.onNodeWithContentDescription("Back").performClick()
        rule.waitUntilShown("Amélie Duval")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntilShown("Half a tho")
    }

    @Test
    fun `reading marks the newest message once, and the eye keeps the mark`() {
        core.window(1).value = Window(Fixtures.conversation, true, true)
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("read") { core.asked.any { it.startsWith("read 1") } }
        core.window(1).value =
            Window(Fixtures.conversation.filter { it !is TimelineItem.UnreadMark }, true, true)
        rule.waitForIdle()
        rule.onNodeWithTag("unread").assertIsDisplayed()
        assertEquals(1, core.asked.count { it.startsWith("read") })
    }

    @Test
    fun `older messages are asked for once for each length of the list`() {
        core.window(1).value = Window(Fixtures.conversation, atStart = false, atEnd = true)
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("older") { "older 50" in core.asked }
        rule.waitForIdle()
        assertEquals(1, core.asked.count { it.startsWith("older") })
    }

    @Test
    fun `a new chat by address, and the way back leads to the list`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("new-chat").performClick()
        rule.waitUntilShown("Start chat")
        rule.onNodeWithTag("peer").performTextInput("nonsense")
        rule.onNodeWithTag("start").performClick()
        rule.waitUntilShown("That doesn't look like an address. It should read like name@example.org.")
        rule.onNodeWithTag("peer").performTextReplacement("amelie@jabber.example")
        rule.onNodeWithTag("start").performClick()
        rule.waitUntil("opened") { "opened 2" in core.asked }
        assertEquals(2L, model.openChat)
        rule.waitForIdle()
        rule.onNodeWithContentDescription("Back").performClick()
        rule.waitUntilShown("Bob Lindqvist")
        assertFalse(model.back())
    }

    @Test
    fun `the note to self is a chat with one's own address`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("new-chat").performClick()
        rule.waitUntilShown("Keep something for yourself")
        rule.onNodeWithTag("note-to-self").performClick()
        rule.waitUntil("started") { "start 1 alice@example.org" in core.asked }
    }

    @Test
    fun `a notice that was read never comes back`() {
        core.accounts.value = listOf(Fixtures.poorServer)
        show()
        rule.waitUntilShown("Your server keeps no history")
        rule.onNodeWithText("Got it").performClick()
        rule.waitUntilShown("Weak connections may feel slow")
        rule.onNodeWithText("Got it").performClick()
        rule.waitForIdle()
        rule.onNodeWithTag("notice").assertDoesNotExist()
        assertEquals(
            setOf("lacks/ARCHIVE/alice@example.org", "lacks/STREAM_MANAGEMENT/alice@example.org"),
            memory.marks,
        )
    }

    @Test
    fun `removing the last account leads back to the welcome`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("account").performClick()
        rule.waitUntilShown("Sign out and remove")
        rule.onNodeWithText("Sign out and remove").performClick()
        rule.onNodeWithText("Remove").performClick()
        rule.waitUntilShown("Welcome to Linnet")
    }

    @Test
    fun `a database that can't be read is told, and tried again by hand`() {
        core.failure = SubscriptionException.Storage()
        show()
        rule.waitUntilShown("Linnet can't read its data")
        rule.onNodeWithText("Try again").performClick()
        rule.waitUntilShown("Bob Lindqvist")
    }

    @Test
    fun `the chat that was open opens again`() {
        show(reopen = 1)
        rule.waitUntil("opened") { "opened 1" in core.asked }
        assertTrue(model.back())
        rule.waitUntilShown("Amélie Duval")
    }

    private fun ComposeContentTestRule.waitUntilShown(text: String) = waitUntil(text, 5_000) {
        onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()
    }

    private fun show(reopen: Long? = null) {
        model = AppModel(core, memory, scope, scope, Fixtures.zone, reopen)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
    }
}
