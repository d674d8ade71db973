package org.linnet.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import org.linnet.core.AccountColour
import org.linnet.core.AccountFileItem
import org.linnet.core.AccountItem
import org.linnet.core.Adders
import org.linnet.core.AppItem
import org.linnet.core.ArrivalCode
import org.linnet.core.ArrivalStep
import org.linnet.core.BlockItem
import org.linnet.core.Callers
import org.linnet.core.ChatItem
import org.linnet.core.CodeItem
import org.linnet.core.ContactItem
import org.linnet.core.HandoverCode
import org.linnet.core.NotificationContent
import org.linnet.core.NotificationItem
import org.linnet.core.Outage
import org.linnet.core.OwnDevicesItem
import org.linnet.core.Owner
import org.linnet.core.PersonItem
import org.linnet.core.PictureSquare
import org.linnet.core.PrivacySetting
import org.linnet.core.ProviderList
import org.linnet.core.ProxyAddress
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.core.Restored
import org.linnet.core.ServerAddress
import org.linnet.core.ServerDetailsItem
import org.linnet.core.Show
import org.linnet.core.SignUpAnswer
import org.linnet.core.SignUpItem
import org.linnet.core.TimelineItem
import org.linnet.core.VcardFields
import org.linnet.core.TextOf
import org.linnet.core.TextPortion
import org.linnet.core.VersionItem
import org.linnet.core.Window

/**
 * What the screens need of the core. [ClientCore] is the real one; tests and previews bring their own.
 *
 * Every collection of a flow is a subscription of its own. Commands answer after the local commit, never after the
 * network, and throw [org.linnet.core.CommandException].
 */
interface Core {
    fun accounts(): Flow<List<AccountItem>>

    /** The chats of all accounts, or of one. */
    fun chats(account: Long? = null): ChatList
    fun requests(): Flow<List<RequestItem>>
    fun blocks(): Blocks

    /** Contacts, then completions of the address, for what was typed so far. */
    fun people(account: Long, typed: String): Flow<List<PersonItem>>

    /** One item, or none if there is no such chat. */
    fun contact(chat: Long): Flow<List<ContactItem>>
    fun notifications(): Flow<List<NotificationItem>>
    fun timeline(chat: Long): Timeline

    /** One's own codes, an account each. */
    fun codes(): Flow<List<CodeItem>>
    suspend fun showCode(account: Long)
    suspend fun createInvitation(account: Long)

    /** As [startSignUp], where an invitation leads. */
    suspend fun followInvitation(link: String, server: ServerAddress?, proxy: ProxyAddress?): Long

    /** Oldest first. */
    fun versions(message: Long): Flow<List<VersionItem>>

    /** A part of a long text, from where the one before named its next. Null: it is gone. */
    suspend fun textPortion(of: TextOf, from: ULong): TextPortion?

    /** All of a text. Null: it is gone. */
    suspend fun text(of: TextOf): String?

    /** Accounts that are being made. */
    fun signUps(): Flow<List<SignUpItem>>
    suspend fun startSignUp(
        domain: String,
        server: ServerAddress?,
        proxy: ProxyAddress?,
        invitation: String?,
    ): Long
    suspend fun submitSignUp(signUp: Long, answers: List<SignUpAnswer>)
    suspend fun cancelSignUp(signUp: Long)
    fun newPassword(): String

    /** The servers that came with the app; [readProviders] reads newer ones from what lies at [providersUrl]. */
    fun providers(): ProviderList
    val providersUrl: String?

    /** Throws [org.linnet.core.ProviderListException]. */
    fun readProviders(json: String): ProviderList

    /** [again]: in place of how it was signed in to, even if that works. */
    suspend fun addAccount(
        address: String,
        password: String,
        server: ServerAddress?,
        proxy: ProxyAddress?,
        again: Boolean = false,
    ): Long

    /** This is a further phone: an account comes from another one by codes. */
    suspend fun beginArrival(): ArrivalCode
    suspend fun readArrival(code: String): ArrivalStep
    suspend fun endArrival()

    /** The other end of it. */
    suspend fun beginHandover(account: Long, code: String, owner: Owner?): HandoverCode
    suspend fun confirmHandover(): String
    suspend fun endHandover()

    /** A file with settings and accounts, sealed with the passphrase. */
    suspend fun exportBackup(passphrase: String, credentials: Boolean, owner: Owner?): ByteArray
    suspend fun importBackup(passphrase: String, file: ByteArray): Restored

    /** An account's people and profile in a file that other servers read; how far it is, the account tells. */
    suspend fun collectExport(account: Long)
    suspend fun readExport(account: Long): ByteArray
    suspend fun readAccountFile(file: ByteArray): List<AccountFileItem>
    suspend fun importAccountFile(account: Long, file: ByteArray, user: Int)
    suspend fun endImport(account: Long)

    /** An account's user goes on at another one, and its contacts are told; how far that is, the account tells. */
    suspend fun publishMoved(account: Long, to: Long)
    suspend fun retractMoved(account: Long)
    suspend fun askMoved(account: Long)

    suspend fun setPassword(account: Long, password: String)
    suspend fun setServer(account: Long, server: ServerAddress?)
    suspend fun setProxy(account: Long, proxy: ProxyAddress?)
    suspend fun pinCertificate(account: Long, sha256: String)
    suspend fun unpinCertificate(account: Long)
    /** What is known of an account's server: one item, or none. [askServer] brings it up to date. */
    fun serverDetails(account: Long): Flow<List<ServerDetailsItem>>
    suspend fun askServer(account: Long)

    /** Throws [org.linnet.core.OutageFileException]. */
    fun readOutage(json: String, language: String): Outage?

    /** What is known of an account's devices: one item, or none. [askDevices] brings it up to date. */
    fun ownDevices(account: Long): Flow<List<OwnDevicesItem>>
    suspend fun askDevices(account: Long)

    /** [priority] from -128 to 127. */
    suspend fun setDevice(account: Long, name: String, priority: Int)
    suspend fun revokeClient(account: Long, id: String)
    suspend fun signOutEverywhere(account: Long, password: String)

    suspend fun editAccount(account: Long, name: String, colour: AccountColour)
    suspend fun moveAccount(account: Long, to: Int)

    /** Keeps whose chats the list shows. */
    suspend fun showAccount(account: Long?)
    suspend fun setAccountEnabled(account: Long, enabled: Boolean)
    suspend fun removeAccount(account: Long)
    suspend fun changePassword(account: Long, password: String)
    suspend fun signOut(account: Long)
    suspend fun deleteAccount(account: Long)
    suspend fun setArchiving(account: Long, on: Boolean)
    suspend fun setPresence(account: Long, show: Show, status: String)
    suspend fun setAutoAway(account: Long, on: Boolean)
    suspend fun setPrivacy(account: Long, setting: PrivacySetting, on: Boolean)
    suspend fun setException(account: Long, address: String, setting: PrivacySetting, allowed: Boolean?)
    suspend fun setCallers(account: Long, callers: Callers)
    suspend fun setAdders(account: Long, adders: Adders)
    suspend fun startChat(account: Long, address: String): Long
    suspend fun answerRequest(account: Long, address: String, accept: Boolean)
    suspend fun addContact(account: Long, address: String)
    suspend fun editContact(account: Long, address: String, name: String, tags: List<String>)
    suspend fun removeContact(account: Long, address: String)
    suspend fun unsubscribe(account: Long, address: String)
    suspend fun setMuted(chat: Long, muted: Boolean)
    suspend fun block(account: Long, address: String, report: Report?)
    suspend fun unblock(account: Long, address: String)

    /** An id for one send: made before, kept, and named again if the call has to be repeated. */
    fun newToken(): String
    suspend fun sendText(chat: Long, body: String, token: String): Long
    suspend fun correct(message: Long, body: String, token: String)
    suspend fun retry(message: Long)
    suspend fun deleteMessage(message: Long)
    suspend fun deleteChat(chat: Long)
    suspend fun markRead(chat: Long, message: Long)
    suspend fun fillGap(gap: Long)
    suspend fun chatOpened(chat: Long)
    suspend fun setComposing(chat: Long, composing: Boolean)
    suspend fun setActive(active: Boolean)

    /** The app's own settings. */
    fun app(): Flow<AppItem>

    /** Whether the app has to be opened by its user, after all that was asked before. */
    suspend fun isLocked(): Boolean
    suspend fun setPin(current: String?, pin: String?)
    suspend fun setLockOptions(biometrics: Boolean, patience: ULong)
    suspend fun unlock(pin: String)
    suspend fun unlockByDevice()
    suspend fun lockNow()
    suspend fun setNotificationContent(content: NotificationContent)
    suspend fun hideScreen(hides: Boolean)
    fun networkChanged()

    /** Cuts the square out of a picture of the user's own and shows that to others. */
    suspend fun setPicture(account: Long, file: ByteArray, square: PictureSquare)
    suspend fun removePicture(account: Long)
    suspend fun setNickname(account: Long, nickname: String)
    suspend fun setVcard(account: Long, vcard: VcardFields)

    /** To be called when a screen shows somebody's vCard, or the account's own. */
    suspend fun askVcard(account: Long, address: String)

    /** To be called when the user wants to know what a contact's device is: they learn that somebody looks. */
    suspend fun askContactDevice(chat: Long, device: String)
    suspend fun setProfileOpen(account: Long, open: Boolean)

    /** A picture that an item names. */
    suspend fun picture(name: String): ByteArray?
}

/** A window on the chat list, newest first, to be collected once. */
interface ChatList {
    val window: Flow<Window<ChatItem>>
    fun loadMore(count: Int)
}

/** A window on the block list of all accounts, to be collected once. */
interface Blocks {
    val window: Flow<Window<BlockItem>>
    fun loadMore(count: Int)
}

/** A window on one chat, to be collected once. */
interface Timeline {
    val window: Flow<Window<TimelineItem>>
    fun loadOlder(count: Int)
    fun jumpToNewest()
}

/** Whether messages come while the app is closed; only a phone has to choose. */
interface Background {
    val on: StateFlow<Boolean>
    fun set(on: Boolean)
}

/** Whether the system shows notifications, and the way to where the user can change that. */
interface NotificationAccess {
    val allowed: StateFlow<Boolean>
    fun openSettings()
}

/** One picture of a camera, in grey: rows of [width] bytes, each beginning [stride] bytes after the one before. */
class Frame(val luma: ByteArray, val width: Int, val height: Int, val stride: Int)

/** The camera of a device, for codes. */
interface Camera {
    /** Null until the user was asked. */
    val allowed: StateFlow<Boolean?>
    fun ask()
    fun openSettings()

    /** What the camera sees, while it is on screen. Frames come on a thread of the camera's, only while [wanted]. */
    @Composable
    fun Preview(wanted: () -> Boolean, onFrame: (Frame) -> Unit, modifier: Modifier)
}

/** What a device remembers about its own screens: notices already seen, never anything of a conversation. */
interface Memory {
    fun has(mark: String): Boolean
    fun keep(mark: String)
}
