package org.linnet.ui

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import java.time.ZoneId
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.plus
import org.linnet.core.AccountItem
import org.linnet.core.ChatItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.Link
import org.linnet.core.LinkException
import org.linnet.core.LoginFailure
import org.linnet.core.SubscriptionException
import org.linnet.core.TextOf
import org.linnet.core.readLink
import org.linnet.ui.account.AccountModel
import org.linnet.ui.account.AccountsModel
import org.linnet.ui.backup.BackupModel
import org.linnet.ui.certificate.CertificateModel
import org.linnet.ui.chat.ChatModel
import org.linnet.ui.chat.WholeTextModel
import org.linnet.ui.chats.ChatListModel
import org.linnet.ui.code.CodeModel
import org.linnet.ui.code.LinkModel
import org.linnet.ui.code.ScanModel
import org.linnet.ui.contact.BlocksModel
import org.linnet.ui.contact.ContactCodeModel
import org.linnet.ui.contact.ContactModel
import org.linnet.ui.contact.RequestsModel
import org.linnet.ui.devices.DevicesModel
import org.linnet.ui.handover.ArrivalModel
import org.linnet.ui.handover.HandoverModel
import org.linnet.ui.moved.MovedModel
import org.linnet.ui.newchat.NewChatModel
import org.linnet.ui.password.PasswordModel
import org.linnet.ui.phonebook.PhoneBook
import org.linnet.ui.phonebook.PhoneBookModel
import org.linnet.ui.portable.PortableModel
import org.linnet.ui.presence.PresenceModel
import org.linnet.ui.profile.ProfileModel
import org.linnet.ui.safety.LockModel
import org.linnet.ui.server.ServerModel
import org.linnet.ui.signin.SignInModel
import org.linnet.ui.signup.Invitation
import org.linnet.ui.signup.SignUpModel

/** A place on the way back: a screen's model with the scope it lives in. */
sealed class Place(internal val scope: CoroutineScope) {
    /**
     * What the screen remembers while it is not drawn: behind another one or the lock, or while the Activity is made
     * anew. In memory, and gone with the place: there may be a password among it, and what Android keeps is on disk.
     */
    internal var remembered: Map<String, List<Any?>>? = null

    class SignIn(scope: CoroutineScope, val model: SignInModel) : Place(scope)
    class SignUp(scope: CoroutineScope, val model: SignUpModel) : Place(scope)
    class Chats(scope: CoroutineScope, val model: ChatListModel) : Place(scope)
    class Chat(scope: CoroutineScope, val model: ChatModel) : Place(scope)
    class NewChat(scope: CoroutineScope, val model: NewChatModel) : Place(scope)
    class Code(scope: CoroutineScope, val model: CodeModel) : Place(scope)
    class Scan(scope: CoroutineScope, val model: ScanModel, val invitation: Boolean) : Place(scope)
    class OpenedLink(scope: CoroutineScope, val model: LinkModel) : Place(scope)
    class Password(scope: CoroutineScope, val model: PasswordModel) : Place(scope)
    class Certificate(scope: CoroutineScope, val model: CertificateModel) : Place(scope)
    class Accounts(scope: CoroutineScope, val model: AccountsModel) : Place(scope)
    class Devices(scope: CoroutineScope, val model: DevicesModel) : Place(scope)
    class Server(scope: CoroutineScope, val model: ServerModel) : Place(scope)
    class Privacy(scope: CoroutineScope, val model: AccountModel) : Place(scope)
    class Safety(scope: CoroutineScope) : Place(scope)
    class Requests(scope: CoroutineScope, val model: RequestsModel) : Place(scope)
    class Blocks(scope: CoroutineScope, val model: BlocksModel) : Place(scope)
    class Presence(scope: CoroutineScope, val model: PresenceModel) : Place(scope)
    class Profile(scope: CoroutineScope, val model: ProfileModel) : Place(scope)
    class Contact(scope: CoroutineScope, val model: ContactModel) : Place(scope)
    class ContactCode(scope: CoroutineScope, val model: ContactCodeModel) : Place(scope)
    class WholeText(scope: CoroutineScope, val model: WholeTextModel) : Place(scope)
    class Arrival(scope: CoroutineScope, val model: ArrivalModel) : Place(scope)
    class Handover(scope: CoroutineScope, val model: HandoverModel) : Place(scope)
    class Backup(scope: CoroutineScope, val model: BackupModel) : Place(scope)
    class Portable(scope: CoroutineScope, val model: PortableModel) : Place(scope)
    class Moved(scope: CoroutineScope, val model: MovedModel) : Place(scope)
    class PhoneBook(scope: CoroutineScope, val model: PhoneBookModel) : Place(scope)
    class Account(scope: CoroutineScope, val account: Long, val model: AccountModel) : Place(scope)
}

/** What the user can do about an account that is refused. */
enum class Remedy { SIGN_IN, PASSWORD, CERTIFICATE }

val AccountItem.remedy: Remedy
    get() = when ((connection as? Connection.Failed)?.reason) {
        LoginFailure.CERTIFICATE -> if (certificate != null) Remedy.CERTIFICATE else Remedy.SIGN_IN
        LoginFailure.WRONG_PASSWORD -> if (signedIn) Remedy.PASSWORD else Remedy.SIGN_IN
        else -> Remedy.SIGN_IN
    }

/** What the system's own screens were opened for, when its answer came to nobody: the app had been ended meanwhile. */
enum class Lost { SAVED, CHOSEN }

/** What lies on the screen. */
sealed interface Shown {
    /** The core has not said yet whether anyone is signed in. */
    data object Nothing : Shown

    /** The database can't be read. */
    data object Broken : Shown
    data class Top(val place: Place, val depth: Int) : Shown
}

/**
 * Where the user is, and what all screens share: the subscriptions, the drafts, the troubles to tell.
 *
 * [scope] lives as long as the window or Activity, [sending] as long as the process: leaving a screen must not cancel a
 * message on its way into the database.
 */
@OptIn(ExperimentalCoroutinesApi::class)
class AppModel(
    private val core: Core,
    private val memory: Memory,
    private val scope: CoroutineScope,
    private val sending: CoroutineScope,
    private val zone: ZoneId = ZoneId.systemDefault(),
    /** The chat that was open when the system ended the process. */
    private var reopen: Long? = null,
    /** The core knows that the app is in front. */
    inFront: StateFlow<Boolean> = MutableStateFlow(true),
) {
    private val attempt = MutableStateFlow(0)
    private val broken = MutableStateFlow(false)
    private val stack = MutableStateFlow(emptyList<Place>())
    private var asked: Int? = null
    private val drafts = HashMap<Long, TextFieldState>()
    private val troubles = MutableStateFlow<CommandException?>(null)

    private val accounts: StateFlow<List<AccountItem>?> = shared { core.accounts() }
    private var list: ChatList? = null

    /** No chat is missing from the end of the list. */
    private var whole = true
    private val chats: StateFlow<List<ChatItem>?> = shared {
        core.chats().also { list = it }.window.onEach { whole = it.atEnd }.map { it.items }
    }
    private val requests = shared { core.requests() }

    /** A link that waits until somebody is signed in. */
    private var kept: Link? = null
    private val badLinks = MutableStateFlow<LinkException?>(null)
    private val losses = MutableStateFlow<Lost?>(null)

    /** Somebody is, or was once. */
    val signedIn: StateFlow<Boolean> = accounts.map { all -> all.orEmpty().any { it.signedIn } }
        .stateIn(scope, SharingStarted.Eagerly, false)

    /** A picture that an item names. */
    suspend fun picture(name: String): ByteArray? = core.picture(name)

    /** The last command that was refused, until it has been told. */
    val trouble = troubles.asStateFlow()

    /** The last link that led nowhere, until it has been told. */
    val badLink = badLinks.asStateFlow()

    /** What was last begun in vain, until it has been told. */
    val lost = losses.asStateFlow()

    val lock = LockModel(core, scope, inFront, ::report)

    /** The one account's list that is shown instead, and whether no chat is missing from its end. */
    private var shownList: ChatList? = null
    private var shownWhole = true

    /** What the list shows: the chats of all accounts, or of the one the user chose. */
    private val listed: StateFlow<List<ChatItem>?> = lock.settings.map { it?.shownAccount }.distinctUntilChanged()
        .flatMapLatest { account ->
            shownList = null
            asked = null
            if (account == null) chats else shownOf(account)
        }.stateIn(scope, SharingStarted.Eagerly, null)

    private fun shownOf(account: Long): Flow<List<ChatItem>> {
        val one = core.chats(account)
        shownList = one
        return one.window.onEach { shownWhole = it.atEnd }.map { it.items }
            .catch { if (it is SubscriptionException) broken.value = true else throw it }
    }

    /** Someone signed in is where the app begins; before that there is only the sign-in. */
    val shown: StateFlow<Shown> = combine(stack, broken) { places, unreadable ->
        when {
            unreadable -> Shown.Broken
            places.isEmpty() -> Shown.Nothing
            else -> Shown.Top(places.last(), places.size)
        }
    }.stateIn(scope, SharingStarted.Eagerly, Shown.Nothing)

    init {
        scope.launch {
            accounts.filterNotNull().collect { all ->
                val signedIn = all.any { it.signedIn }
                val base = stack.value.firstOrNull()
                if (base == null || (base is Place.Chats) != signedIn) restart(signedIn, all)
            }
        }
    }

    fun open(chat: Long) {
        if ((stack.value.lastOrNull() as? Place.Chat)?.model?.chat == chat) return
        push(chatPlace(chat))
    }

    /** A notification was tapped: the chat opens above the list, whatever lay there, if it is still listed. */
    fun openFromOutside(chat: Long) {
        scope.launch {
            shown.first { it is Shown.Top }
            val listed = chats.filterNotNull().first().any { it.id == chat }
            if (!listed || stack.value.firstOrNull() !is Place.Chats) return@launch
            if ((stack.value.lastOrNull() as? Place.Chat)?.model?.chat == chat) return@launch
            val gone = stack.value.drop(1)
            stack.value = listOf(stack.value.first(), chatPlace(chat))
            gone.forEach { it.scope.cancel() }
        }
    }

    /** The end of the list comes into sight; asked once for each length of it. */
    fun loadMoreChats() {
        val length = listed.value?.size ?: return
        val shown = shownList ?: list
        if ((if (shown === list) whole else shownWhole) || length == asked) return
        asked = length
        shown?.loadMore(CHATS)
    }

    fun newChat() = push(
        place { scope ->
            val shown = lock.settings.value?.shownAccount
            Place.NewChat(scope, NewChatModel(core, scope, accounts, shown, ::report, { broken.value = true }) { chat ->
                // The way back from the chat leads to the list.
                replaceTop(chatPlace(chat))
            })
        },
    )

    /** Who can be reached of the device's phone book. */
    fun openPhoneBook(book: PhoneBook) = push(
        place { scope ->
            Place.PhoneBook(
                scope,
                PhoneBookModel(core, book, scope, accounts, ::report) { replaceTop(chatPlace(it)) },
            )
        },
    )

    fun openContact(chat: Long) = push(
        place { scope ->
            Place.Contact(scope, ContactModel(core, chat, scope, ::report) { broken.value = true })
        },
    )

    fun openText(of: TextOf, sender: String?) = push(
        place { scope -> Place.WholeText(scope, WholeTextModel(core, of, sender, scope)) },
    )

    fun openContactCode(chat: Long) = push(
        place { scope -> Place.ContactCode(scope, ContactCodeModel(core, chat, scope) { broken.value = true }) },
    )

    fun openRequests() = push(
        place { scope -> Place.Requests(scope, RequestsModel(core, scope, requests, ::report)) },
    )

    fun openBlocks(account: Long) = push(
        place { scope ->
            Place.Blocks(scope, BlocksModel(core, account, scope, accounts, ::report) { broken.value = true })
        },
    )

    fun openProfile(account: Long) = push(
        place { scope -> Place.Profile(scope, ProfileModel(core, account, scope, accounts, ::report)) },
    )

    fun openPresence(account: Long) = push(
        place { scope -> Place.Presence(scope, PresenceModel(core, account, scope, accounts, ::report)) },
    )

    fun showCode() = push(place { scope -> Place.Code(scope, CodeModel(core, scope, ::report)) })

    fun scan() = scan(invitation = false)

    /** For someone who has no account, and was invited. */
    fun openInvitation() = scan(invitation = true)

    private fun scan(invitation: Boolean) = push(
        place { scope -> Place.Scan(scope, ScanModel(scope) { replaceTop(linkPlace(it)) }, invitation) },
    )

    /**
     * Another app or the system hands a link over, or the user has typed it: what it wants is shown, whatever lay on
     * the screen. False if it leads nowhere, which is told.
     */
    fun openLink(text: String): Boolean {
        val link = try {
            readLink(text)
        } catch (bad: LinkException) {
            badLinks.value = bad
            return false
        }
        scope.launch {
            shown.first { it is Shown.Top }
            push(linkPlace(link))
        }
        return true
    }

    private fun linkPlace(link: Link) = place { scope ->
        Place.OpenedLink(
            scope,
            LinkModel(
                core, scope, link, accounts, ::report,
                started = { chat, body ->
                    val draft = drafts.getOrPut(chat) { TextFieldState() }
                    // A link proposes a text; what the user has written is not touched.
                    if (body != null && draft.text.isBlank()) draft.setTextAndPlaceCursorAtEnd(body)
                    replaceTop(chatPlace(chat))
                },
                done = { back() },
            ),
        )
    }

    /** Back to the sign-in; the link is shown again when somebody is in. */
    fun signInFirst(link: Link) {
        kept = link
        back()
    }

    fun openAccount(account: Long) = push(
        place { scope ->
            Place.Account(scope, account, AccountModel(core, account, scope, accounts, ::report) { close(account) })
        },
    )

    fun openAccounts() = push(place { scope -> Place.Accounts(scope, AccountsModel(core, scope, accounts, ::report)) })

    fun openDevices(account: Long) = push(
        place { scope ->
            Place.Devices(scope, DevicesModel(core, account, scope, sending, ::report) { broken.value = true })
        },
    )

    fun openServer(account: Long, language: String) = push(
        place { scope ->
            Place.Server(scope, ServerModel(core, account, scope, language, ::report) { broken.value = true })
        },
    )

    fun openPrivacy(account: Long) = push(
        place { scope ->
            Place.Privacy(scope, AccountModel(core, account, scope, accounts, ::report) { })
        },
    )

    /** Settings and accounts go into a file, and come out of one. */
    fun openBackup() = push(
        place { scope -> Place.Backup(scope, BackupModel(core, scope, lock.settings, signedIn.value)) },
    )

    /** An account's people and profile go into a file, and come out of one. */
    fun openPortable(account: Long) = push(
        place { scope -> Place.Portable(scope, PortableModel(core, account, scope, accounts)) },
    )

    /** An account's user goes on at another one. */
    fun openMoved(account: Long) = push(
        place { scope -> Place.Moved(scope, MovedModel(core, account, scope, accounts)) },
    )

    fun openSafety() = push(place { scope -> Place.Safety(scope) })

    /** The account is gone, and with it its screen, whatever lies above. */
    private fun close(account: Long) {
        val gone = stack.value.filter { it is Place.Account && it.account == account }
        stack.update { it - gone.toSet() }
        gone.forEach { it.scope.cancel() }
    }

    fun signIn(again: AccountItem? = null) = push(
        place { scope ->
            Place.SignIn(scope, SignInModel(core, scope, accounts, again, true, ::openLink) { back() })
        },
    )

    /** Signs in with the help of another phone, which has the account. */
    fun arrive() = push(
        place { scope -> Place.Arrival(scope, ArrivalModel(core, scope, sending, accounts) { back() }) },
    )

    /** Sets up another phone with this account. */
    fun handOver(account: AccountItem) = push(
        place { scope -> Place.Handover(scope, HandoverModel(core, account, scope, sending, lock.settings)) },
    )

    /** Makes an account: on a server to choose, or where an invitation leads. */
    fun signUp(invitation: Invitation? = null) = push(
        place { scope -> Place.SignUp(scope, SignUpModel(core, scope, sending, accounts, invitation) { signedUp() }) },
    )

    /** To the sign-in that lies under it, whatever step it is at. */
    fun leaveSignUp() {
        val places = stack.value
        if (places.lastOrNull() !is Place.SignUp) return
        stack.value = places.dropLast(1)
        places.last().scope.cancel()
    }

    /** The way from a new account leads to the chats, not to the form once more. */
    private fun signedUp() {
        val base = stack.value.firstOrNull() as? Place.Chats ?: return
        val gone = stack.value.drop(1)
        stack.value = listOf(base)
        gone.forEach { it.scope.cancel() }
    }

    /** Leads to where an account that is refused can be set right. */
    fun mend(account: AccountItem) = when (account.remedy) {
        Remedy.SIGN_IN -> signIn(account)
        Remedy.CERTIFICATE -> openCertificate(account.id)
        Remedy.PASSWORD -> push(
            place { scope -> Place.Password(scope, PasswordModel(core, account, scope, accounts) { back() }) },
        )
    }

    fun openCertificate(account: Long) = push(
        place { scope ->
            Place.Certificate(scope, CertificateModel(core, account, scope, accounts, ::report) { back() })
        },
    )

    /** False if there is nowhere to go back to. */
    fun back(): Boolean {
        val places = stack.value
        if (places.size < 2) return false
        // What was asked of a server is one step back, its choice another.
        if ((places.last() as? Place.SignUp)?.model?.back() == true) return true
        stack.value = places.dropLast(1)
        places.last().scope.cancel()
        return true
    }

    /** Which chat to open again after the process was ended in the background. */
    val openChat: Long? get() = stack.value.filterIsInstance<Place.Chat>().lastOrNull()?.model?.chat

    fun tell(lost: Lost) {
        losses.value = lost
    }

    fun told() {
        troubles.value = null
        losses.value = null
        badLinks.value = null
    }

    fun tryAgain() {
        broken.value = false
        attempt.update { it + 1 }
    }

    private fun restart(signedIn: Boolean, accounts: List<AccountItem>) {
        val gone = stack.value
        val base = place { scope ->
            if (signedIn) {
                Place.Chats(
                    scope,
                    ChatListModel(core, memory, scope, this.accounts, listed, requests, lock.settings, ::report),
                )
            } else {
                Place.SignIn(scope, SignInModel(core, scope, this.accounts, accounts.firstOrNull(), openLink = ::openLink))
            }
        }
        val link = kept?.takeIf { signedIn }?.also { kept = null }
        stack.value = listOfNotNull(base, reopen?.takeIf { signedIn }?.let(::chatPlace), link?.let(::linkPlace))
        reopen = null
        gone.forEach { it.scope.cancel() }
    }

    private fun chatPlace(chat: Long) = place { scope ->
        val draft = drafts.getOrPut(chat) { TextFieldState() }
        Place.Chat(
            scope,
            ChatModel(core, chat, scope, sending, accounts, chats, draft, zone, ::report) { broken.value = true },
        )
    }

    private fun <P : Place> place(make: (CoroutineScope) -> P): P = make(scope + Job(scope.coroutineContext.job))

    private fun push(place: Place) = stack.update { it + place }

    private fun replaceTop(place: Place) {
        val top = stack.value.last()
        stack.update { it.dropLast(1) + place }
        top.scope.cancel()
    }

    private fun report(trouble: CommandException) {
        troubles.value = trouble
    }

    private fun <T> shared(open: () -> Flow<List<T>>): StateFlow<List<T>?> =
        attempt.flatMapLatest {
            open().catch { if (it is SubscriptionException) broken.value = true else throw it }
        }.stateIn(scope, SharingStarted.Eagerly, null)

    private companion object {
        const val CHATS = 200
    }
}
