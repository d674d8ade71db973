package org.linnet.ui.account

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.dropWhile
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import org.linnet.core.AccountColour
import org.linnet.core.AccountItem
import org.linnet.core.Adders
import org.linnet.core.Callers
import org.linnet.core.CommandException
import org.linnet.core.PrivacySetting
import org.linnet.core.ProxyAddress
import org.linnet.core.ServerAddress
import org.linnet.ui.Core

class AccountModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
    private val removed: () -> Unit,
) {
    val state = accounts.map { all -> all?.firstOrNull { it.id == account } }
        .stateIn(scope, SharingStarted.Eagerly, accounts.value?.firstOrNull { it.id == account })

    fun edit(name: String, colour: AccountColour) = command { core.editAccount(account, name, colour) }
    fun setEnabled(on: Boolean) = command { core.setAccountEnabled(account, on) }
    fun setArchiving(on: Boolean) = command { core.setArchiving(account, on) }
    fun setPrivacy(setting: PrivacySetting, on: Boolean) = command { core.setPrivacy(account, setting, on) }
    fun setCallers(callers: Callers) = command { core.setCallers(account, callers) }
    fun setAdders(adders: Adders) = command { core.setAdders(account, adders) }
    fun setProxy(proxy: ProxyAddress?) = command { core.setProxy(account, proxy) }

    /** Whether a server can be there; any other trouble is told where it always is. */
    suspend fun setServer(server: ServerAddress?): Boolean {
        try {
            core.setServer(account, server)
        } catch (_: CommandException.AddressInvalid) {
            return false
        } catch (trouble: CommandException) {
            report(trouble)
        }
        return true
    }

    fun signOut() = command { core.signOut(account) }
    fun delete() = command { core.deleteAccount(account) }
    fun newPassword() = core.newPassword()
    fun changePassword(password: String) = command { core.changePassword(account, password) }

    init {
        // It goes by itself once the server has had its say.
        scope.launch {
            accounts.filterNotNull().map { all -> all.any { it.id == account } }.dropWhile { !it }.first { !it }
            removed()
        }
    }

    private fun command(run: suspend () -> Unit) {
        scope.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}
