package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import org.linnet.core.AccountItem
import org.linnet.core.Availability
import org.linnet.core.OwnPresence
import org.linnet.core.Show
import org.linnet.ui.chat.ChatScreen
import org.linnet.ui.chat.ChatState
import org.linnet.ui.chat.rows
import org.linnet.ui.chats.ChatListScreen
import org.linnet.ui.chats.ChatListState
import org.linnet.ui.presence.PresenceActions
import org.linnet.ui.presence.PresenceScreen

private val busy = OwnPresence(Show.DO_NOT_DISTURB, "Writing the last chapter", autoAway = true)

internal val presencePictures = listOf(
    Picture("presence") { Presence(Fixtures.account.copy(privacy = Fixtures.account.privacy.copy(lastSeen = true))) },
    Picture("presence-busy") { Presence(Fixtures.work.copy(presence = busy)) },
    Picture("presence-hidden") {
        val hidden = Fixtures.account.privacy.copy(online = false)
        Presence(Fixtures.account.copy(privacy = hidden), "x".repeat(201))
    },
    Picture("chats-busy") {
        ChatListScreen(ChatListState(Fixtures.chats, listOf(Fixtures.account.copy(presence = busy))), NoChatList)
    },
    Picture("chat-presence") {
        val contact = Fixtures.contact.copy(availability = Availability.AWAY, status = "On the boat until six")
        val shown = remember { rows(Fixtures.conversation, Fixtures.zone, null) }
        val state = ChatState(Fixtures.chats[0], Fixtures.account, shown, atStart = true, contact = contact)
        ChatScreen(state, remember { TextFieldState() }, NoChat)
    },
)

@Composable
private fun Presence(account: AccountItem, typed: String = account.presence?.status.orEmpty()) {
    PresenceScreen(account, remember { TextFieldState(typed) }, NoPresence)
}

private object NoPresence : PresenceActions {
    override fun back() = Unit
    override fun choose(show: Show) = Unit
    override fun saveStatus() = Unit
    override fun clearStatus() = Unit
    override fun setAutoAway(on: Boolean) = Unit
}
