package org.linnet.ui.account

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.ui.Core

class AccountsModel(
    private val core: Core,
    private val scope: CoroutineScope,
    val accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
) {
    fun move(account: AccountItem, to: Int) {
        scope.launch {
            try {
                core.moveAccount(account.id, to)
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}
