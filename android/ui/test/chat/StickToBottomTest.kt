package org.linnet.ui.chat

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipeDown
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.unit.dp
import org.junit.Rule
import org.junit.Test
import org.linnet.core.AccountItem
import org.linnet.core.ContactMoved
import org.linnet.core.MessageItem
import org.linnet.core.TextOf
import org.linnet.core.TimelineItem
import org.linnet.ui.Stage
import org.linnet.ui.previews.Fixtures

/** A keyed list keeps what it shows in place; a chat must not, unless its reader is elsewhere. */
class StickToBottomTest {
    @get:Rule
    val rule = createComposeRule()

    private var items by mutableStateOf<List<TimelineItem>>((1L..60L).map { message(it) })
    private var state by mutableStateOf(state())

    @Test
    fun `a filled list follows new messages while it is at the bottom`() {
        show()
        rule.onNodeWithText("Message 60").assertIsDisplayed()
        for (id in 61L..64L) {
            add(message(id))
            rule.onNodeWithText("Message $id").assertIsDisplayed()
        }
        rule.onNodeWithTag("to-bottom").assertDoesNotExist()
    }

    @Test
    fun `a reader further up is left in peace, and told how many came`() {
        show()
        scrollUp()
        add(message(61), message(62))
        rule.onNodeWithText("Message 62").assertDoesNotExist()
        rule.onNodeWithContentDescription("To the newest message, 2 new").assertIsDisplayed()
        add(message(63))
        rule.onNodeWithContentDescription("To the newest message, 3 new").assertIsDisplayed()
    }

    @Test
    fun `the button leads back down, and the list sticks again`() {
        show()
        scrollUp()
        add(message(61))
        rule.onNodeWithTag("to-bottom").performClick()
        rule.waitForIdle()
        rule.onNodeWithText("Message 61").assertIsDisplayed()
        rule.onNodeWithTag("to-bottom").assertDoesNotExist()
        add(message(62))
        rule.onNodeWithText("Message 62").assertIsDisplayed()
    }

    @Test
    fun `one's own message always comes into sight`() {
        show()
        scrollUp()
        add(message(61, outgoing = true))
        rule.onNodeWithText("Message 61").assertIsDisplayed()
    }

    @Test
    fun `a message that comes while someone writes is followed, and so is the writing`() {
        show()
        add(TimelineItem.Typing("typing", "Bob"))
        rule.onNodeWithTag("typing-row").assertIsDisplayed()
        items = items.dropLast(1)
        add(message(61), TimelineItem.Typing("typing", "Bob"))
        rule.onNodeWithText("Message 61").assertIsDisplayed()
        rule.onNodeWithTag("typing-row").assertIsDisplayed()
    }

    @Test
    fun `older messages that come in above move nothing`() {
        items = items.drop(30)
        state = state()
        show()
        rule.onNodeWithText("Message 60").assertIsDisplayed()
        items = (1L..60L).map { message(it) }
        state = state()
        rule.onNodeWithText("Message 60").assertIsDisplayed()
        rule.onNodeWithTag("to-bottom").assertDoesNotExist()
    }

    @Test
    fun `with more unread than fits the chat opens where they begin`() {
        items = items.take(20) + TimelineItem.UnreadMark("mark") + items.drop(20)
        state = state()
        show()
        rule.waitForIdle()
        rule.onNodeWithTag("unread").assertIsDisplayed()
        rule.onNodeWithText("Message 21").assertIsDisplayed()
        rule.onNodeWithText("Message 60").assertDoesNotExist()
    }

    private fun show() = rule.setContent {
        Stage {
            Box(Modifier.size(400.dp, 700.dp)) { ChatScreen(state, TextFieldState(), NoActions) }
        }
    }

    private fun scrollUp() {
        rule.onNodeWithTag("messages").performTouchInput {
            swipeDown()
            swipeDown()
        }
        rule.waitForIdle()
        rule.onNodeWithText("Message 60").assertDoesNotExist()
    }

    private fun add(vararg more: TimelineItem) {
        items = items + more
        state = state()
        rule.waitForIdle()
    }

    private fun state() =
        ChatState(Fixtures.chats[0], Fixtures.account, rows(items, Fixtures.zone, firstUnread(items)), atStart = true)

    private fun message(id: Long, outgoing: Boolean = false) =
        TimelineItem.Message(Fixtures.message(id, "Message $id", Fixtures.at(12, 0) + id * 1000, outgoing))

    private object NoActions : ChatActions {
        override fun back() = Unit
        override fun send() = Unit
        override fun composing(on: Boolean) = Unit
        override fun correct(message: MessageItem) = Unit
        override fun cancelCorrection() = Unit
        override fun showVersions(message: Long) = Unit
        override fun closeVersions() = Unit
        override fun retry(message: Long) = Unit
        override fun delete(message: Long) = Unit
        override fun copy(message: MessageItem) = Unit
        override fun showAll(of: TextOf, sender: String?) = Unit
        override fun fillGap(gap: Long) = Unit
        override fun seen(message: Long) = Unit
        override fun loadOlder() = Unit
        override fun jumpToNewest() = Unit
        override fun tryNow() = Unit
        override fun signInAgain(account: AccountItem) = Unit
        override fun unblock() = Unit
        override fun openContact() = Unit
        override fun answerMoved(accept: Boolean, moved: ContactMoved) = Unit
        override fun openMoved(moved: ContactMoved) = Unit
    }
}
