package org.linnet.ui.contact

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.StateFlow
import org.linnet.core.CommandException
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.ui.Core
import org.linnet.ui.Once

class RequestsModel(
    private val core: Core,
    scope: CoroutineScope,
    val requests: StateFlow<List<RequestItem>?>,
    private val report: (CommandException) -> Unit,
) {
    private val once = Once(scope)

    fun answer(request: RequestItem, accept: Boolean) = command(request.key) {
        core.answerRequest(request.account, request.address, accept)
    }

    fun block(request: RequestItem, address: String, reason: Report?) = command(request.key) {
        core.block(request.account, address, reason)
    }

    /** An answer counts once. */
    private fun command(request: Any, run: suspend () -> Unit) = once(request) {
        try {
            run()
        } catch (trouble: CommandException) {
            report(trouble)
        }
    }
}
