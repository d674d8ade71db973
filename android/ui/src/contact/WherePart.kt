package org.linnet.ui.contact

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.rotate
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.delay
import org.linnet.core.ContactItem
import org.linnet.core.DetailsState
import org.linnet.core.DeviceClock
import org.linnet.core.DeviceDetails
import org.linnet.core.DeviceItem
import org.linnet.core.DeviceKind
import org.linnet.ui.account.Heading
import org.linnet.ui.theme.Icons
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.Strings
import org.linnet.ui.words.availability
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings

/** On which devices somebody is, and what those are: asked only once the user taps on one, for they learn of it. */
@Composable
internal fun WherePart(contact: ContactItem, onAsk: (device: String) -> Unit, shown: Set<String> = emptySet()) {
    Heading(strings.contactWhere, Modifier.padding(start = 24.dp, end = 24.dp, top = 16.dp))
    if (contact.devices.isEmpty()) {
        Column(Modifier.padding(horizontal = 24.dp, vertical = 6.dp)) {
            Text(strings.contactOffline, style = MaterialTheme.typography.bodyLarge)
            contact.lastSeen?.let { Quiet(strings.contactLastSeen(dates.moment(it))) }
        }
    }
    for (device in contact.devices) {
        val tag = "device/${device.name}"
        key(device.name) {
            if (!contact.devicesAskable) {
                Device(device, Modifier.fillMaxWidth().padding(horizontal = 24.dp, vertical = 6.dp).testTag(tag))
            } else {
                var open by rememberSaveable { mutableStateOf(device.name in shown) }
                val state = if (open) strings.contactDeviceOpen else strings.contactDeviceClosed
                val change = if (open) strings.contactDeviceHide else strings.contactDeviceShow
                Row(
                    Modifier.fillMaxWidth().semantics { stateDescription = state }
                        .clickable(onClickLabel = change, role = Role.Button) {
                            open = !open
                            if (open) onAsk(device.name)
                        }
                        .heightIn(min = 48.dp).padding(horizontal = 24.dp, vertical = 6.dp).testTag(tag),
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    Device(device, Modifier.weight(1f))
                    Icon(
                        Icons.Expand,
                        contentDescription = null,
                        Modifier.size(24.dp).rotate(if (open) 180f else 0f),
                        tint = MaterialTheme.colorScheme.onSurfaceVariant,
                    )
                }
                if (open) Details(device.details, Modifier.testTag("details/${device.name}"))
            }
        }
    }
    if (contact.devicesAskable && contact.devices.isNotEmpty()) {
        Quiet(strings.contactDeviceHint, Modifier.padding(horizontal = 24.dp, vertical = 6.dp))
    }
}

@Composable
private fun Device(device: DeviceItem, modifier: Modifier) {
    Column(modifier) {
        Text(strings.availability(device.availability), style = MaterialTheme.typography.bodyLarge)
        device.status?.let { Text(it, style = MaterialTheme.typography.bodyMedium) }
        val idle = device.idleSince?.let { strings.contactIdle(dates.moment(it)) }
        Quiet(listOfNotNull(device.name, idle).joinToString(" · "))
    }
}

/** [details] are not there yet while the question is still on its way to the core. */
@Composable
private fun Details(details: DeviceDetails?, modifier: Modifier) {
    Column(
        modifier.fillMaxWidth().padding(start = 40.dp, end = 24.dp, bottom = 6.dp)
            .semantics { liveRegion = LiveRegionMode.Polite },
    ) {
        details?.kind?.let { Fact(strings.contactDeviceKind, strings.kind(it)) }
        details?.program?.let {
            Fact(strings.contactDeviceProgram, listOfNotNull(it, details.version).joinToString(" "))
        }
        details?.system?.let { Fact(strings.contactDeviceSystem, it) }
        details?.clock?.let { Fact(strings.contactDeviceTime, timeThere(it)) }
        when (details?.state) {
            null, DetailsState.ASKING -> Quiet(strings.contactDeviceAsking)
            DetailsState.REFUSED -> Quiet(strings.contactDeviceRefused)
            DetailsState.SILENT -> Quiet(strings.contactDeviceSilent)
            DetailsState.TOLD -> Unit
        }
    }
}

/** Goes on counting as long as somebody looks. */
@Composable
private fun timeThere(there: DeviceClock): String {
    val clock = LocalClock.current
    var now by remember(clock) { mutableLongStateOf(clock.millis()) }
    LaunchedEffect(clock, there) {
        while (true) {
            now = clock.millis()
            // To the next minute there; a device that slept is a minute behind at most.
            delay((MINUTE - Math.floorMod(now + there.ahead, MINUTE)).coerceIn(1, MINUTE))
        }
    }
    return dates.timeThere(now + there.ahead, there.utcOffset)
}

private const val MINUTE = 60_000L

@Composable
private fun Fact(title: String, text: String) =
    Column(Modifier.padding(vertical = 4.dp).semantics(mergeDescendants = true) {}) {
        Text(title, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        Text(text, style = MaterialTheme.typography.bodyMedium)
    }

private fun Strings.kind(kind: DeviceKind): String = when (kind) {
    DeviceKind.BOT -> contactDeviceKindBot
    DeviceKind.PHONE -> contactDeviceKindPhone
    DeviceKind.TABLET -> contactDeviceKindTablet
    DeviceKind.COMPUTER -> contactDeviceKindComputer
    DeviceKind.WEB -> contactDeviceKindWeb
    DeviceKind.TERMINAL -> contactDeviceKindTerminal
    DeviceKind.GATEWAY -> contactDeviceKindGateway
}
