package org.linnet.ui

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.update
import org.linnet.core.AccountColour
import org.linnet.core.AccountFileItem
import org.linnet.core.AccountItem
import org.linnet.core.AccountTask
import org.linnet.core.Adders
import org.linnet.core.AppItem
import org.linnet.core.ArrivalCode
import org.linnet.core.ArrivalStep
import org.linnet.core.BlockItem
import org.linnet.core.Callers
import org.linnet.core.ChatItem
import org.linnet.core.CodeItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.ContactItem
import org.linnet.core.ExportItem
import org.linnet.core.HandoverCode
import org.linnet.core.ImportItem
import org.linnet.core.MovedItem
import org.linnet.core.MovedState
import org.linnet.core.NotificationContent
import org.linnet.core.NotificationItem
import org.linnet.core.Outage
import org.linnet.core.OutageFileException
import org.linnet.core.OwnDevicesItem
import org.linnet.core.OwnPresence
import org.linnet.core.Owner
import org.linnet.core.PersonItem
import org.linnet.core.PictureSquare
import org.linnet.core.PrivacySetting
import org.linnet.core.ProviderList
import org.linnet.core.ProviderListException
import org.linnet.core.ProxyAddress
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.core.Restored
import org.linnet.core.ServerAddress
import org.linnet.core.ServerDetailsItem
import org.linnet.core.Show
import org.linnet.core.SignUpAnswer
import org.linnet.core.SignUpItem
import org.linnet.core.SignUpState
import org.linnet.core.SubscriptionException
import org.linnet.core.TextOf
import org.linnet.core.TextPortion
import org.linnet.core.TimelineItem
import org.linnet.core.VcardFields
import org.linnet.core.VersionItem
import org.linnet.core.Window
import org.linnet.ui.presence.own
import org.linnet.ui.previews.Fixtures
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import org.linnet.ui.previews.outage as announced
import org.linnet.ui.previews.ownDevices as devices
import org.linnet.ui.previews.providers as listedProviders
import org.linnet.ui.previews.serverDetails as details

/**
 * A core that holds its lists in memory and notes what was asked of it. The world around it is moved by the test, on
 * another thread than the app.
 */
class FakeCore : Core {
    val accounts = MutableStateFlow(listOf(Fixtures.account))
    var allChats = true
    val chats = MutableStateFlow(Fixtures.chats)
    val requests = MutableStateFlow(emptyList<RequestItem>())
    val notifications = MutableStateFlow(emptyList<NotificationItem>())
    private val timelines = ConcurrentHashMap<Long, MutableStateFlow<Window<TimelineItem>>>()
    val asked = CopyOnWriteArrayList<String>()

    /** What the next command answers with instead of doing anything. */
    @Volatile
    var refusal: CommandException? = null

    /** What every command waits for before it is obeyed. */
    @Volatile
    var hold: CompletableDeferred<Unit>? = null

    /** What the next subscription ends with. */
    @Volatile
    var failure: SubscriptionException? = null

    fun window(chat: Long) = timelines.computeIfAbsent(chat) { MutableStateFlow(Window(emptyList(), true, true)) }

    fun arrives(chat: Long, item: TimelineItem) = window(chat).update { it.copy(items = it.items + item) }

    fun connection(account: Long, connection: Connection, signedIn: Boolean? = null) = accounts.update { all ->
        all.map { if (it.id == account) it.copy(connection = connection, signedIn = signedIn ?: it.signedIn) else it }
    }

    override fun accounts(): Flow<List<AccountItem>> = failing(accounts)
    override fun chats(account: Long?) = object : ChatList {
        override val window: Flow<Window<ChatItem>> = failing(chats).map { all ->
            Window(all.filter { account == null || it.account == account }, true, allChats)
        }

        override fun loadMore(count: Int) {
            asked += "chats $count"
        }
    }

    val blocks = MutableStateFlow(emptyList<BlockItem>())
    override fun blocks() = object : Blocks {
        override val window: Flow<Window<BlockItem>> = failing(blocks).map { Window(it, true, true) }
        override fun loadMore(count: Int) {
            asked += "blocks $count"
        }
    }

    val people = MutableStateFlow(emptyList<PersonItem>())
    override fun people(account: Long, typed: String): Flow<List<PersonItem>> = failing(people).map { all ->
        all.filter { typed in it.address || typed in it.name.orEmpty() }
    }

    val contact = MutableStateFlow(listOf(Fixtures.contact))
    override fun contact(chat: Long): Flow<List<ContactItem>> = failing(contact)
    override suspend fun addContact(account: Long, address: String) = command("add contact $address")
    override suspend fun editContact(account: Long, address: String, name: String, tags: List<String>) {
        command("edit contact $address $name $tags")
        contact.update { all -> all.map { it.copy(title = name, name = name, tags = tags) } }
    }

    override suspend fun unsubscribe(account: Long, address: String) = command("unsubscribe $address")
    override suspend fun removeContact(account: Long, address: String) = command("remove contact $address")
    override suspend fun setMuted(chat: Long, muted: Boolean) {
        command("mute $chat $muted")
        contact.update { all -> all.map { it.copy(muted = muted) } }
    }

    override suspend fun block(account: Long, address: String, report: Report?) {
        command("block $account $address $report")
        requests.update { all -> all.filter { it.address != address && it.address.substringAfter('@') != address } }
        blocks.update { it + BlockItem(address, account, address, '@' !in address, true) }
        chats.update { all -> all.map { if (it.address == address) it.copy(blocked = true) else it } }
    }

    override suspend fun unblock(account: Long, address: String) {
        command("unblock $account $address")
        blocks.update { all -> all.filter { it.address != address } }
        chats.update { all -> all.map { if (it.address == address) it.copy(blocked = false) else it } }
    }

    /** Files by their names. */
    val pictures = HashMap<String, ByteArray>()
    override suspend fun picture(name: String): ByteArray? = pictures[name]
    override suspend fun setPicture(account: Long, file: ByteArray, square: PictureSquare) =
        command("picture $account ${file.size}")

    override suspend fun removePicture(account: Long) = command("remove picture $account")
    override suspend fun setNickname(account: Long, nickname: String) = command("nickname $account $nickname")
    override suspend fun setVcard(account: Long, vcard: VcardFields) {
        command("vcard $account ${vcard.fullName}")
        accounts.update { all -> all.map { if (it.id == account) it.copy(vcard = vcard) else it } }
    }

    override suspend fun askVcard(account: Long, address: String) = command("ask vcard $account $address")
    override suspend fun askContactDevice(chat: Long, device: String) = command("ask device $chat $device")
    override suspend fun setProfileOpen(account: Long, open: Boolean) = command("profile open $account $open")

    override fun requests(): Flow<List<RequestItem>> = failing(requests)
    override fun notifications(): Flow<List<NotificationItem>> = failing(notifications)

    val codes = MutableStateFlow(listOf(Fixtures.code))
    override fun codes(): Flow<List<CodeItem>> = failing(codes)
    override suspend fun showCode(account: Long) = command("code $account")
    override suspend fun createInvitation(account: Long) = command("invite $account")
    override suspend fun followInvitation(link: String, server: ServerAddress?, proxy: ProxyAddress?): Long {
        command("follow $link")
        val id = (signUps.value.maxOfOrNull { it.id } ?: 0) + 1
        signUps.update { it + SignUpItem("$id", id, "example.org", SignUpState.Asking) }
        return id
    }

    val versions = MutableStateFlow(emptyList<VersionItem>())
    override fun versions(message: Long): Flow<List<VersionItem>> = failing(versions)

    /** Texts by what is asked for, in their portions. */
    val texts = HashMap<TextOf, List<TextPortion>>()
    override suspend fun textPortion(of: TextOf, from: ULong): TextPortion? {
        asked += "portion $from"
        return texts[of]?.getOrNull(from.toInt())
    }

    override suspend fun text(of: TextOf): String? = texts[of]?.joinToString("") { portion ->
        portion.text.joinToString("") { block -> block.spans.joinToString("") { it.text } }
    }

    override fun timeline(chat: Long) = object : Timeline {
        override val window: Flow<Window<TimelineItem>> = failing(window(chat))
        override fun loadOlder(count: Int) {
            asked += "older $count"
        }

        override fun jumpToNewest() {
            asked += "newest"
        }
    }

    val signUps = MutableStateFlow(emptyList<SignUpItem>())
    override fun signUps(): Flow<List<SignUpItem>> = failing(signUps)

    override suspend fun startSignUp(
        domain: String,
        server: ServerAddress?,
        proxy: ProxyAddress?,
        invitation: String?,
    ): Long {
        val way = listOfNotNull(server?.let { "${it.host}:${it.port}" }, proxy?.let { "by ${it.host}" }, invitation)
        command("sign up $domain $way")
        if ('.' !in domain) throw CommandException.AddressInvalid()
        val id = (signUps.value.maxOfOrNull { it.id } ?: 0) + 1
        signUps.update { it + SignUpItem("$id", id, domain, SignUpState.Asking) }
        return id
    }

    fun signUp(id: Long, state: SignUpState) =
        signUps.update { all -> all.map { if (it.id == id) it.copy(state = state) else it } }

    override suspend fun submitSignUp(signUp: Long, answers: List<SignUpAnswer>) {
        command("answer $signUp ${answers.joinToString { "${it.name}=${it.values.joinToString("+")}" }}")
        signUp(signUp, SignUpState.Sending)
    }

    override suspend fun cancelSignUp(signUp: Long) {
        command("end $signUp")
        signUps.update { all -> all.filter { it.id != signUp } }
    }

    private var passwords = 0
    override fun newPassword() = "made-${++passwords}"

    override fun providers() = Fixtures.listedProviders
    override var providersUrl: String? = null
    override fun readProviders(json: String): ProviderList {
        if (json == "junk") throw ProviderListException.NoList()
        return ProviderList(Fixtures.listedProviders.providers.take(1), null)
    }

    override suspend fun addAccount(
        address: String,
        password: String,
        server: ServerAddress?,
        proxy: ProxyAddress?,
        again: Boolean,
    ): Long {
        val way = proxy?.let { " by ${it.host}:${it.port}" }.orEmpty()
        command("add $address $password ${server?.let { "${it.host}:${it.port} ${it.directTls}" }}$way")
        val known = accounts.value.firstOrNull { it.address == address }
        val works = known != null && known.signedIn && known.enabled && known.connection !is Connection.Failed
        if (works && !again) throw CommandException.AccountKnown()
        if (known != null) {
            connection(known.id, Connection.Connecting)
            return known.id
        }
        val id = (accounts.value.maxOfOrNull { it.id } ?: 0) + 1
        val fresh = Fixtures.account(address, id).copy(connection = Connection.Connecting, signedIn = false)
        accounts.update { it + fresh }
        return id
    }

    var arrival: ArrivalStep = ArrivalStep.Compare("123 456")
    override suspend fun beginArrival(): ArrivalCode {
        command("arrive")
        return ArrivalCode("linnet-device:1a:new", 300_000u)
    }

    override suspend fun readArrival(code: String): ArrivalStep {
        command("read $code")
        return arrival
    }

    override suspend fun endArrival() = command("end arrival")
    override suspend fun beginHandover(account: Long, code: String, owner: Owner?): HandoverCode {
        command("hand over $account $code ${(owner as? Owner.Pin)?.pin ?: owner}")
        return HandoverCode("linnet-device:1b:old", "123 456", 300_000u)
    }

    override suspend fun confirmHandover(): String {
        command("confirm")
        return "linnet-device:1c:sealed"
    }

    override suspend fun endHandover() = command("end handover")

    override suspend fun exportBackup(passphrase: String, credentials: Boolean, owner: Owner?): ByteArray {
        command("back up $passphrase $credentials ${(owner as? Owner.Pin)?.pin}")
        return byteArrayOf(9)
    }

    override suspend fun importBackup(passphrase: String, file: ByteArray): Restored {
        command("restore $passphrase ${file.size}")
        return Restored(1u, 0u, 12u, 2u)
    }

    /** What the next chosen file holds. */
    var users = listOf(AccountFileItem("alice@old.example.org", 48u, 3u, 5u, true, 0u))

    override suspend fun collectExport(account: Long) {
        command("collect $account")
        export(account, ExportItem(11u, 4u, 0u))
    }

    fun export(account: Long, export: ExportItem?) =
        accounts.update { all -> all.map { if (it.id == account) it.copy(export = export) else it } }

    override suspend fun readExport(account: Long): ByteArray {
        command("read export $account")
        export(account, null)
        return byteArrayOf(7)
    }

    override suspend fun readAccountFile(file: ByteArray): List<AccountFileItem> {
        command("read file ${file.size}")
        return users
    }

    override suspend fun importAccountFile(account: Long, file: ByteArray, user: Int) {
        command("import $account ${file.size} $user")
        import(account, ImportItem(users[user].address, 53u, 53u, 0u, 0u))
    }

    fun import(account: Long, import: ImportItem?) =
        accounts.update { all -> all.map { if (it.id == account) it.copy(import = import) else it } }

    override suspend fun endImport(account: Long) {
        command("end import $account")
        import(account, null)
    }

    override suspend fun publishMoved(account: Long, to: Long) {
        command("move $account $to")
        val address = accounts.value.first { it.id == to }.address
        moved(account, MovedItem(address, Fixtures.at(18, 12), MovedState.PUBLISHING, 0u, 0u, 0u))
    }

    fun moved(account: Long, moved: MovedItem?) =
        accounts.update { all -> all.map { if (it.id == account) it.copy(moved = moved) else it } }

    override suspend fun retractMoved(account: Long) {
        command("retract $account")
        accounts.update { all ->
            all.map { if (it.id == account) it.copy(moved = it.moved?.copy(state = MovedState.RETRACTING)) else it }
        }
    }

    override suspend fun askMoved(account: Long) {
        asked += "ask moved $account"
    }

    override suspend fun setPassword(account: Long, password: String) {
        command("password $account $password")
        connection(account, Connection.Connecting)
    }

    override suspend fun setServer(account: Long, server: ServerAddress?) {
        if (server != null && ' ' in server.host) throw CommandException.AddressInvalid()
        command("server $account ${server?.let { "${it.host}:${it.port} ${it.directTls}" }}")
        accounts.update { all -> all.map { if (it.id == account) it.copy(server = server) else it } }
    }

    override suspend fun setProxy(account: Long, proxy: ProxyAddress?) {
        command("proxy $account ${proxy?.let { "${it.host}:${it.port}" }}")
        accounts.update { all -> all.map { if (it.id == account) it.copy(proxy = proxy) else it } }
    }

    override suspend fun pinCertificate(account: Long, sha256: String) = command("pin $account $sha256")
    override suspend fun unpinCertificate(account: Long) = command("unpin $account")

    val serverDetails = MutableStateFlow(emptyList<ServerDetailsItem>())
    override fun serverDetails(account: Long): Flow<List<ServerDetailsItem>> = failing(serverDetails)
    override suspend fun askServer(account: Long) {
        command("ask server $account")
        serverDetails.value = listOf(Fixtures.details)
    }

    override fun readOutage(json: String, language: String): Outage? = when (json) {
        "{}" -> null
        "junk" -> throw OutageFileException.NoOutageFile()
        else -> Fixtures.announced.copy(message = language)
    }

    val ownDevices = MutableStateFlow(listOf(Fixtures.devices))
    override fun ownDevices(account: Long): Flow<List<OwnDevicesItem>> = failing(ownDevices)
    override suspend fun askDevices(account: Long) = command("ask devices $account")
    override suspend fun setDevice(account: Long, name: String, priority: Int) {
        command("set device $account $name $priority")
        ownDevices.update { all -> all.map { it.copy(name = name, priority = priority.toByte()) } }
    }

    override suspend fun revokeClient(account: Long, id: String) {
        command("revoke $account $id")
        ownDevices.update { all -> all.map { item -> item.copy(clients = item.clients.filter { it.id != id }) } }
    }

    override suspend fun signOutEverywhere(account: Long, password: String) {
        command("everywhere $account $password")
        task(account, AccountTask.ChangingPassword)
    }

    override suspend fun editAccount(account: Long, name: String, colour: AccountColour) {
        command("edit account $account $name $colour")
        accounts.update { all ->
            all.map { if (it.id == account) it.copy(name = name, title = name, colour = colour) else it }
        }
    }

    override suspend fun moveAccount(account: Long, to: Int) {
        command("move account $account $to")
        accounts.update { all ->
            val (moved, others) = all.partition { it.id == account }
            others.take(to) + moved + others.drop(to)
        }
    }

    override suspend fun showAccount(account: Long?) {
        command("show account $account")
        app.update { it.copy(shownAccount = account) }
    }

    override suspend fun setAccountEnabled(account: Long, enabled: Boolean) = command("enable $account $enabled")

    override suspend fun removeAccount(account: Long) {
        command("remove $account")
        accounts.update { all -> all.filter { it.id != account } }
    }

    override suspend fun changePassword(account: Long, password: String) {
        command("change $account $password")
        task(account, AccountTask.ChangingPassword)
    }

    fun task(account: Long, task: AccountTask) =
        accounts.update { all -> all.map { if (it.id == account) it.copy(task = task) else it } }

    override suspend fun signOut(account: Long) {
        command("sign out $account")
        accounts.update { all -> all.filter { it.id != account } }
    }

    override suspend fun deleteAccount(account: Long) {
        command("delete account $account")
        task(account, AccountTask.Deleting)
    }

    override suspend fun setArchiving(account: Long, on: Boolean) = command("archiving $account $on")

    override suspend fun setPresence(account: Long, show: Show, status: String) {
        command("presence $account $show $status")
        own(account) { it.copy(show = show, status = status.ifEmpty { null }) }
    }

    override suspend fun setAutoAway(account: Long, on: Boolean) {
        command("auto away $account $on")
        own(account) { it.copy(autoAway = on) }
    }

    private fun own(account: Long, change: (OwnPresence) -> OwnPresence) = accounts.update { all ->
        all.map { if (it.id == account) it.copy(presence = change(it.own)) else it }
    }

    override suspend fun setPrivacy(account: Long, setting: PrivacySetting, on: Boolean) {
        command("privacy $account $setting $on")
        accounts.update { all ->
            all.map { item ->
                if (item.id != account) return@map item
                val privacy = when (setting) {
                    PrivacySetting.RECEIPTS -> item.privacy.copy(receipts = on)
                    PrivacySetting.READ_MARKERS -> item.privacy.copy(readMarkers = on)
                    PrivacySetting.TYPING -> item.privacy.copy(typing = on)
                    PrivacySetting.DEVICE_INFORMATION -> item.privacy.copy(deviceInformation = on)
                    PrivacySetting.ONLINE -> item.privacy.copy(online = on)
                    PrivacySetting.LAST_SEEN -> item.privacy.copy(lastSeen = on)
                    PrivacySetting.AUTO_LOAD -> item.privacy.copy(autoLoad = on)
                    PrivacySetting.CALLS -> item.privacy.copy(callers = if (on) Callers.CONTACTS else Callers.NOBODY)
                }
                item.copy(privacy = privacy)
            }
        }
    }

    override suspend fun setException(account: Long, address: String, setting: PrivacySetting, allowed: Boolean?) =
        command("except $address $setting $allowed")

    override suspend fun setCallers(account: Long, callers: Callers) {
        command("callers $account $callers")
        accounts.update { all -> all.map { it.copy(privacy = it.privacy.copy(callers = callers)) } }
    }

    override suspend fun setAdders(account: Long, adders: Adders) {
        command("adders $account $adders")
        accounts.update { all -> all.map { it.copy(privacy = it.privacy.copy(adders = adders)) } }
    }

    override suspend fun startChat(account: Long, address: String): Long {
        command("start $account $address")
        val peer = address.removePrefix("xmpp:").substringBefore('?')
        return chats.value.firstOrNull { it.address == peer }?.id ?: throw CommandException.AddressInvalid()
    }

    override suspend fun answerRequest(account: Long, address: String, accept: Boolean) {
        command("answer $address $accept")
        requests.update { all -> all.filter { it.address != address } }
    }

    private var tokens = 0
    override fun newToken() = "token-${++tokens}"

    override suspend fun sendText(chat: Long, body: String, token: String): Long {
        command("send $chat $body $token")
        val id = 1_000L + tokens
        val time = Fixtures.at(18, 12)
        arrives(chat, TimelineItem.Message(Fixtures.message(id, body, time, outgoing = true, state = sending)))
        return id
    }

    override suspend fun correct(message: Long, body: String, token: String) = command("correct $message $body $token")
    override suspend fun retry(message: Long) = command("retry $message")
    override suspend fun deleteMessage(message: Long) = command("delete $message")
    override suspend fun deleteChat(chat: Long) = command("delete chat $chat")
    override suspend fun markRead(chat: Long, message: Long) = command("read $chat $message")
    override suspend fun fillGap(gap: Long) = command("fill $gap")
    override suspend fun chatOpened(chat: Long) = command("opened $chat")
    override suspend fun setComposing(chat: Long, composing: Boolean) {
        asked += "composing $chat $composing"
    }

    override suspend fun setActive(active: Boolean) {
        asked += "active $active"
    }

    val app = MutableStateFlow(Fixtures.app)
    override fun app(): Flow<AppItem> = app
    override suspend fun isLocked(): Boolean {
        command("locked?")
        return app.value.lock?.locked == true
    }

    override suspend fun setPin(current: String?, pin: String?) = command("pin $current $pin")
    override suspend fun setLockOptions(biometrics: Boolean, patience: ULong) = command("lock $biometrics $patience")
    override suspend fun unlock(pin: String) = command("unlock $pin")
    override suspend fun unlockByDevice() = command("unlock by device")
    override suspend fun lockNow() = command("lock")
    override suspend fun setNotificationContent(content: NotificationContent) = command("notify $content")
    override suspend fun hideScreen(hides: Boolean) = command("hide $hides")

    override fun networkChanged() {
        asked += "network"
    }

    private suspend fun command(words: String) {
        asked += words
        hold?.await()
        refusal?.let {
            refusal = null
            throw it
        }
    }

    private fun <T> failing(state: MutableStateFlow<T>): Flow<T> = flow {
        failure?.let {
            failure = null
            throw it
        }
        state.map { it }.collect { emit(it) }
    }

    private companion object {
        val sending = org.linnet.core.MessageState.Sending
    }
}

class FakeMemory : Memory {
    val marks = HashSet<String>()
    override fun has(mark: String) = mark in marks
    override fun keep(mark: String) {
        marks += mark
    }
}
