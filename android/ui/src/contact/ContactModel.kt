package org.linnet.ui.contact

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import org.linnet.core.CommandException
import org.linnet.core.ContactItem
import org.linnet.core.PrivacySetting
import org.linnet.core.Report
import org.linnet.core.SubscriptionException
import org.linnet.ui.Core

class ContactModel(
    private val core: Core,
    val chat: Long,
    private val scope: CoroutineScope,
    private val report: (CommandException) -> Unit,
    broken: () -> Unit,
) {
    val state = core.contact(chat).map { it.firstOrNull() }
        .catch { if (it is SubscriptionException) broken() else throw it }
        .stateIn(scope, SharingStarted.Eagerly, null)

    init {
        scope.launch {
            val shown = state.filterNotNull().first()
            if (!shown.noteToSelf) command { core.askVcard(it.account, it.address) }
        }
    }

    fun add() = command { core.addContact(it.account, it.address) }
    fun remove() = command { core.removeContact(it.account, it.address) }
    fun setMuted(muted: Boolean) = command { core.setMuted(chat, muted) }
    fun except(setting: PrivacySetting, allowed: Boolean?) = command {
        core.setException(it.account, it.address, setting, allowed)
    }

    fun askDevice(device: String) = command { core.askContactDevice(chat, device) }
    fun block(address: String, reason: Report?) = command { core.block(it.account, address, reason) }
    fun unblock() = command { core.unblock(it.account, it.address) }

    /** [tags] as typed, with commas between them. */
    fun edit(name: String, tags: String) = command {
        core.editContact(it.account, it.address, name, tags.split(',').map(String::trim).filter(String::isNotEmpty))
    }

    private fun command(run: suspend (ContactItem) -> Unit) {
        val contact = state.value ?: return
        scope.launch {
            try {
                run(contact)
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}
