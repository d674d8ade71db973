package org.linnet.ui.chats

import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.longClick
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTouchInput
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.AccountItem
import org.linnet.core.ChatItem
import org.linnet.core.Connection
import org.linnet.core.LoginFailure
import org.linnet.core.Missing
import org.linnet.ui.Device
import org.linnet.ui.Stage
import org.linnet.ui.english
import org.linnet.ui.german
import org.linnet.ui.previews.Fixtures
import java.util.concurrent.CopyOnWriteArrayList

class ChatListScreenTest {
    @get:Rule
    val rule = createComposeRule()

    private val done = CopyOnWriteArrayList<String>()

    @Test
    fun `a chat shows its name, its newest message and what is unread`() {
        show(ChatListState(Fixtures.chats, listOf(Fixtures.account)))
        rule.onNodeWithText("Bob Lindqvist", useUnmergedTree = true).assertIsDisplayed()
        rule.onNodeWithContentDescription("2 unread messages", useUnmergedTree = true).assertIsDisplayed()
        rule.onNodeWithContentDescription("Not sent", useUnmergedTree = true).assertIsDisplayed()
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        assertEquals(listOf("open bob@example.org"), done)
    }

    @Test
    fun `strangers are one quiet line, whoever they say they are`() {
        show(ChatListState(emptyList(), listOf(Fixtures.account), Fixtures.requests), german)
        rule.onNodeWithText("3 Anfragen").assertIsDisplayed()
        rule.onNodeWithText("mallory", substring = true).assertDoesNotExist()
        rule.onNodeWithTag("requests").performClick()
        assertEquals(listOf("requests"), done)
    }

    @Test
    fun `history that is off is offered, and a missing archive explained`() {
        show(ChatListState(emptyList(), notice = Notice.ArchivingOff(Fixtures.archivingOff)))
        rule.onNodeWithText("Keep history").performClick()
        rule.onNodeWithText("Not now").performClick()
        assertEquals(listOf("keep", "dismiss archiving/alice@example.org"), done)
    }

    @Test
    fun `a missing archive is explained with its consequence`() {
        show(ChatListState(emptyList(), notice = Notice.Lacks(Fixtures.poorServer, Missing.ARCHIVE)))
        rule.onNodeWithText("Your server keeps no history").assertIsDisplayed()
        rule.onNodeWithText("Got it").performClick()
        assertEquals(listOf("dismiss lacks/ARCHIVE/alice@example.org"), done)
    }

    @Test
    fun `an empty list says what to do`() {
        show(ChatListState(emptyList(), listOf(Fixtures.account)))
        rule.onNodeWithText("No chats yet").assertIsDisplayed()
        rule.onNodeWithTag("new-chat").performClick()
        assertEquals(listOf("new"), done)
    }

    @Test
    fun `the banner counts down and can be hurried`() {
        show(ChatListState(Fixtures.chats, listOf(Fixtures.waiting)))
        rule.onNodeWithText("Server can't be reached. Next try in 12 seconds.").assertIsDisplayed()
        rule.onNodeWithText("Try now").performClick()
        assertEquals(listOf("try"), done)
    }

    @Test
    fun `a refused password leads to a new one, named where there are two accounts`() {
        val other = Fixtures.account("work@example.com", 2)
            .copy(connection = Connection.Failed(LoginFailure.WRONG_PASSWORD))
        show(ChatListState(Fixtures.chats, listOf(Fixtures.account, other)))
        rule.onNodeWithText("work@example.com: The password doesn't fit this address.").assertIsDisplayed()
        rule.onNodeWithText("New password").performClick()
        assertEquals(listOf("sign in work@example.com"), done)
    }

    @Test
    fun `a short reconnection doesn't flicker`() {
        rule.mainClock.autoAdvance = false
        show(ChatListState(Fixtures.chats, listOf(Fixtures.account.copy(connection = Connection.Connecting))))
        rule.mainClock.advanceTimeBy(400)
        rule.onNodeWithTag("banner").assertDoesNotExist()
        rule.mainClock.advanceTimeBy(1_000)
        rule.onNodeWithText("Connecting…").assertIsDisplayed()
    }

    @Test
    fun `a chat is deleted only after a question`() {
        show(ChatListState(Fixtures.chats, listOf(Fixtures.account)))
        rule.onNodeWithTag("chat/bob@example.org").performTouchInput { longClick() }
        rule.onNodeWithText("Delete chat").performClick()
        rule.onNodeWithText("Delete the chat with Bob Lindqvist?").assertIsDisplayed()
        assertTrue(done.isEmpty())
        rule.onNodeWithText("Delete").performClick()
        assertEquals(listOf("delete bob@example.org"), done)
    }

    private fun show(state: ChatListState, device: Device = english) = rule.setContent {
        Stage(device) { ChatListScreen(state, actions) }
    }

    private val actions = object : ChatListActions {
        override fun open(chat: ChatItem) = note("open ${chat.address}")
        override fun delete(chat: ChatItem) = note("delete ${chat.address}")
        override fun loadMore() = Unit
        override fun newChat() = note("new")
        override fun openAccounts() = note("accounts")
        override fun openPresence(account: AccountItem) = note("presence ${account.address}")
        override fun show(account: Long?) = note("show $account")
        override fun openAccount(account: AccountItem) = note("account ${account.address}")
        override fun signInAgain(account: AccountItem) = note("sign in ${account.address}")
        override fun openRequests() = note("requests")
        override fun dismiss(notice: Notice) = note("dismiss ${notice.mark}")
        override fun keepHistory(notice: Notice.ArchivingOff) = note("keep")
        override fun tryNow() = note("try")
    }

    private fun note(what: String) {
        done += what
    }
}
