package org.linnet.ui.contact

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import org.linnet.core.CommandException
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.ui.Core

class RequestsModel(
    private val core: Core,
    private val scope: CoroutineScope,
    val requests: StateFlow<List<RequestItem>?>,
    private val report: (CommandException) -> Unit,
) {
    fun answer(request: RequestItem, accept: Boolean) = command {
        core.answerRequest(request.account, request.address, accept)
    }

    fun block(request: RequestItem, address: String, reason: Report?) = command {
        core.block(request.account, address, reason)
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
