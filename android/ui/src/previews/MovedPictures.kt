package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.remember
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.ContactItem
import org.linnet.core.ContactMoved
import org.linnet.core.MovedItem
import org.linnet.core.MovedState
import org.linnet.core.RequestMoved
import org.linnet.ui.chat.ChatScreen
import org.linnet.ui.chat.ChatState
import org.linnet.ui.chat.firstUnread
import org.linnet.ui.chat.rows
import org.linnet.ui.contact.RequestsScreen
import org.linnet.ui.moved.MovedActions
import org.linnet.ui.moved.MovedScreen
import org.linnet.ui.moved.MovedScreenState

private fun moved(name: String, state: MovedScreenState) =
    Picture("moved$name") { MovedScreen(state, NoMoved) }

private val old = Fixtures.account
private val new = Fixtures.account("alice@lindqvist.example", 4)
private val offline = Fixtures.work.copy(connection = Connection.Off)
private val gone = Fixtures.account("alice@school.example", 5).copy(
    moved = MovedItem("alice@example.org", null, MovedState.PUBLISHED, 0u, 0u, 0u),
)

private fun item(state: MovedState, left: UInt = 0u, refused: UInt = 0u) =
    MovedItem(new.address, Fixtures.at(17, 40, daysAgo = 2), state, 52u, left, refused)

private fun gone(item: MovedItem) = MovedScreenState(old.copy(moved = item), listOf(new))

/** Whose new address asks for an answer. */
internal val movedRequest = Fixtures.request.copy(
    key = "request/moved", address = "bob@lindqvist.example", messages = 0u, preview = null,
    moved = RequestMoved("bob@example.org", "Bob Lindqvist"),
)
internal val movedContact = Fixtures.contact.copy(
    moved = ContactMoved("bob@lindqvist.example", asks = true, time = Fixtures.at(18, 2), chat = null),
)
internal val followedContact = movedContact.copy(moved = movedContact.moved?.copy(asks = false, chat = 9))

private fun chat(name: String, contact: ContactItem) = Picture("chat-moved$name") {
    val rows = remember { rows(Fixtures.conversation, Fixtures.zone, firstUnread(Fixtures.conversation)) }
    val state = ChatState(Fixtures.chats.first(), old, rows, atStart = true, contact = contact)
    ChatScreen(state, remember { TextFieldState() }, NoChat)
}

/** A person goes on at another address: the user, or a contact. */
internal val movedPictures = listOf(
    moved("", MovedScreenState(old, listOf(new, offline, gone), new.id)),
    moved("-none", MovedScreenState(old)),
    moved("-trouble", MovedScreenState(old, listOf(new), new.id, trouble = CommandException.Offline())),
    moved("-refused", gone(item(MovedState.REFUSED)).copy(chosen = new.id)),
    moved("-publishing", gone(item(MovedState.PUBLISHING))),
    moved("-telling", gone(item(MovedState.PUBLISHED, left = 31u))),
    moved("-told", gone(item(MovedState.PUBLISHED, refused = 1u))),
    moved("-elsewhere", gone(MovedItem(new.address, null, MovedState.PUBLISHED, 0u, 0u, 0u))),
    moved("-kept", gone(item(MovedState.KEPT))),
    Picture("requests-moved") { RequestsScreen(listOf(movedRequest) + Fixtures.requests, NoRequests) },
    chat("", movedContact),
    chat("-followed", followedContact),
)

private object NoMoved : MovedActions {
    override fun back() = Unit
    override fun choose(account: AccountItem) = Unit
    override fun move() = Unit
    override fun takeBack() = Unit
    override fun addAnother() = Unit
}
