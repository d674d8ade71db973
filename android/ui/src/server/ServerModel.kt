package org.linnet.ui.server

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.CommandException
import org.linnet.core.Outage
import org.linnet.core.OutageFileException
import org.linnet.core.ServerDetailsItem
import org.linnet.core.SubscriptionException
import org.linnet.ui.Core
import org.linnet.ui.signup.downloadProviders

data class ServerState(
    /** Null until the core has told. */
    val details: ServerDetailsItem? = null,
    /** What is announced. */
    val outage: Outage? = null,
    /** The server could not be asked now: what is shown is what it said last. */
    val offline: Boolean = false,
)

class ServerModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    /** A BCP 47 tag, for announcements. */
    private val language: String,
    private val report: (CommandException) -> Unit,
    /** The text at this https address, or null. */
    private val download: suspend (String) -> String? = ::downloadProviders,
    private val broken: () -> Unit,
) {
    private val shown = MutableStateFlow(ServerState())
    val state: StateFlow<ServerState> = shown.asStateFlow()

    init {
        scope.launch {
            core.serverDetails(account).catch { if (it is SubscriptionException) broken() else throw it }
                .collect { all -> shown.update { it.copy(details = all.firstOrNull()) } }
        }
        scope.launch { ask() }
        scope.launch {
            shown.mapNotNull { it.details }.map { it.outageFile }.distinctUntilChanged().collect(::look)
        }
    }

    private suspend fun ask() {
        try {
            core.askServer(account)
        } catch (_: CommandException.Offline) {
            shown.update { it.copy(offline = true) }
        } catch (trouble: CommandException) {
            report(trouble)
        }
    }

    /** An announcement is worth a look, and nothing is said if there is none or it can't be read. */
    private suspend fun look(file: String?) {
        val text = file?.let { download(it) }
        val outage = try {
            text?.let { core.readOutage(it, language) }
        } catch (_: OutageFileException) {
            null
        }
        shown.update { it.copy(outage = outage) }
    }
}
