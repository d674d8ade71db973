package org.linnet.ui

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertCountEquals
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.ComposeContentTestRule
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.longClick
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToIndex
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.performTouchInput
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
import org.linnet.core.AccountProblem
import org.linnet.core.AccountTask
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.LoginFailure
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
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
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
        rule.waitUntil("asked", PATIENCE) { "add carol@example.org secret null" in core.asked }
        core.connection(1, Connection.Online, signedIn = true)
        rule.waitUntilShown("No chats yet")
        assertFalse(model.back())
    }

    @Test
    fun `a message goes out, and the draft is empty at once`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("opened", PATIENCE) { "opened 1" in core.asked }
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
        rule.waitUntil("opened", PATIENCE) { "opened 1" in core.asked }
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
        rule.waitUntil("opened", PATIENCE) { "opened 1" in core.asked }
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
        rule.waitUntil("read", PATIENCE) { core.asked.any { it.startsWith("read 1") } }
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
        rule.waitUntil("older", PATIENCE) { "older 50" in core.asked }
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
        rule.waitUntil("opened", PATIENCE) { "opened 2" in core.asked }
        assertEquals(2L, model.openChat)
        rule.waitForIdle()
        rule.onNodeWithContentDescription("Back").performClick()
        rule.waitUntilShown("Bob Lindqvist")
        assertFalse(model.back())
    }

    @Test
    fun `who may be meant is offered, contacts are a tap away`() {
        core.people.value = Fixtures.people
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("new-chat").performClick()
        rule.waitUntilShown("Keep something for yourself")
        rule.onNodeWithTag("peer").performTextInput("bob@")
        // Rows that were shown before stand elsewhere once the others are gone.
        rule.waitUntil("only who may be meant", PATIENCE) {
            rule.onAllNodesWithText("Amélie Duval").fetchSemanticsNodes().isEmpty()
        }
        rule.waitUntilShown("bob@conversations.im")
        rule.onNodeWithText("bob@conversations.im").performScrollTo().performClick()
        rule.onNodeWithTag("peer").assert(hasText("bob@conversations.im"))
        assertFalse("nobody was written to yet", core.asked.any { it.startsWith("start ") })
        rule.onNodeWithTag("peer").performTextReplacement("amelie")
        rule.waitUntilShown("Amélie Duval")
        rule.onNodeWithText("Amélie Duval").performClick()
        rule.waitUntil("started", PATIENCE) { "start 1 amelie@example.org" in core.asked }
    }

    @Test
    fun `the note to self is a chat with one's own address`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("new-chat").performClick()
        rule.waitUntilShown("Keep something for yourself")
        rule.onNodeWithTag("note-to-self").performClick()
        rule.waitUntil("started", PATIENCE) { "start 1 alice@example.org" in core.asked }
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
        rule.onNodeWithText("Sign out and remove").performScrollTo().performClick()
        rule.onNodeWithText("Remove").performClick()
        rule.waitUntilShown("Welcome to Linnet")
    }

    @Test
    fun `a new password is made, and what becomes of it is told`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("account").performClick()
        rule.waitUntilShown("Change password…")
        rule.onNodeWithTag("account/password").performScrollTo().performClick()
        rule.onNodeWithTag("change-password").performClick()
        rule.waitUntil("asked", PATIENCE) { "change 1 made-1" in core.asked }
        rule.waitUntilShown("Changing the password…")
        core.task(1, AccountTask.PasswordNotChanged(AccountProblem.NOT_ACCEPTABLE, "Eight letters"))
        rule.waitUntilShown("The server says: Eight letters")
        core.task(1, AccountTask.PasswordChanged)
        rule.waitUntilShown("The password is changed.")
    }

    @Test
    fun `an account is deleted only by who says that he knows what that means`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("account").performClick()
        rule.waitUntilShown("Delete account…")
        rule.onNodeWithTag("account/delete").performScrollTo().performClick()
        rule.onNodeWithTag("delete").assertIsNotEnabled()
        rule.onNodeWithTag("understood").performClick()
        rule.onNodeWithTag("delete").performClick()
        rule.waitUntil("asked", PATIENCE) { "delete account 1" in core.asked }
        rule.waitUntilShown("The server is deleting the account…")
        core.accounts.value = emptyList()
        rule.waitUntilShown("Welcome to Linnet")
    }

    @Test
    fun `an account that goes takes its own screen along, not what lies above`() {
        core.accounts.value += Fixtures.account("club@example.net", 2)
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.runOnIdle {
            model.openAccount(2)
            model.signUp()
            core.accounts.value = core.accounts.value.filter { it.id != 2L }
        }
        rule.waitUntilShown("My own server")
        rule.runOnIdle { assertEquals(2, (model.shown.value as Shown.Top).depth) }
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
        rule.waitUntil("opened", PATIENCE) { "opened 1" in core.asked }
        assertTrue(model.back())
        rule.waitUntilShown("Amélie Duval")
    }

    @Test
    fun `a correction leaves the draft alone, and goes out under the message's own id`() {
        core.window(1).value = Window(Fixtures.states, true, true)
        openBob()
        rule.onNodeWithTag("draft").performTextInput("Half a tho")
        rule.onNodeWithText("I am on my way").performTouchInput { longClick() }
        rule.onNodeWithText("Correct").performClick()
        rule.onNodeWithTag("correcting").assertIsDisplayed()
        rule.onNodeWithTag("draft").performTextReplacement("I am on my way!")
        rule.onNodeWithContentDescription("Send correction").performClick()
        rule.waitUntil("corrected", PATIENCE) { "correct 5 I am on my way! token-1" in core.asked }
        rule.onNodeWithTag("correcting").assertDoesNotExist()
        rule.onNodeWithText("Half a tho").assertIsDisplayed()
        assertTrue(core.asked.none { it.startsWith("send") })
    }

    @Test
    fun `a correction that was refused comes back, one given up changes nothing`() {
        core.window(1).value = Window(Fixtures.states, true, true)
        openBob()
        rule.onNodeWithText("I am on my way").performTouchInput { longClick() }
        rule.onNodeWithText("Correct").performClick()
        rule.onNodeWithTag("draft").performTextReplacement("Precious words")
        core.refusal = CommandException.NotNow()
        rule.onNodeWithTag("send").performClick()
        rule.waitUntilShown("That isn't possible right now.")
        rule.onNodeWithText("Precious words").assertIsDisplayed()
        rule.onNodeWithTag("cancel-correction").performClick()
        rule.onNodeWithText("Precious words").assertDoesNotExist()
        assertEquals(1, core.asked.count { it.startsWith("correct") })
    }

    @Test
    fun `earlier versions are shown with their times`() {
        core.window(1).value = Window(Fixtures.states, true, true)
        core.versions.value = Fixtures.versions
        openBob()
        rule.onNodeWithText("I will bring the rules").performTouchInput { longClick() }
        rule.onNodeWithText("Earlier versions").performClick()
        rule.waitUntilShown("I will bring the rulse")
        rule.onNodeWithText("Close").performClick()
        rule.onNodeWithText("I will bring the rulse").assertDoesNotExist()
    }

    @Test
    fun `writing is told with every keystroke, and so is that it ended`() {
        openBob()
        rule.onNodeWithTag("draft").performTextInput("H")
        rule.waitUntil("told", PATIENCE) { core.asked.count { it == "composing 1 true" } == 1 }
        rule.onNodeWithTag("draft").performTextInput("i")
        rule.waitUntil("told again", PATIENCE) { core.asked.count { it == "composing 1 true" } == 2 }
        rule.onNodeWithTag("draft").performTextReplacement("")
        rule.waitUntil("empty", PATIENCE) { core.asked.last() == "composing 1 false" }
        rule.onNodeWithTag("draft").performTextInput("Hello")
        rule.waitUntil("again", PATIENCE) { core.asked.last() == "composing 1 true" }
        rule.onNodeWithContentDescription("Back").performClick()
        rule.waitUntil("left", PATIENCE) { core.asked.last() == "composing 1 false" }
    }

    @Test
    fun `what others learn is switched one by one`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("account").performClick()
        rule.waitUntilShown("Privacy")
        rule.onNodeWithTag("privacy/open").performScrollTo().performClick()
        rule.waitUntilShown("What others learn")
        rule.onNodeWithTag("privacy/READ_MARKERS").performScrollTo().performClick()
        rule.waitUntil("asked", PATIENCE) { "privacy 1 READ_MARKERS false" in core.asked }
        rule.waitForIdle()
        rule.onNodeWithTag("privacy/READ_MARKERS").assertIsOff()
        rule.onNodeWithTag("privacy/RECEIPTS").assertIsOn()
        rule.onNodeWithTag("privacy/ONLINE").performScrollTo().assertIsOn().performClick()
        rule.waitUntil("hidden") { "privacy 1 ONLINE false" in core.asked }
        rule.onNodeWithTag("callers/NOBODY").performScrollTo().performClick()
        rule.waitUntil("no calls") { "callers 1 NOBODY" in core.asked }
        rule.onNodeWithTag("adders/CODE").performScrollTo().performClick()
        rule.waitUntil("only with a code") { "adders 1 CODE" in core.asked }
        rule.waitForIdle()
        rule.onNodeWithTag("adders/CODE").assertIsSelected()
        rule.onNodeWithContentDescription("Back").performClick()
        rule.waitUntil("back on the account") { rule.onAllNodesWithTag("enabled").fetchSemanticsNodes().isNotEmpty() }
    }

    @Test
    fun `a password changed elsewhere is asked for, and nothing else`() {
        core.accounts.value = listOf(Fixtures.newPassword)
        show()
        rule.waitUntilShown("New password")
        rule.onNodeWithText("New password").performClick()
        rule.waitUntil("the field", PATIENCE) { rule.onAllNodesWithTag("password").fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("address").assertDoesNotExist()
        rule.onNodeWithTag("password").performTextInput("wrong")
        rule.onNodeWithTag("sign-in").performClick()
        rule.waitUntil("asked", PATIENCE) { "password 1 wrong" in core.asked }
        core.connection(1, Connection.Failed(LoginFailure.WRONG_PASSWORD))
        rule.waitUntilShown("The password doesn't fit this address.")
        rule.onNodeWithTag("password").performTextReplacement("right")
        rule.onNodeWithTag("sign-in").performClick()
        rule.waitUntil("asked again", PATIENCE) { "password 1 right" in core.asked }
        core.connection(1, Connection.Online)
        rule.waitUntilShown("Bob Lindqvist")
        assertFalse(model.back())
    }

    @Test
    fun `another certificate is loud, shows both fingerprints, and is trusted only after a second thought`() {
        core.accounts.value = listOf(Fixtures.changedCertificate)
        show()
        rule.waitUntilShown("The server shows another certificate than the one you trusted. Linnet didn't connect.")
        rule.onNodeWithText("Look at it").performClick()
        rule.waitUntilShown("This is not the certificate you trusted")
        rule.onAllNodesWithTag("fingerprint", useUnmergedTree = true).assertCountEquals(2)
        rule.onNodeWithText("3F1C 9A0B E27D 44F8", substring = true).assertExists()
        rule.onNodeWithText("B94D 27B9 934D 3E08", substring = true).assertExists()
        rule.onNodeWithTag("trust").performScrollTo().performClick()
        rule.onNodeWithTag("trust-confirm").assertIsNotEnabled()
        rule.onNodeWithTag("compared").performClick()
        assertTrue(core.asked.none { it.startsWith("pin") })
        rule.onNodeWithTag("trust-confirm").assertIsEnabled().performClick()
        val sha256 = Fixtures.changedCertificate.certificate!!.sha256
        rule.waitUntil("pinned", PATIENCE) { "pin 1 $sha256" in core.asked }
        rule.waitUntilShown("Bob Lindqvist")
    }

    @Test
    fun `signing in through a proxy names it from the first connection on`() {
        core.accounts.value = emptyList()
        core.chats.value = emptyList()
        show()
        rule.waitUntilShown("Welcome to Linnet")
        rule.onNodeWithTag("address").performTextInput("carol@example.org")
        rule.onNodeWithTag("password").performTextInput("secret")
        rule.onNodeWithText("Server settings").performClick()
        rule.onNodeWithTag("proxy").performScrollTo().performClick()
        rule.onNodeWithTag("proxy-port").performScrollTo().performTextReplacement("99999")
        rule.onNodeWithTag("sign-in").performScrollTo().performClick()
        rule.waitUntilShown("A proxy is an IP address or localhost, with a port from 1 to 65535.")
        assertTrue(core.asked.none { it.startsWith("add") })
        rule.onNodeWithTag("proxy-port").performTextReplacement("9050")
        rule.onNodeWithTag("sign-in").performScrollTo().performClick()
        rule.waitUntil("asked", PATIENCE) { "add carol@example.org secret null by 127.0.0.1:9050" in core.asked }
    }

    @Test
    fun `a tapped notification opens its chat above the list, one of a chat that is gone opens nothing`() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        model.openFromOutside(99)
        rule.waitForIdle()
        assertEquals(null, model.openChat)
        model.openFromOutside(2)
        rule.waitUntil("opened", PATIENCE) { "opened 2" in core.asked }
        model.openFromOutside(1)
        rule.waitUntil("opened", PATIENCE) { "opened 1" in core.asked }
        assertTrue(model.back())
        assertFalse(model.back())
    }

    @Test
    fun `more chats are asked for once the end of those is in sight`() {
        core.allChats = false
        core.chats.value = (1L..60L).map { Fixtures.chat(it, "c$it@example.org", "Contact $it", "Hello", it) }
        show()
        rule.waitUntilShown("Contact 1")
        rule.waitForIdle()
        assertTrue(core.asked.none { it.startsWith("chats") })
        rule.onNodeWithTag("chats").performScrollToIndex(60)
        rule.waitUntil("asked", PATIENCE) { core.asked.count { it == "chats 200" } == 1 }
    }

    private fun openBob() {
        show()
        rule.waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("opened", PATIENCE) { "opened 1" in core.asked }
        rule.waitForIdle()
    }

    private fun ComposeContentTestRule.waitUntilShown(text: String) = waitUntil(text, PATIENCE) {
        onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()
    }

    private fun show(reopen: Long? = null) {
        model = AppModel(core, memory, scope, scope, Fixtures.zone, reopen)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
    }
}
