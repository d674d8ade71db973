package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.remember
import org.linnet.core.AccountItem
import org.linnet.ui.account.AccountScreen
import org.linnet.ui.account.AccountsActions
import org.linnet.ui.account.AccountsScreen
import org.linnet.ui.account.LookDialog
import org.linnet.ui.chats.ChatListScreen
import org.linnet.ui.chats.ChatListState
import org.linnet.ui.newchat.NewChatScreen
import org.linnet.ui.newchat.NewChatState

internal val accountPictures = listOf(
    Picture("chats-several") {
        ChatListScreen(ChatListState(Fixtures.mixedChats, Fixtures.several), NoChatList)
    },
    Picture("chats-one-of-several") {
        val chats = Fixtures.chats.take(2)
        ChatListScreen(ChatListState(chats, Fixtures.several, shown = Fixtures.work.id), NoChatList)
    },
    Picture("accounts") { AccountsScreen(Fixtures.several, NoAccounts) },
    Picture("account-named") { AccountScreen(Fixtures.work, NoAccount) },
    Picture("account-look") { LookDialog(Fixtures.work, { _, _ -> }, {}) },
    Picture("new-chat-several") {
        NewChatScreen(NewChatState(Fixtures.several, Fixtures.work), remember { TextFieldState() }, NoNewChat)
    },
)

private object NoAccounts : AccountsActions {
    override fun back() = Unit
    override fun open(account: AccountItem) = Unit
    override fun move(account: AccountItem, to: Int) = Unit
    override fun add() = Unit
}
