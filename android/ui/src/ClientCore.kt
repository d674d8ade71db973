package org.linnet.ui

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import org.linnet.core.AccountColour
import org.linnet.core.Adders
import org.linnet.core.Callers
import org.linnet.core.Client
import org.linnet.core.NotificationContent
import org.linnet.core.Owner
import org.linnet.core.PictureSquare
import org.linnet.core.PrivacySetting
import org.linnet.core.ProxyAddress
import org.linnet.core.Report
import org.linnet.core.ServerAddress
import org.linnet.core.Show
import org.linnet.core.SignUpAnswer
import org.linnet.core.TextOf
import org.linnet.core.VcardFields
import org.linnet.core.asFlow
import org.linnet.core.providerList
import org.linnet.core.providerListUrl
import org.linnet.core.readProviderList

/** The real core. Batches are read and applied off the main thread, which only gets finished lists. */
class ClientCore(private val client: Client) : Core {
    override suspend fun picture(name: String) = client.picture(name)
    override suspend fun setPicture(account: Long, file: ByteArray, square: PictureSquare) =
        client.setPicture(account, file, square)

    override suspend fun removePicture(account: Long) = client.removePicture(account)
    override suspend fun setNickname(account: Long, nickname: String) = client.setNickname(account, nickname)
    override suspend fun setVcard(account: Long, vcard: VcardFields) = client.setVcard(account, vcard)
    override suspend fun askVcard(account: Long, address: String) = client.askVcard(account, address)
    override suspend fun askContactDevice(chat: Long, device: String) = client.askContactDevice(chat, device)
    override suspend fun setProfileOpen(account: Long, open: Boolean) = client.setProfileOpen(account, open)
    override suspend fun setPresence(account: Long, show: Show, status: String) =
        client.setPresence(account, show, status)

    override suspend fun setAutoAway(account: Long, on: Boolean) = client.setAutoAway(account, on)
    override fun accounts() = subscribed { client.accounts().asFlow() }
    override fun requests() = subscribed { client.requests().asFlow() }
    override fun blocks(): Blocks {
        val subscription = client.blocks()
        return object : Blocks {
            override val window = subscription.asFlow().flowOn(Dispatchers.Default)
            override fun loadMore(count: Int) = subscription.loadMore(count.toUInt())
        }
    }

    override fun people(account: Long, typed: String) = subscribed { client.people(account, typed).asFlow() }

    override fun notifications() = subscribed { client.notifications().asFlow() }

    override fun codes() = subscribed { client.codes().asFlow() }
    override suspend fun showCode(account: Long) = client.showCode(account)
    override suspend fun createInvitation(account: Long) = client.createInvitation(account)
    override suspend fun followInvitation(link: String, server: ServerAddress?, proxy: ProxyAddress?) =
        client.followInvitation(link, server, proxy)
    override fun contact(chat: Long) = subscribed { client.contact(chat).asFlow() }

    override fun versions(message: Long) = subscribed { client.versions(message).asFlow() }
    override suspend fun textPortion(of: TextOf, from: ULong) = client.textPortion(of, from)
    override suspend fun text(of: TextOf) = client.text(of)

    override fun chats(account: Long?): ChatList {
        val subscription = client.chatList(account)
        return object : ChatList {
            override val window = subscription.asFlow().flowOn(Dispatchers.Default)
            override fun loadMore(count: Int) = subscription.loadMore(count.toUInt())
        }
    }

    override fun timeline(chat: Long): Timeline {
        val subscription = client.timeline(chat)
        return object : Timeline {
            override val window = subscription.asFlow().flowOn(Dispatchers.Default)
            override fun loadOlder(count: Int) = subscription.loadOlder(count.toUInt())
            override fun jumpToNewest() = subscription.jumpToNewest()
        }
    }

    override fun signUps() = subscribed { client.signUps().asFlow() }
    override suspend fun startSignUp(
        domain: String,
        server: ServerAddress?,
        proxy: ProxyAddress?,
        invitation: String?,
    ) = client.startSignUp(domain, server, proxy, invitation)

    override suspend fun submitSignUp(signUp: Long, answers: List<SignUpAnswer>) =
        client.submitSignUp(signUp, answers)

    override suspend fun cancelSignUp(signUp: Long) = client.cancelSignUp(signUp)
    override fun newPassword() = org.linnet.core.newPassword()
    override fun providers() = providerList()
    override val providersUrl get() = providerListUrl()
    override fun readProviders(json: String) = readProviderList(json)

    override suspend fun addAccount(
        address: String,
        password: String,
        server: ServerAddress?,
        proxy: ProxyAddress?,
        again: Boolean,
    ) = client.addAccount(address, password, server, proxy, again)

    override suspend fun beginArrival() = client.beginArrival()
    override suspend fun readArrival(code: String) = client.readArrival(code)
    override suspend fun endArrival() = client.endArrival()
    override suspend fun beginHandover(account: Long, code: String, owner: Owner?) =
        client.beginHandover(account, code, owner)
    override suspend fun confirmHandover() = client.confirmHandover()
    override suspend fun endHandover() = client.endHandover()

    override suspend fun exportBackup(passphrase: String, credentials: Boolean, owner: Owner?) =
        client.exportBackup(passphrase, credentials, owner)
    override suspend fun importBackup(passphrase: String, file: ByteArray) = client.importBackup(passphrase, file)
    override suspend fun collectExport(account: Long) = client.collectExport(account)
    override suspend fun readExport(account: Long) = client.readExport(account)
    override suspend fun readAccountFile(file: ByteArray) = client.readAccountFile(file)
    override suspend fun importAccountFile(account: Long, file: ByteArray, user: Int) =
        client.importAccountFile(account, file, user.toUInt())
    override suspend fun endImport(account: Long) = client.endImport(account)
    override suspend fun publishMoved(account: Long, to: Long) = client.publishMoved(account, to)
    override suspend fun retractMoved(account: Long) = client.retractMoved(account)
    override suspend fun askMoved(account: Long) = client.askMoved(account)

    override suspend fun setPassword(account: Long, password: String) = client.setPassword(account, password)
    override suspend fun setServer(account: Long, server: ServerAddress?) = client.setServer(account, server)
    override suspend fun setProxy(account: Long, proxy: ProxyAddress?) = client.setProxy(account, proxy)
    override suspend fun pinCertificate(account: Long, sha256: String) = client.pinCertificate(account, sha256)
    override suspend fun unpinCertificate(account: Long) = client.unpinCertificate(account)

    override fun serverDetails(account: Long) = subscribed { client.serverDetails(account).asFlow() }
    override suspend fun askServer(account: Long) = client.askServer(account)
    override fun readOutage(json: String, language: String) = org.linnet.core.readOutage(json, language)

    override fun ownDevices(account: Long) = subscribed { client.ownDevices(account).asFlow() }
    override suspend fun askDevices(account: Long) = client.askDevices(account)
    override suspend fun setDevice(account: Long, name: String, priority: Int) =
        client.setDevice(account, name, priority.toByte())

    override suspend fun revokeClient(account: Long, id: String) = client.revokeClient(account, id)
    override suspend fun signOutEverywhere(account: Long, password: String) =
        client.signOutEverywhere(account, password)

    override suspend fun editAccount(account: Long, name: String, colour: AccountColour) =
        client.editAccount(account, name, colour)

    override suspend fun moveAccount(account: Long, to: Int) = client.moveAccount(account, to.toUInt())
    override suspend fun showAccount(account: Long?) = client.showAccount(account)
    override suspend fun setAccountEnabled(account: Long, enabled: Boolean) = client.setAccountEnabled(account, enabled)
    override suspend fun removeAccount(account: Long) = client.removeAccount(account)
    override suspend fun changePassword(account: Long, password: String) = client.changePassword(account, password)
    override suspend fun signOut(account: Long) = client.signOut(account)
    override suspend fun deleteAccount(account: Long) = client.deleteAccount(account)
    override suspend fun setArchiving(account: Long, on: Boolean) = client.setArchiving(account, on)
    override suspend fun setPrivacy(account: Long, setting: PrivacySetting, on: Boolean) =
        client.setPrivacy(account, setting, on)

    override suspend fun setException(account: Long, address: String, setting: PrivacySetting, allowed: Boolean?) =
        client.setException(account, address, setting, allowed)

    override suspend fun setCallers(account: Long, callers: Callers) = client.setCallers(account, callers)
    override suspend fun setAdders(account: Long, adders: Adders) = client.setAdders(account, adders)

    override suspend fun startChat(account: Long, address: String) = client.startChat(account, address)
    override suspend fun answerRequest(account: Long, address: String, accept: Boolean) =
        client.answerRequest(account, address, accept)

    override suspend fun addContact(account: Long, address: String) = client.addContact(account, address)
    override suspend fun editContact(account: Long, address: String, name: String, tags: List<String>) =
        client.editContact(account, address, name, tags)

    override suspend fun removeContact(account: Long, address: String) = client.removeContact(account, address)
    override suspend fun unsubscribe(account: Long, address: String) = client.unsubscribe(account, address)
    override suspend fun setMuted(chat: Long, muted: Boolean) = client.setMuted(chat, muted)

    override suspend fun block(account: Long, address: String, report: Report?) =
        client.block(account, address, report)

    override suspend fun unblock(account: Long, address: String) = client.unblock(account, address)

    override fun newToken() = client.newToken()
    override suspend fun sendText(chat: Long, body: String, token: String) = client.sendText(chat, body, token)
    override suspend fun correct(message: Long, body: String, token: String) = client.correct(message, body, token)
    override suspend fun retry(message: Long) = client.retry(message)
    override suspend fun deleteMessage(message: Long) = client.deleteMessage(message)
    override suspend fun deleteChat(chat: Long) = client.deleteChat(chat)
    override suspend fun markRead(chat: Long, message: Long) = client.markRead(chat, message)
    override suspend fun fillGap(gap: Long) = client.fillGap(gap)
    override suspend fun chatOpened(chat: Long) = client.chatOpened(chat)
    override suspend fun setComposing(chat: Long, composing: Boolean) = client.setComposing(chat, composing)
    override suspend fun setActive(active: Boolean) = client.setActive(active)
    override fun app() = subscribed { client.app().asFlow() }
    override suspend fun isLocked() = client.isLocked()
    override suspend fun setPin(current: String?, pin: String?) = client.setPin(current, pin)
    override suspend fun setLockOptions(biometrics: Boolean, patience: ULong) =
        client.setLockOptions(biometrics, patience)
    override suspend fun unlock(pin: String) = client.unlock(pin)
    override suspend fun unlockByDevice() = client.unlockByDevice()
    override suspend fun lockNow() = client.lockNow()
    override suspend fun setNotificationContent(content: NotificationContent) = client.setNotificationContent(content)
    override suspend fun hideScreen(hides: Boolean) = client.hideScreen(hides)
    override fun networkChanged() = client.networkChanged()

    private fun <T> subscribed(open: () -> Flow<T>): Flow<T> = flow { emitAll(open()) }.flowOn(Dispatchers.Default)
}
