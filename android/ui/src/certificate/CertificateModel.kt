package org.linnet.ui.certificate

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.ui.Core

/** One account's certificate. [done] is called once the user has decided. */
class CertificateModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
    private val done: () -> Unit,
) {
    val state = accounts.map { all -> all?.firstOrNull { it.id == account } }
        .stateIn(scope, SharingStarted.Eagerly, accounts.value?.firstOrNull { it.id == account })

    /** [sha256] is what was on the screen: the core refuses if the server has shown another one meanwhile. */
    fun trust(sha256: String) = command { core.pinCertificate(account, sha256) }

    fun forget() = command { core.unpinCertificate(account) }

    private fun command(run: suspend () -> Unit) {
        scope.launch {
            try {
                run()
                done()
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}
