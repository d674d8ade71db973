package org.linnet.ui.chat

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertCountEquals
import androidx.compose.ui.test.assertHeightIsAtLeast
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.longClick
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performKeyInput
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.pressKey
import androidx.compose.ui.test.withKeyDown
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.input.key.Key
import androidx.compose.ui.text.LinkAnnotation
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.dp
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.AccountItem
import org.linnet.core.ContactItem
import org.linnet.core.ContactMoved
import org.linnet.core.MessageItem
import org.linnet.core.MessageState
import org.linnet.core.SendFailure
import org.linnet.core.TextOf
import org.linnet.core.TimelineItem
import org.linnet.ui.PATIENCE
import org.linnet.ui.Device
import org.linnet.ui.Stage
import org.linnet.ui.english
import org.linnet.ui.german
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.previews.movedContact
import java.util.concurrent.CopyOnWriteArrayList

class ChatScreenTest {
    @get:Rule
    val rule = createComposeRule()

    private val draft = TextFieldState()
    private val done = CopyOnWriteArrayList<String>()
    private val actions = object : ChatActions {
        override fun back() = note("back")
        override fun send() = note("send ${draft.text}")
        override fun composing(on: Boolean) = note("composing $on")
        override fun correct(message: MessageItem) = note("correct ${message.id}")
        override fun showVersions(message: Long) = note("versions $message")
        override fun closeVersions() = note("close versions")
        override fun cancelCorrection() = note("cancel correction")
        override fun retry(message: Long) = note("retry $message")
        override fun delete(message: Long) = note("delete $message")
        override fun copy(message: MessageItem) = note("copy ${message.body}")
        override fun showAll(of: TextOf, sender: String?) = note("all $of $sender")
        override fun fillGap(gap: Long) = note("fill $gap")
        override fun seen(message: Long) = note("seen $message")
        override fun loadOlder() = note("older")
        override fun jumpToNewest() = note("newest")
        override fun tryNow() = note("try")
        override fun signInAgain(account: AccountItem) = note("sign in")
        override fun unblock() = note("unblock")
        override fun openContact() = note("contact")
        override fun answerMoved(accept: Boolean, moved: ContactMoved) = note("moved $accept ${moved.address}")
        override fun openMoved(moved: ContactMoved) = note("go to ${moved.address}")
    }

    @Test
    fun `the send button wakes with the first letter and sends what was typed`() {
        show(Fixtures.conversation)
        rule.onNodeWithTag("send").assertIsNotEnabled()
        rule.onNodeWithTag("draft").performTextInput("   ")
        rule.onNodeWithTag("send").assertIsNotEnabled()
        rule.onNodeWithTag("draft").performTextInput("Bis später 😀")
        rule.onNodeWithTag("send").assertIsEnabled().performClick()
        assertTrue("send    Bis später 😀" in done)
    }

    @OptIn(ExperimentalTestApi::class)
    @Test
    fun `on a desktop Enter sends and Shift with Enter starts a line`() {
        show(Fixtures.conversation, enterSends = true)
        rule.onNodeWithTag("draft").performTextInput("one")
        rule.onNodeWithTag("draft").performKeyInput { withKeyDown(Key.ShiftLeft) { pressKey(Key.Enter) } }
        rule.onNodeWithTag("draft").performTextInput("two")
        assertTrue(done.none { it.startsWith("send") })
        rule.onNodeWithTag("draft").performKeyInput { pressKey(Key.Enter) }
        assertEquals(listOf("send one\ntwo"), done.filter { it.startsWith("send") })
    }

    @Test
    fun `own messages stand at the end, the others at the start, and the other way round in Arabic`() {
        show(Fixtures.arabic)
        assertTrue(left("See you there") > left("ممتاز، لا تنسَ الكتاب الذي وعدتني به في المرة الماضية"))
    }

    @Test
    fun `right to left mirrors the sides`() {
        show(Fixtures.arabic, rightToLeft = true)
        assertTrue(left("See you there") < left("ممتاز، لا تنسَ الكتاب الذي وعدتني به في المرة الماضية"))
    }

    @Test
    fun `a failed message says why and can be sent again`() {
        val failed = MessageState.Failed(SendFailure.NO_SUCH_RECIPIENT)
        show(listOf(message(7, "Hello?", failed)), device = german)
        rule.onNodeWithText("Nicht gesendet: Unter dieser Adresse gibt es niemanden.").assertIsDisplayed()
        rule.onNodeWithText("Erneut senden").performClick()
        assertTrue("retry 7" in done)
    }

    @Test
    fun `a text that is cut leads to all of it`() {
        show(Fixtures.long.take(1), device = german)
        rule.onNodeWithContentDescription("Die ganze Nachricht zeigen").performClick()
        assertTrue("all ${TextOf.Message(0)} Bob Lindqvist" in done)
    }

    @Test
    fun `a long press offers what the core allows, and deleting asks first`() {
        show(listOf(message(7, "Hello", MessageState.Sent)))
        rule.onNodeWithText("Hello").performTouchInput { longClick() }
        rule.onNodeWithText("Try again").assertDoesNotExist()
        rule.onNodeWithText("Copy").performClick()
        assertTrue("copy Hello" in done)
        rule.onNodeWithText("Hello").performTouchInput { longClick() }
        rule.onNodeWithText("Delete").performClick()
        assertTrue(done.none { it.startsWith("delete") })
        rule.onNodeWithText("Delete this message?").assertIsDisplayed()
        rule.onNodeWithText("Delete").performClick()
        assertTrue("delete 7" in done)
    }

    @Test
    fun `a screen reader hears sender, time and state, and has the actions without a long press`() {
        show(listOf(message(7, "Hello", MessageState.Sending)))
        val bubble = rule.onNodeWithText("Hello").fetchSemanticsNode()
        assertEquals("You, 18:00, Sending", bubble.config[SemanticsProperties.StateDescription])
        val offered = bubble.config[SemanticsActions.CustomActions].map { it.label }
        assertEquals(listOf("Copy", "Correct", "Delete"), offered)
    }

    @Test
    fun `how far a message has come, and that it was corrected, is said and not only drawn`() {
        show(Fixtures.states)
        fun said(text: String) =
            rule.onNodeWithText(text).fetchSemanticsNode().config[SemanticsProperties.StateDescription]
        assertTrue(said("Yes! Half past seven at my place").endsWith("Read"))
        assertTrue(said("I will bring the rules").endsWith("edited, Delivered"))
        assertTrue(said("Perfect, see you at eight then 🎉").endsWith("edited"))
        assertTrue(said("Looking forward to it, see you at eihgt then").endsWith("Sent"))
    }

    @Test
    fun `someone who writes is the last row, which no message hides`() {
        show(Fixtures.states)
        rule.onNodeWithContentDescription("Bob Lindqvist is writing…").assertIsDisplayed()
    }

    @Test
    fun `what someone does stands after the name`() {
        show(Fixtures.styled)
        rule.onNodeWithText("Bob Lindqvist looks for the board game").assertIsDisplayed()
    }

    @Test
    fun `a styled text keeps its characters, and only the core's links can be opened`() {
        val inks = Inks(Color.Black, Color.Blue, Color.Gray)
        val spans = listOf(
            Fixtures.span("*", directive = true),
            Fixtures.span("bold", strong = true),
            Fixtures.span("*", directive = true),
            Fixtures.span(" https://not.a.link "),
            Fixtures.span("here", link = "https://example.org/"),
        )
        val text = styled(spans, inks)
        assertEquals("*bold* https://not.a.link here", text.text)
        val links = text.getLinkAnnotations(0, text.length)
        assertEquals(listOf("https://example.org/"), links.map { (it.item as LinkAnnotation.Url).url })
        assertEquals("here", text.text.substring(links.single().start, links.single().end))
        val bold = text.spanStyles.filter { it.item.fontWeight == FontWeight.Bold }
        assertEquals(listOf("bold"), bold.map { text.text.substring(it.start, it.end) })
    }

    @Test
    fun `a gap in sight asks to be filled, one that failed waits for a hand`() {
        show(Fixtures.troubled)
        rule.onNodeWithText("These messages couldn't be fetched").assertIsDisplayed()
        assertTrue(done.none { it.startsWith("fill") })
        rule.onAllNodesWithText("Try again").assertCountEquals(2)
        rule.onNode(hasText("Try again") and hasAnyAncestor(hasTestTag("gap"))).performClick()
        assertEquals(1, done.count { it.startsWith("fill") })
    }

    @Test
    fun `the newest message on screen counts as seen`() {
        show(Fixtures.conversation)
        rule.waitUntil("seen", PATIENCE) { "seen ${Fixtures.conversation.size - 1}" in done }
    }

    @Test
    fun `nothing is seen while nobody looks`() {
        show(Fixtures.conversation, watched = false)
        rule.waitForIdle()
        assertTrue(done.none { it.startsWith("seen") })
    }

    @Test
    fun `very large text cuts nothing off and leaves the composer in reach`() {
        show(Fixtures.conversation, fontScale = 2f)
        rule.onNodeWithText("Perfect, see you at eight then 🎉").assertIsDisplayed()
        rule.onNodeWithTag("draft").assertIsDisplayed().performTextInput("Still room here")
        rule.onNodeWithTag("draft").assert(hasText("Still room here"))
        rule.onNodeWithTag("send").assertIsDisplayed().assertHeightIsAtLeast(48.dp)
        rule.onNodeWithContentDescription("Back").assertIsDisplayed()
    }

    @Test
    fun `an empty chat greets instead of showing a void`() {
        show(emptyList())
        rule.onNodeWithText("This is the beginning of your chat with Bob Lindqvist.").assertIsDisplayed()
        rule.onAllNodesWithTag("message").assertCountEquals(0)
    }

    @Test
    fun `what is answered is the address on the screen`() {
        show(Fixtures.conversation, contact = movedContact)
        rule.onNodeWithTag("stay").performClick()
        rule.onNodeWithTag("follow").performClick()
        assertEquals(
            listOf("moved false bob@lindqvist.example", "moved true bob@lindqvist.example"),
            done.filter { it.startsWith("moved") },
        )
    }

    private fun show(
        items: List<TimelineItem>,
        device: Device = english,
        rightToLeft: Boolean = false,
        fontScale: Float = 1f,
        enterSends: Boolean = false,
        watched: Boolean = true,
        contact: ContactItem? = null,
    ) = rule.setContent {
        Stage(device, rightToLeft, fontScale) {
            val rows = rows(items, Fixtures.zone, firstUnread(items))
            val state = ChatState(Fixtures.chats[0], Fixtures.account, rows, atStart = true, contact = contact)
            ChatScreen(state, draft, actions, enterSends = enterSends, watched = watched)
        }
    }

    private fun message(id: Long, body: String, state: MessageState) =
        TimelineItem.Message(Fixtures.message(id, body, Fixtures.at(18, 0), outgoing = true, state = state))

    private fun left(text: String) = rule.onNodeWithText(text).fetchSemanticsNode().boundsInRoot.left

    private fun note(what: String) {
        done += what
    }
}
