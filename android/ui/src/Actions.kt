package org.linnet.ui

import org.linnet.core.AccountColour
import org.linnet.core.AccountItem
import org.linnet.core.Adders
import org.linnet.core.BlockItem
import org.linnet.core.Callers
import org.linnet.core.ChatItem
import org.linnet.core.ClientAccess
import org.linnet.core.ContactMoved
import org.linnet.core.MessageItem
import org.linnet.core.NotificationContent
import org.linnet.core.PersonItem
import org.linnet.core.PictureSquare
import org.linnet.core.PrivacySetting
import org.linnet.core.Provider
import org.linnet.core.ProxyAddress
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.core.ServerAddress
import org.linnet.core.Show
import org.linnet.core.TextOf
import org.linnet.ui.account.AccountActions
import org.linnet.ui.account.AccountModel
import org.linnet.ui.account.AccountsActions
import org.linnet.ui.account.AccountsModel
import org.linnet.ui.backup.BackupActions
import org.linnet.ui.backup.BackupModel
import org.linnet.ui.certificate.CertificateActions
import org.linnet.ui.certificate.CertificateModel
import org.linnet.ui.chat.ChatActions
import org.linnet.ui.chat.ChatModel
import org.linnet.ui.chat.WholeTextActions
import org.linnet.ui.chat.WholeTextModel
import org.linnet.ui.chats.ChatListActions
import org.linnet.ui.chats.ChatListModel
import org.linnet.ui.chats.Notice
import org.linnet.ui.code.CodeActions
import org.linnet.ui.code.CodeModel
import org.linnet.ui.code.LinkActions
import org.linnet.ui.code.LinkModel
import org.linnet.ui.code.ScanActions
import org.linnet.ui.code.ScanModel
import org.linnet.ui.code.invitation
import org.linnet.ui.contact.BlocksActions
import org.linnet.ui.contact.BlocksModel
import org.linnet.ui.contact.ContactActions
import org.linnet.ui.contact.ContactCodeActions
import org.linnet.ui.contact.ContactModel
import org.linnet.ui.contact.RequestsActions
import org.linnet.ui.contact.RequestsModel
import org.linnet.ui.devices.DevicesActions
import org.linnet.ui.devices.DevicesModel
import org.linnet.ui.handover.ArrivalActions
import org.linnet.ui.handover.ArrivalModel
import org.linnet.ui.handover.HandoverActions
import org.linnet.ui.handover.HandoverModel
import org.linnet.ui.moved.MovedActions
import org.linnet.ui.moved.MovedModel
import org.linnet.ui.newchat.NewChatActions
import org.linnet.ui.newchat.NewChatModel
import org.linnet.ui.password.PasswordActions
import org.linnet.ui.password.PasswordModel
import org.linnet.ui.phonebook.Found
import org.linnet.ui.phonebook.PhoneBookActions
import org.linnet.ui.phonebook.PhoneBookModel
import org.linnet.ui.presence.PresenceActions
import org.linnet.ui.presence.PresenceModel
import org.linnet.ui.privacy.PrivacyActions
import org.linnet.ui.portable.PortableActions
import org.linnet.ui.portable.PortableModel
import org.linnet.ui.profile.ProfileActions
import org.linnet.ui.profile.ProfileModel
import org.linnet.ui.safety.Biometrics
import org.linnet.ui.safety.LockActions
import org.linnet.ui.safety.LockModel
import org.linnet.ui.safety.PinOutcome
import org.linnet.ui.safety.SafetyActions
import org.linnet.ui.server.ServerActions
import org.linnet.ui.signin.SignInActions
import org.linnet.ui.signin.SignInModel
import org.linnet.ui.signup.SignUpActions
import org.linnet.ui.signup.SignUpModel
import org.linnet.ui.words.tag

// Which wish of a screen goes to its own model, and which leads elsewhere.

internal fun signInActions(app: AppModel, model: SignInModel) = object : SignInActions {
    override fun submit() = model.submit()
    override fun cancel() = model.cancel()
    override fun edited() = model.edited()
    override fun toggleServer() = model.toggleServer()
    override fun setDirectTls(on: Boolean) = model.setDirectTls(on)
    override fun setProxy(on: Boolean) = model.setProxy(on)
    override fun openCertificate() {
        model.certificateOf?.let(app::openCertificate)
    }

    override fun signUp() = app.signUp()
    override fun arrive() = app.arrive()
    override fun restoreBackup() = app.openBackup()
    override fun openInvitation() = app.openInvitation()
    override fun back() {
        app.back()
    }
}

internal fun signUpActions(app: AppModel, model: SignUpModel, copy: (String) -> Unit) = object : SignUpActions {
    override fun back() {
        app.back()
    }
    override fun choose(provider: Provider) = model.choose(provider)
    override fun setOwn(own: Boolean) = model.setOwn(own)
    override fun startOwn() = model.startOwn()
    override fun edited() = model.edited()
    override fun submit() = model.submit()
    override fun newPassword() = model.newPassword()
    override fun copy(text: String) = copy(text)
    override fun tryAgain() = model.tryAgain()
    override fun chooseAnother() {
        app.back()
    }
    override fun signIn() = app.leaveSignUp()
    override fun toggleServer() = model.toggleServer()
    override fun setDirectTls(on: Boolean) = model.setDirectTls(on)
    override fun setProxy(on: Boolean) = model.setProxy(on)
}

internal fun chatListActions(app: AppModel, model: ChatListModel) = object : ChatListActions {
    override fun open(chat: ChatItem) = app.open(chat.id)
    override fun delete(chat: ChatItem) = model.delete(chat)
    override fun loadMore() = app.loadMoreChats()
    override fun newChat() = app.newChat()
    override fun openAccount(account: AccountItem) = app.openAccount(account.id)
    override fun openAccounts() = app.openAccounts()
    override fun openPresence(account: AccountItem) = app.openPresence(account.id)
    override fun show(account: Long?) = model.show(account)
    override fun signInAgain(account: AccountItem) = app.mend(account)
    override fun openRequests() = app.openRequests()
    override fun dismiss(notice: Notice) = model.dismiss(notice)
    override fun keepHistory(notice: Notice.ArchivingOff) = model.keepHistory(notice)
    override fun tryNow() = model.tryNow()
}

internal fun chatActions(app: AppModel, model: ChatModel, copy: (String) -> Unit) = object : ChatActions {
    override fun back() {
        app.back()
    }
    override fun send() = model.send()
    override fun composing(on: Boolean) = model.composing(on)
    override fun correct(message: MessageItem) = model.correct(message)
    override fun showVersions(message: Long) = model.showVersions(message)
    override fun closeVersions() = model.closeVersions()
    override fun cancelCorrection() = model.cancelCorrection()
    override fun retry(message: Long) = model.retry(message)
    override fun delete(message: Long) = model.delete(message)
    override fun copy(message: MessageItem) = model.copy(message, copy)
    override fun showAll(of: TextOf, sender: String?) = app.openText(of, sender)
    override fun fillGap(gap: Long) = model.fillGap(gap)
    override fun seen(message: Long) = model.seen(message)
    override fun loadOlder() = model.loadOlder()
    override fun jumpToNewest() = model.jumpToNewest()
    override fun tryNow() = model.tryNow()
    override fun signInAgain(account: AccountItem) = app.mend(account)
    override fun unblock() = model.unblock()
    override fun openContact() = app.openContact(model.chat)
    override fun answerMoved(accept: Boolean, moved: ContactMoved) = model.answerMoved(accept, moved)
    override fun openMoved(moved: ContactMoved) = model.openMoved(moved, app::open)
}

internal fun wholeTextActions(app: AppModel, model: WholeTextModel, copy: (String) -> Unit) =
    object : WholeTextActions {
        override fun back() {
            app.back()
        }
        override fun loadMore() = model.loadMore()
        override fun copy() = model.copy(copy)
    }

internal fun contactActions(app: AppModel, model: ContactModel, open: (String) -> Unit) = object : ContactActions {
    override fun back() {
        app.back()
    }
    override fun add() = model.add()
    override fun showCode() = app.openContactCode(model.chat)
    override fun edit(name: String, tags: String) = model.edit(name, tags)
    override fun setMuted(muted: Boolean) = model.setMuted(muted)
    override fun except(setting: PrivacySetting, allowed: Boolean?) = model.except(setting, allowed)
    override fun block(address: String, report: Report?) = model.block(address, report)
    override fun unblock() = model.unblock()
    override fun remove() = model.remove()
    override fun askDevice(device: String) = model.askDevice(device)
    override fun open(link: String) {
        // A chat is our own affair.
        if (link.startsWith("xmpp:")) {
            app.openLink(link)
            return
        }
        try {
            open(link)
        } catch (_: IllegalArgumentException) {
            // Nothing on this device opens such a link: a tablet does not call.
        }
    }
}

internal fun contactCodeActions(app: AppModel, device: Device, copy: (String) -> Unit) = object : ContactCodeActions {
    override fun back() {
        app.back()
    }
    override fun copy(link: String) = copy(link)
    override fun share(link: String) {
        device.share?.invoke(link)
    }
}

internal fun requestsActions(app: AppModel, model: RequestsModel) = object : RequestsActions {
    override fun back() {
        app.back()
    }
    override fun answer(request: RequestItem, accept: Boolean) = model.answer(request, accept)
    override fun block(request: RequestItem, address: String, report: Report?) = model.block(request, address, report)
}

internal fun blocksActions(app: AppModel, model: BlocksModel) = object : BlocksActions {
    override fun back() {
        app.back()
    }
    override fun add() = model.add()
    override fun edited() = model.edited()
    override fun unblock(item: BlockItem) = model.unblock(item)
    override fun loadMore() = model.loadMore()
}

internal fun profileActions(app: AppModel, model: ProfileModel, device: Device) = object : ProfileActions {
    override fun back() {
        app.back()
    }
    override fun pickPicture() = device.pickPicture(model::picked)
    override fun use(square: PictureSquare) = model.use(square)
    override fun forget() = model.forget()
    override fun remove() = model.remove()
    override fun saveNickname() = model.saveNickname()
    override fun saveVcard() = model.saveVcard()
    override fun setOpen(open: Boolean) = model.setOpen(open)
    override fun decode(file: ByteArray) = device.decode(file)
}

internal fun presenceActions(app: AppModel, model: PresenceModel) = object : PresenceActions {
    override fun back() {
        app.back()
    }
    override fun choose(show: Show) = model.choose(show)
    override fun saveStatus() = model.saveStatus()
    override fun clearStatus() = model.clearStatus()
    override fun setAutoAway(on: Boolean) = model.setAutoAway(on)
}

internal fun codeActions(app: AppModel, model: CodeModel, device: Device, copy: (String) -> Unit) =
    object : CodeActions {
        override fun back() {
            app.back()
        }
        override fun choose(account: Long) = model.choose(account)
        override fun showInvitation(on: Boolean) = model.showInvitation(on)
        override fun invite() = model.invite()
        override fun copy(link: String) = copy(link)
        override fun share(link: String) {
            device.share?.invoke(link)
        }
        override fun scan() = app.scan()
    }

internal fun scanActions(app: AppModel, model: ScanModel, device: Device) = object : ScanActions {
    override fun back() {
        app.back()
    }
    override fun allowCamera() {
        device.camera?.ask()
    }
    override fun openSettings() {
        device.camera?.openSettings()
    }
    override fun pickPicture() = device.pickPicture(model::picture)
    override fun showCode() = app.showCode()
    override fun follow() = model.follow()
    override fun edited() = model.edited()
}

internal fun arrivalActions(app: AppModel, model: ArrivalModel, device: Device) = object : ArrivalActions {
    override fun back() {
        app.back()
    }
    override fun allowCamera() {
        device.camera?.ask()
    }
    override fun openSettings() {
        device.camera?.openSettings()
    }
    override fun pickPicture() = device.pickPicture(model.scan::picture)
    override fun scan() = model.look()
    override fun again() = model.begin()
    override fun mend(account: AccountItem) = app.mend(account)
}

internal fun handoverActions(app: AppModel, model: HandoverModel, device: Device, title: String) =
    object : HandoverActions {
        override fun back() {
            app.back()
        }
        override fun allowCamera() {
            device.camera?.ask()
        }
        override fun openSettings() {
            device.camera?.openSettings()
        }
        override fun pickPicture() = device.pickPicture(model.scan::picture)
        override fun goOn() = model.goOn(device.biometrics, title)
        override fun goOnByDevice() = model.goOnByDevice(device.biometrics, title)
        override fun edited() = model.edited()
        override fun compared(same: Boolean) = model.compared(same)
        override fun again() = model.begin()
    }

internal fun backupActions(app: AppModel, model: BackupModel, device: Device, title: String) =
    object : BackupActions {
        override fun back() {
            app.back()
        }
        override fun setCredentials(on: Boolean) = model.setCredentials(on)
        override fun newPassphrase() = model.newPassphrase()
        override fun copy(text: String) = device.copySecret(text)
        override fun save() {
            device.files?.let { model.save(it, device.biometrics, title) }
        }
        override fun choose() {
            device.files?.let(model::choose)
        }
        override fun restore() = model.restore()
    }

internal fun portableActions(app: AppModel, model: PortableModel, device: Device) = object : PortableActions {
    override fun back() {
        app.back()
    }
    override fun save() {
        device.files?.let(model::save)
    }
    override fun choose() {
        device.files?.let(model::choose)
    }
    override fun pick(user: Int) = model.pick(user)
    override fun bringIn() = model.bringIn()
    override fun end() = model.end()
}

internal fun movedActions(app: AppModel, model: MovedModel) = object : MovedActions {
    override fun back() {
        app.back()
    }
    override fun choose(account: AccountItem) = model.choose(account)
    override fun move() = model.move()
    override fun takeBack() = model.takeBack()
    override fun addAnother() = app.signIn()
}

internal fun linkActions(app: AppModel, model: LinkModel, openPage: (String) -> Unit) = object : LinkActions {
    override fun back() {
        app.back()
    }
    override fun choose(account: AccountItem) = model.choose(account)
    override fun accept() = model.accept()
    override fun signIn() = app.signInFirst(model.link)
    override fun signUp() {
        model.link.invitation?.let(app::signUp)
    }
    override fun openPage(url: String) = openPage(url)
    override fun showCode() = app.showCode()
}

internal fun phoneBookActions(app: AppModel, model: PhoneBookModel, device: Device) = object : PhoneBookActions {
    override fun back() {
        app.back()
    }
    override fun allow() {
        device.phoneBook?.ask()
    }
    override fun openSettings() {
        device.phoneBook?.openSettings()
    }
    override fun choose(account: AccountItem) = model.choose(account)
    override fun add(found: Found) = model.add(found)
}

internal fun newChatActions(app: AppModel, model: NewChatModel, device: Device) = object : NewChatActions {
    override fun phoneBook() {
        device.phoneBook?.let(app::openPhoneBook)
    }
    override fun back() {
        app.back()
    }
    override fun start() = model.start()
    override fun noteToSelf() = model.noteToSelf()
    override fun scan() = app.scan()
    override fun showCode() = app.showCode()
    override fun pick(person: PersonItem) = model.pick(person)
    override fun choose(account: AccountItem) = model.choose(account)
    override fun edited() = model.edited()
}

internal fun passwordActions(app: AppModel, model: PasswordModel) = object : PasswordActions {
    override fun back() {
        app.back()
    }
    override fun submit() = model.submit()
    override fun edited() = model.edited()
}

internal fun certificateActions(app: AppModel, model: CertificateModel) = object : CertificateActions {
    override fun back() {
        app.back()
    }
    override fun trust(sha256: String) = model.trust(sha256)
    override fun forget() = model.forget()
}

internal fun accountsActions(app: AppModel, model: AccountsModel) = object : AccountsActions {
    override fun back() {
        app.back()
    }
    override fun open(account: AccountItem) = app.openAccount(account.id)
    override fun move(account: AccountItem, to: Int) = model.move(account, to)
    override fun add() = app.signIn()
}

internal fun serverActions(app: AppModel, open: (String) -> Unit, copy: (String) -> Unit) = object : ServerActions {
    override fun back() {
        app.back()
    }
    override fun open(uri: String) = open(uri)
    override fun copy(report: String) = copy(report)
}

internal fun devicesActions(app: AppModel, model: DevicesModel, device: Device) = object : DevicesActions {
    override fun back() {
        app.back()
    }
    override fun set(name: String, priority: Int) = model.set(name, priority)
    override fun revoke(client: ClientAccess) = model.revoke(client)
    override fun newPassword() = model.newPassword()
    override fun copy(text: String) = device.copySecret(text)
    override fun signOutEverywhere(password: String) {
        model.signOutEverywhere(password)
        // How it goes is told on the account's screen.
        app.back()
    }
}

internal fun accountActions(app: AppModel, model: AccountModel, device: Device) = object : AccountActions {
    override fun back() {
        app.back()
    }
    override fun setEnabled(on: Boolean) = model.setEnabled(on)
    override fun edit(name: String, colour: AccountColour) = model.edit(name, colour)
    override fun setArchiving(on: Boolean) = model.setArchiving(on)
    override suspend fun setServer(server: ServerAddress?) = model.setServer(server)
    override fun setProxy(proxy: ProxyAddress?) = model.setProxy(proxy)
    override fun setBackground(on: Boolean) {
        device.background?.set(on)
    }
    override fun openNotificationSettings() {
        device.notifications?.openSettings()
    }
    override fun mend(account: AccountItem) = app.mend(account)
    override fun openCertificate(account: AccountItem) = app.openCertificate(account.id)
    override fun openPrivacy(account: AccountItem) = app.openPrivacy(account.id)
    override fun openBlocks(account: AccountItem) = app.openBlocks(account.id)
    override fun openDevices(account: AccountItem) = app.openDevices(account.id)
    override fun openServer(account: AccountItem) = app.openServer(account.id, device.locale.tag)
    override fun openProfile(account: AccountItem) = app.openProfile(account.id)
    override fun openPresence(account: AccountItem) = app.openPresence(account.id)
    override fun signOut() = model.signOut()
    override fun delete() = model.delete()
    override fun newPassword() = model.newPassword()
    override fun changePassword(password: String) = model.changePassword(password)
    override fun copy(text: String) = device.copySecret(text)
    override fun addAnother() = app.signIn()
    override fun handOver(account: AccountItem) = app.handOver(account)
    override fun openSafety() = app.openSafety()
    override fun openBackup() = app.openBackup()
    override fun openPortable(account: AccountItem) = app.openPortable(account.id)
    override fun openMoved(account: AccountItem) = app.openMoved(account.id)
}

internal fun privacyActions(app: AppModel, model: AccountModel) = object : PrivacyActions {
    override fun back() {
        app.back()
    }
    override fun setPrivacy(setting: PrivacySetting, on: Boolean) = model.setPrivacy(setting, on)
    override fun setCallers(callers: Callers) = model.setCallers(callers)
    override fun setAdders(adders: Adders) = model.setAdders(adders)
}

internal fun safetyActions(app: AppModel) = object : SafetyActions {
    override fun back() {
        app.back()
    }
    override fun setPin(current: String?, pin: String?, done: (PinOutcome) -> Unit) =
        app.lock.setPin(current, pin, done)
    override fun setLockOptions(biometrics: Boolean, patience: Long) = app.lock.setLockOptions(biometrics, patience)
    override fun lockNow() = app.lock.lockNow()
    override fun setNotificationContent(content: NotificationContent) = app.lock.setNotificationContent(content)
    override fun hideScreen(hides: Boolean) = app.lock.hideScreen(hides)
}

internal fun lockActions(model: LockModel, biometrics: Biometrics?, title: String) = object : LockActions {
    override fun edited() = model.edited()
    override fun unlock() = model.unlock()
    override fun unlockByDevice() {
        biometrics?.let { model.unlockByDevice(it, title) }
    }
}
