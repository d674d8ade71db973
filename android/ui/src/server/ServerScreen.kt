package org.linnet.ui.server

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.CapabilityItem
import org.linnet.core.ContactAddress
import org.linnet.core.ContactKind
import org.linnet.core.LoginDetails
import org.linnet.core.Outage
import org.linnet.core.ServerCapability
import org.linnet.core.ServerDetailsItem
import org.linnet.core.Support
import org.linnet.ui.account.Heading
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.theme.letterHigh
import org.linnet.ui.words.capability
import org.linnet.ui.words.contactKind
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings

/** What the screen about a server can ask for. */
interface ServerActions {
    fun back()
    fun open(uri: String)
    fun copy(report: String)
}

/** What a server can do for its user, how the connection to it is, and whom to turn to. */
@Composable
fun ServerScreen(state: ServerState, actions: ServerActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            val details = state.details
            LinnetTopBar(details?.domain ?: strings.serverTitle, onBack = actions::back)
            if (details == null) return@Column
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp)) {
                state.outage?.let { Announced(it) }
                if (state.offline && details.asked == null) {
                    Text(
                        strings.serverOffline,
                        Modifier.padding(horizontal = 24.dp, vertical = 8.dp),
                        style = MaterialTheme.typography.bodyLarge,
                    )
                }
                Part(strings.serverCan) {
                    for (line in details.capabilities) Capability(line, details)
                }
                details.login?.let { Connection(it, details) }
                if (details.addresses.isNotEmpty() || details.statusPages.isNotEmpty()) People(details, actions::open)
                TextButton(
                    { actions.copy(details.report) },
                    Modifier.padding(horizontal = 12.dp, vertical = 8.dp).heightIn(min = 48.dp).testTag("copy-report"),
                ) { Text(strings.serverCopy) }
            }
        }
    }
}

@Composable
private fun Announced(outage: Outage) {
    Surface(
        Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 8.dp)
            .semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite }.testTag("outage"),
        shape = MaterialTheme.shapes.large,
        color = LinnetTheme.colors.banner,
        contentColor = LinnetTheme.colors.onBanner,
    ) {
        Column(Modifier.padding(16.dp)) {
            val begin = dates.moment(outage.beginning)
            Text(
                if (outage.planned) strings.serverOutagePlanned(begin) else strings.serverOutage(begin),
                style = MaterialTheme.typography.titleMedium,
            )
            outage.expectedEnd?.let { Text(strings.serverOutageEnd(dates.moment(it))) }
            outage.message?.let { Text(it, Modifier.padding(top = 4.dp), style = MaterialTheme.typography.bodyLarge) }
        }
    }
}

@Composable
private fun Part(title: String, content: @Composable ColumnScope.() -> Unit) =
    Column(Modifier.padding(horizontal = 24.dp, vertical = 12.dp)) {
        Heading(title)
        content()
    }

@Composable
private fun Capability(line: CapabilityItem, details: ServerDetailsItem) {
    val (title, text) = strings.capability(line.capability)
    val faint = MaterialTheme.colorScheme.onSurfaceVariant
    Row(
        Modifier.fillMaxWidth().padding(top = 12.dp).semantics(mergeDescendants = true) {}
            .testTag("capability/${line.capability}"),
    ) {
        val size = Modifier.padding(top = 1.dp).size(20.letterHigh)
        when (line.support) {
            Support.YES -> Icon(Icons.Check, strings.serverYes, size, tint = MaterialTheme.colorScheme.primary)
            Support.NO -> Icon(Icons.Close, strings.serverNo, size, tint = MaterialTheme.colorScheme.error)
            Support.UNKNOWN -> Icon(Icons.Info, strings.serverUnknown, size, tint = faint)
        }
        Spacer(Modifier.width(12.dp))
        Column(Modifier.weight(1f)) {
            Text(
                title,
                style = MaterialTheme.typography.bodyLarge,
                color = if (line.support == Support.YES) MaterialTheme.colorScheme.onSurface else faint,
            )
            Text(text, style = MaterialTheme.typography.bodyMedium, color = faint)
            val largest = details.largestFile?.takeIf { line.capability == ServerCapability.FILES }
            val size = largest?.let { strings.serverLargest("${(it / MEGABYTE).coerceAtLeast(1u)}") }
            Text(
                listOfNotNull("XEP-${line.xeps.joinToString(", ")}", size).joinToString(" · "),
                style = MaterialTheme.typography.labelMedium,
                color = faint,
            )
        }
    }
}

@Composable
private fun Connection(login: LoginDetails, details: ServerDetailsItem) = Part(strings.serverConnection) {
    Fact(strings.serverTls, login.tls.replace("TLSv", "TLS "))
    Fact(strings.serverMechanism, login.mechanism)
    Fact(strings.serverBinding, login.binding ?: strings.serverUnbound)
    login.certificate?.let {
        Fact(strings.serverCertificate, it.subject)
        Fact(strings.serverIssuer, it.issuer)
        Fact(strings.serverExpires, dates.moment(it.notAfter))
    }
    details.software?.let { Fact(strings.serverSoftware, listOfNotNull(it.name, it.version).joinToString(" ")) }
}

@Composable
private fun Fact(title: String, text: String) {
    Column(Modifier.fillMaxWidth().padding(top = 10.dp).semantics(mergeDescendants = true) {}) {
        Text(title, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        Text(text, style = MaterialTheme.typography.bodyLarge)
    }
}

@Composable
private fun People(details: ServerDetailsItem, onOpen: (String) -> Unit) = Part(strings.serverPeople) {
    for (address in details.addresses) Address(strings.contactKind(address.kind), address, onOpen)
    for (page in details.statusPages) {
        Address(strings.serverStatus, ContactAddress(ContactKind.STATUS, page, link = true), onOpen)
    }
}

/** What may not be opened is text, whatever it looks like. */
@Composable
private fun Address(title: String, address: ContactAddress, onOpen: (String) -> Unit) {
    if (!address.link) return Fact(title, address.uri)
    Column(Modifier.padding(top = 10.dp)) {
        Text(title, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        TextButton({ onOpen(address.uri) }, Modifier.heightIn(min = 48.dp).testTag("address/${address.uri}")) {
            Text(address.uri.removePrefix("mailto:"), style = MaterialTheme.typography.bodyLarge)
        }
    }
}

private const val MEGABYTE = 1_000_000uL
