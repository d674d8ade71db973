package org.linnet.ui.contact

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.unit.dp
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.ui.chat.Both
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.EmptyPlace
import org.linnet.ui.theme.LinnetBird
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

/** What the box of requests can ask for. */
interface RequestsActions {
    fun back()
    fun answer(request: RequestItem, accept: Boolean)

    /** [address] is the stranger's, or that of the whole server. */
    fun block(request: RequestItem, address: String, report: Report?)
}

/** Strangers who ask or have written. Nothing of theirs is shown before the user wants to see it. */
@Composable
fun RequestsScreen(requests: List<RequestItem>, actions: RequestsActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.requestsTitle, onBack = actions::back)
            LazyColumn(
                Modifier.fillMaxSize().testTag("requests"),
                contentPadding = PaddingValues(top = 4.dp, bottom = 24.dp),
            ) {
                items(requests, { it.key }) { RequestCard(it, actions, Modifier.animateItem()) }
                if (requests.isEmpty()) {
                    item("empty") {
                        EmptyPlace(
                            strings.requestsEmptyTitle,
                            strings.requestsEmptyText,
                            Modifier.fillParentMaxWidth().padding(top = 48.dp),
                        ) { LinnetBird(Modifier.size(112.dp)) }
                    }
                }
            }
        }
    }
}

@Composable
private fun RequestCard(request: RequestItem, actions: RequestsActions, modifier: Modifier) {
    var shown by rememberSaveable(request.key) { mutableStateOf(false) }
    var blocking by rememberSaveable(request.key) { mutableStateOf(false) }
    Surface(
        modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 6.dp).testTag("request/${request.address}"),
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surfaceContainer,
    ) {
        Column(Modifier.padding(start = 18.dp, end = 14.dp, top = 16.dp, bottom = 8.dp)) {
            Row {
                val moved = request.moved
                Avatar(request.address, moved?.title ?: request.address, size = 44.dp)
                Spacer(Modifier.width(14.dp))
                Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(2.dp)) {
                    if (moved != null) {
                        Text(strings.requestMoved(moved.title), style = MaterialTheme.typography.titleMedium)
                        Both(moved.address, request.address)
                        Text(
                            strings.requestMovedProof,
                            style = MaterialTheme.typography.bodyMedium,
                            color = MaterialTheme.colorScheme.onSurfaceVariant,
                        )
                    } else {
                        Text(request.address, style = MaterialTheme.typography.titleMedium)
                    }
                    for (line in what(request)) {
                        Text(
                            line,
                            style = MaterialTheme.typography.bodyMedium,
                            color = MaterialTheme.colorScheme.onSurfaceVariant,
                        )
                    }
                    val preview = request.preview
                    if (preview != null && shown) {
                        Text(
                            preview,
                            Modifier.padding(top = 6.dp).testTag("preview"),
                            style = MaterialTheme.typography.bodyLarge,
                        )
                    } else if (preview != null) {
                        // Its letters stand below those above.
                        TextButton({ shown = true }, Modifier.offset(x = (-12).dp).heightIn(min = 48.dp)) {
                            Text(strings.requestShow)
                        }
                    }
                }
            }
            FlowRow(
                Modifier.fillMaxWidth().padding(top = 6.dp),
                horizontalArrangement = Arrangement.spacedBy(4.dp, Alignment.End),
                itemVerticalAlignment = Alignment.CenterVertically,
            ) {
                Choice(strings.requestBlock) { blocking = true }
                val no = if (request.moved != null) strings.requestStay else strings.requestDecline
                Choice(no) { actions.answer(request, false) }
                Button(
                    { actions.answer(request, true) },
                    Modifier.heightIn(min = 48.dp),
                    shape = MaterialTheme.shapes.medium,
                ) { Text(if (request.moved != null) strings.requestFollow else strings.requestAccept) }
            }
        }
    }
    if (blocking) {
        BlockDialog(
            request.address,
            reportable = request.reportable,
            onBlock = { address, report -> actions.block(request, address, report) },
            onCancel = { blocking = false },
        )
    }
}

@Composable
private fun Choice(text: String, onClick: () -> Unit) =
    TextButton(onClick, Modifier.heightIn(min = 48.dp)) { Text(text) }

@Composable
private fun what(request: RequestItem): List<String> {
    val count = request.messages.toInt()
    return listOfNotNull(
        strings.requestAsks.takeIf { request.asks && request.moved == null },
        if (count > 0) strings.requestWrote(count, count) else null,
    )
}
