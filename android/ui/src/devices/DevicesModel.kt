package org.linnet.ui.devices

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.launch
import org.linnet.core.ClientAccess
import org.linnet.core.CommandException
import org.linnet.core.OwnDevicesItem
import org.linnet.core.SubscriptionException
import org.linnet.ui.Core

class DevicesModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    /** Outlives the screen, which goes once everybody else is to be signed out. */
    private val lasting: CoroutineScope,
    private val report: (CommandException) -> Unit,
    private val broken: () -> Unit,
) {
    private val shown = MutableStateFlow<OwnDevicesItem?>(null)

    /** Null until the core has told. */
    val state: StateFlow<OwnDevicesItem?> = shown.asStateFlow()

    init {
        scope.launch {
            core.ownDevices(account).catch { if (it is SubscriptionException) broken() else throw it }
                .collect { shown.value = it.firstOrNull() }
        }
        scope.launch {
            try {
                core.askDevices(account)
            } catch (_: CommandException.Offline) {
                // What is known is shown.
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }

    fun set(name: String, priority: Int) = command { core.setDevice(account, name, priority) }
    fun revoke(client: ClientAccess) = command { core.revokeClient(account, client.id) }
    fun newPassword() = core.newPassword()
    fun signOutEverywhere(password: String) = command(lasting) { core.signOutEverywhere(account, password) }

    private fun command(within: CoroutineScope = scope, run: suspend () -> Unit) {
        within.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}
