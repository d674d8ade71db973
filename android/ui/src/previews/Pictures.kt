package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.remember
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.LayoutDirection
import org.linnet.core.AccountColour
import org.linnet.core.AccountItem
import org.linnet.core.AccountProblem
import org.linnet.core.AccountTask
import org.linnet.core.BlockItem
import org.linnet.core.ChatItem
import org.linnet.core.ContactMoved
import org.linnet.core.LoginFailure
import org.linnet.core.MessageItem
import org.linnet.core.Missing
import org.linnet.core.PersonItem
import org.linnet.core.PrivacySetting
import org.linnet.core.ProxyAddress
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.core.ServerAddress
import org.linnet.core.TextOf
import org.linnet.core.TextPortion
import org.linnet.core.TimelineItem
import org.linnet.core.VersionItem
import org.linnet.ui.Device
import org.linnet.ui.Surroundings
import org.linnet.ui.account.AccountActions
import org.linnet.ui.account.AccountScreen
import org.linnet.ui.certificate.CertificateActions
import org.linnet.ui.certificate.CertificateScreen
import org.linnet.ui.chat.ChatActions
import org.linnet.ui.chat.ChatScreen
import org.linnet.ui.chat.ChatState
import org.linnet.ui.chat.Correction
import org.linnet.ui.chat.WholeTextActions
import org.linnet.ui.chat.WholeTextScreen
import org.linnet.ui.chat.WholeTextState
import org.linnet.ui.chat.firstUnread
import org.linnet.ui.chat.rows
import org.linnet.ui.chats.ChatListActions
import org.linnet.ui.chats.ChatListScreen
import org.linnet.ui.chats.ChatListState
import org.linnet.ui.chats.Notice
import org.linnet.ui.contact.BlocksActions
import org.linnet.ui.contact.BlocksScreen
import org.linnet.ui.contact.BlocksState
import org.linnet.ui.contact.ContactActions
import org.linnet.ui.contact.ContactCodeActions
import org.linnet.ui.contact.ContactCodeScreen
import org.linnet.ui.contact.ContactCodeState
import org.linnet.ui.contact.ContactScreen
import org.linnet.ui.contact.RequestsActions
import org.linnet.ui.contact.RequestsScreen
import org.linnet.ui.newchat.NewChatActions
import org.linnet.ui.newchat.NewChatScreen
import org.linnet.ui.newchat.NewChatState
import org.linnet.ui.password.PasswordActions
import org.linnet.ui.password.PasswordScreen
import org.linnet.ui.password.PasswordState
import org.linnet.ui.signin.SignInActions
import org.linnet.ui.signin.SignInFields
import org.linnet.ui.signin.SignInScreen
import org.linnet.ui.signin.SignInState
import org.linnet.ui.signin.SignInStep

/** A screen in one state, as it is drawn to a picture by both platforms and shown in a preview. */
class Picture(val name: String, val screen: @Composable () -> Unit)

/** How a picture is looked at. */
data class Look(
    val name: String,
    val language: String = "en",
    val dark: Boolean = false,
    val rightToLeft: Boolean = false,
    val fontScale: Float = 1f,
)

val looks = listOf(
    Look("light"),
    Look("dark", dark = true),
    Look("german", language = "de"),
    Look("right-to-left", rightToLeft = true),
    Look("large", fontScale = 1.8f),
)

val pictures = listOf(
    Picture("sign-in") {
        SignInScreen(SignInState(), remember { fields("alice@example.org", "correct horse") }, NoSignIn)
    },
    Picture("sign-in-failed") {
        SignInScreen(
            SignInState(SignInStep.Refused(LoginFailure.WRONG_PASSWORD), serverOpen = true),
            remember { fields("alice@example.org", "correct horse", "localhost") },
            NoSignIn,
        )
    },
    Picture("chats") {
        ChatListScreen(ChatListState(Fixtures.chats, listOf(Fixtures.account)), NoChatList)
    },
    Picture("chats-asking") {
        ChatListScreen(
            ChatListState(
                Fixtures.chats,
                listOf(Fixtures.waiting),
                listOf(Fixtures.request),
                Notice.ArchivingOff(Fixtures.archivingOff),
            ),
            NoChatList,
        )
    },
    Picture("chats-empty") {
        ChatListScreen(
            ChatListState(
                emptyList(),
                listOf(Fixtures.account),
                notice = Notice.Lacks(Fixtures.poorServer, Missing.ARCHIVE),
            ),
            NoChatList,
        )
    },
    Picture("chat") { Chat(Fixtures.conversation, Fixtures.account, Fixtures.chats[0]) },
    Picture("chat-troubled") {
        val draft = TextFieldState("Did it rain much? We had sun all week, which")
        Chat(Fixtures.troubled, Fixtures.waiting, Fixtures.chats[0], draft)
    },
    Picture("chat-arabic") { Chat(Fixtures.arabic, Fixtures.account, Fixtures.arabicChat) },
    Picture("chat-empty") { Chat(emptyList(), Fixtures.account, Fixtures.chats[1]) },
    Picture("new-chat") {
        NewChatScreen(
            NewChatState(listOf(Fixtures.account), Fixtures.account, people = Fixtures.people.filter { it.contact }),
            remember { TextFieldState() },
            NoNewChat,
        )
    },
    Picture("new-chat-typing") {
        NewChatScreen(
            NewChatState(listOf(Fixtures.account), Fixtures.account, people = Fixtures.people.takeLast(4)),
            remember { TextFieldState("bob@") },
            NoNewChat,
            phoneBook = true,
        )
    },
    Picture("chat-blocked") {
        Chat(Fixtures.conversation, Fixtures.account, Fixtures.chats[0].copy(blocked = true))
    },
    Picture("contact") { ContactScreen(Fixtures.contact, NoContact) },
    Picture("contact-devices") { ContactScreen(Fixtures.askedContact, NoContact, shown = Fixtures.askedDevices) },
    Picture("contact-vcard") { ContactScreen(Fixtures.tellingContact, NoContact) },
    Picture("contact-gone") { ContactScreen(Fixtures.goneContact, NoContact) },
    Picture("contact-code") {
        val contact = Fixtures.contact
        val state = ContactCodeState(contact.title, contact.address, contact.link, Fixtures.drawn)
        ContactCodeScreen(state, NoContactCode, shares = true)
    },
    Picture("contact-unknown") { ContactScreen(Fixtures.unknownContact, NoContact) },
    Picture("requests") { RequestsScreen(Fixtures.requests, NoRequests) },
    Picture("requests-empty") { RequestsScreen(emptyList(), NoRequests) },
    Picture("blocks") { BlocksScreen(BlocksState(Fixtures.blocks), remember { TextFieldState() }, NoBlocks) },
    Picture("blocks-empty") {
        BlocksScreen(
            BlocksState(emptyList(), local = true, addressInvalid = true),
            remember { TextFieldState("not @n address") },
            NoBlocks,
        )
    },
) + codePictures + safetyPictures + privacyPictures + presencePictures + profilePictures + listOf(
    Picture("account") { AccountScreen(Fixtures.account, NoAccount, background = true) },
    Picture("account-task") {
        val task = AccountTask.PasswordNotChanged(AccountProblem.NOT_ACCEPTABLE, "Eight letters at least")
        AccountScreen(Fixtures.account.copy(task = task), NoAccount)
    },
    Picture("account-poor") { AccountScreen(Fixtures.poorServer, NoAccount) },
    Picture("account-proxy") { AccountScreen(Fixtures.hidden, NoAccount, background = false, refused = true) },
    Picture("chat-styles") { Chat(Fixtures.styled, Fixtures.account, Fixtures.chats[0]) },
    Picture("chat-correcting") {
        val correction = remember { Correction(9, "Looking forward to it, see you at eihgt then") }
        Chat(Fixtures.states, Fixtures.account, Fixtures.chats[0].copy(typing = true), correcting = correction)
    },
    Picture("chat-versions") {
        Chat(Fixtures.states, Fixtures.account, Fixtures.chats[0], versions = Fixtures.versions)
    },
    Picture("chat-long") { Chat(Fixtures.long, Fixtures.account, Fixtures.chats[0]) },
    Picture("whole-text") {
        val portions = listOf(TextPortion(Fixtures.longText, false, 1u), TextPortion(Fixtures.longText, false, null))
        WholeTextScreen(WholeTextState(portions, more = false), NoWholeText)
    },
    Picture("whole-text-gone") { WholeTextScreen(WholeTextState(more = false), NoWholeText) },
    Picture("chats-refused") {
        ChatListScreen(ChatListState(Fixtures.chats, listOf(Fixtures.newPassword)), NoChatList)
    },
    Picture("chats-certificate") {
        ChatListScreen(ChatListState(Fixtures.chats, listOf(Fixtures.changedCertificate)), NoChatList)
    },
    Picture("password") {
        PasswordScreen(
            PasswordState("alice@example.org", SignInStep.Refused(LoginFailure.WRONG_PASSWORD)),
            remember { TextFieldState("battery staple") },
            NoPassword,
        )
    },
    Picture("certificate") { CertificateScreen(Fixtures.unknownCertificate, NoCertificate) },
    Picture("certificate-changed") { CertificateScreen(Fixtures.changedCertificate, NoCertificate) },
    Picture("certificate-moved") { CertificateScreen(Fixtures.movedCertificate, NoCertificate) },
    Picture("certificate-pinned") { CertificateScreen(Fixtures.pinnedCertificate, NoCertificate) },
    Picture("sign-in-proxy") {
        SignInScreen(
            SignInState(
                SignInStep.Refused(LoginFailure.CERTIFICATE),
                serverOpen = true,
                proxy = true,
                certificate = true,
                additional = true,
            ),
            remember { fields("alice@example.org", "correct horse") },
            NoSignIn,
        )
    },
) + accountPictures + dialogPictures + serverPictures + devicesPictures + signUpPictures + handoverPictures +
    backupPictures + phoneBookPictures + portablePictures + movedPictures

/** Puts a picture into its look; the device brings the words of the look's language. */
@Composable
fun Framed(picture: Picture, look: Look, device: Device) {
    val density = LocalDensity.current
    CompositionLocalProvider(
        LocalDensity provides Density(density.density, look.fontScale),
        LocalLayoutDirection provides if (look.rightToLeft) LayoutDirection.Rtl else LayoutDirection.Ltr,
    ) {
        Surroundings(device, look.dark, Fixtures.clock) { picture.screen() }
    }
}

@Composable
private fun Chat(
    items: List<TimelineItem>,
    account: AccountItem,
    chat: ChatItem,
    draft: TextFieldState = TextFieldState(),
    correcting: Correction? = null,
    versions: List<VersionItem>? = null,
) {
    val rows = remember(items) { rows(items, Fixtures.zone, firstUnread(items)) }
    val state = ChatState(chat, account, rows, atStart = true, correcting = correcting, versions = versions)
    ChatScreen(state, remember { draft }, NoChat)
}

private fun fields(address: String, password: String, host: String = "") = SignInFields().apply {
    this.address.edit { append(address) }
    this.password.edit { append(password) }
    this.host.edit { append(host) }
}

private object NoSignIn : SignInActions {
    override fun submit() = Unit
    override fun cancel() = Unit
    override fun edited() = Unit
    override fun toggleServer() = Unit
    override fun setDirectTls(on: Boolean) = Unit
    override fun setProxy(on: Boolean) = Unit
    override fun openCertificate() = Unit
    override fun signUp() = Unit
    override fun arrive() = Unit
    override fun restoreBackup() = Unit
    override fun openInvitation() = Unit
    override fun back() = Unit
}

internal object NoChatList : ChatListActions {
    override fun open(chat: ChatItem) = Unit
    override fun delete(chat: ChatItem) = Unit
    override fun loadMore() = Unit
    override fun newChat() = Unit
    override fun openAccount(account: AccountItem) = Unit
    override fun openAccounts() = Unit
    override fun openPresence(account: AccountItem) = Unit
    override fun show(account: Long?) = Unit
    override fun signInAgain(account: AccountItem) = Unit
    override fun openRequests() = Unit
    override fun dismiss(notice: Notice) = Unit
    override fun keepHistory(notice: Notice.ArchivingOff) = Unit
    override fun tryNow() = Unit
}

private object NoWholeText : WholeTextActions {
    override fun back() = Unit
    override fun loadMore() = Unit
    override fun copy() = Unit
}

internal object NoChat : ChatActions {
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

internal object NoContact : ContactActions {
    override fun back() = Unit
    override fun add() = Unit
    override fun showCode() = Unit
    override fun edit(name: String, tags: String) = Unit
    override fun setMuted(muted: Boolean) = Unit
    override fun except(setting: PrivacySetting, allowed: Boolean?) = Unit
    override fun block(address: String, report: Report?) = Unit
    override fun unblock() = Unit
    override fun remove() = Unit
    override fun askDevice(device: String) = Unit
    override fun open(link: String) = Unit
}

private object NoContactCode : ContactCodeActions {
    override fun back() = Unit
    override fun copy(link: String) = Unit
    override fun share(link: String) = Unit
}

internal object NoRequests : RequestsActions {
    override fun back() = Unit
    override fun answer(request: RequestItem, accept: Boolean) = Unit
    override fun block(request: RequestItem, address: String, report: Report?) = Unit
}

private object NoBlocks : BlocksActions {
    override fun back() = Unit
    override fun add() = Unit
    override fun edited() = Unit
    override fun unblock(item: BlockItem) = Unit
    override fun loadMore() = Unit
}

internal object NoNewChat : NewChatActions {
    override fun phoneBook() = Unit
    override fun back() = Unit
    override fun scan() = Unit
    override fun showCode() = Unit
    override fun start() = Unit
    override fun noteToSelf() = Unit
    override fun pick(person: PersonItem) = Unit
    override fun choose(account: AccountItem) = Unit
    override fun edited() = Unit
}

private object NoPassword : PasswordActions {
    override fun back() = Unit
    override fun submit() = Unit
    override fun edited() = Unit
}

private object NoCertificate : CertificateActions {
    override fun back() = Unit
    override fun trust(sha256: String) = Unit
    override fun forget() = Unit
}

internal object NoAccount : AccountActions {
    override fun delete() = Unit
    override fun newPassword() = "gabot-lirem-hosad-fekon-pitav"
    override fun changePassword(password: String) = Unit
    override fun copy(text: String) = Unit
    override fun back() = Unit
    override fun setEnabled(on: Boolean) = Unit
    override fun edit(name: String, colour: AccountColour) = Unit
    override fun setArchiving(on: Boolean) = Unit
    override suspend fun setServer(server: ServerAddress?) = true
    override fun setProxy(proxy: ProxyAddress?) = Unit
    override fun setBackground(on: Boolean) = Unit
    override fun openNotificationSettings() = Unit
    override fun mend(account: AccountItem) = Unit
    override fun openCertificate(account: AccountItem) = Unit
    override fun openPrivacy(account: AccountItem) = Unit
    override fun openBlocks(account: AccountItem) = Unit
    override fun openServer(account: AccountItem) = Unit
    override fun openProfile(account: AccountItem) = Unit
    override fun openPresence(account: AccountItem) = Unit
    override fun openDevices(account: AccountItem) = Unit
    override fun signOut() = Unit
    override fun addAnother() = Unit
    override fun handOver(account: AccountItem) = Unit
    override fun openSafety() = Unit
    override fun openBackup() = Unit
    override fun openPortable(account: AccountItem) = Unit
    override fun openMoved(account: AccountItem) = Unit
}
