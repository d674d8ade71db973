package org.linnet.ui.certificate

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
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
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.Checkbox
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.CertificateItem
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.certificateProblem
import org.linnet.ui.words.dates
import org.linnet.ui.words.domain
import org.linnet.ui.words.strings

/** What the certificate screen can ask for. */
interface CertificateActions {
    fun back()
    fun trust(sha256: String)
    fun forget()
}

/** Shows what a server says of itself, so that a person can judge. Trusting it is a second step, never the easy one. */
@Composable
fun CertificateScreen(account: AccountItem?, actions: CertificateActions, modifier: Modifier = Modifier) {
    // What the user reads stays what is trusted: a certificate that comes meanwhile needs a look of its own.
    var asking by remember(account?.certificate?.sha256) { mutableStateOf(false) }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.certificateTitle, onBack = actions::back)
            val certificate = account?.certificate ?: return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState())
                    .padding(start = 24.dp, end = 24.dp, top = 8.dp, bottom = 24.dp),
                verticalArrangement = Arrangement.spacedBy(18.dp),
            ) {
                Judgement(certificate, account.domain)
                Fingerprints(certificate)
                Facts(certificate)
                Decision(certificate, actions) { asking = true }
            }
        }
    }
    val certificate = account?.certificate
    if (asking && certificate != null) {
        TrustQuestion(onTrust = { actions.trust(certificate.sha256) }, onCancel = { asking = false })
    }
}

/** Whether the connection stands or falls with what is shown. */
private enum class Standing { UNKNOWN, PINNED, CHANGED, MOVED }

private val CertificateItem.standing: Standing
    get() = when {
        changed && problem == null -> Standing.MOVED
        changed -> Standing.CHANGED
        pinnedSha256 == sha256 -> Standing.PINNED
        else -> Standing.UNKNOWN
    }

@Composable
private fun Judgement(certificate: CertificateItem, server: String) {
    val colors = MaterialTheme.colorScheme
    val calm = LinnetTheme.colors
    when (certificate.standing) {
        Standing.UNKNOWN -> Notice(
            Icons.Alert, strings.certificateWarningTitle(server), strings.certificateWarning,
            colors.errorContainer, colors.onErrorContainer,
        )
        Standing.CHANGED -> Notice(
            Icons.Alert, strings.certificateChangedTitle, strings.certificateChanged(server),
            colors.error, colors.onError,
        )
        Standing.MOVED -> Notice(
            Icons.Info, strings.certificateMovedTitle, strings.certificateMoved, calm.banner, calm.onBanner,
        )
        Standing.PINNED -> Notice(
            Icons.Shield, strings.certificatePinnedTitle, strings.certificatePinned(server),
            calm.banner, calm.onBanner,
        )
    }
}

@Composable
private fun Notice(icon: ImageVector, title: String, text: String, ground: Color, ink: Color) {
    Surface(
        Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite }.testTag("judgement"),
        shape = MaterialTheme.shapes.large,
        color = ground,
        contentColor = ink,
    ) {
        Row(Modifier.padding(16.dp)) {
            Icon(icon, null, Modifier.size(24.dp))
            Spacer(Modifier.width(14.dp))
            Column {
                Text(title, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleMedium)
                Spacer(Modifier.size(4.dp))
                Text(text, style = MaterialTheme.typography.bodyMedium)
            }
        }
    }
}

@Composable
private fun Fingerprints(certificate: CertificateItem) {
    val pinned = certificate.pinnedSha256
    if (certificate.changed && pinned != null) {
        Fingerprint(strings.certificateFingerprintOld, pinned)
        Fingerprint(strings.certificateFingerprintNew, certificate.sha256)
    } else {
        Fingerprint(strings.certificateFingerprint, certificate.sha256)
    }
}

/** In groups of four, so that it can be compared aloud. */
@Composable
private fun Fingerprint(title: String, sha256: String) = Fact(title) {
    Text(
        grouped(sha256),
        Modifier.testTag("fingerprint"),
        style = MaterialTheme.typography.bodyLarge.copy(
            fontFamily = FontFamily.Monospace,
            textDirection = TextDirection.Ltr,
        ),
    )
}

internal fun grouped(sha256: String): String =
    sha256.uppercase().chunked(4).chunked(4).joinToString("\n") { it.joinToString(" ") }

@Composable
private fun Facts(certificate: CertificateItem) {
    certificate.problem?.let { Fact(strings.certificateProblem, strings.certificateProblem(it)) }
    if (certificate.names.isNotEmpty()) Fact(strings.certificateNames, certificate.names.joinToString("\n"))
    Fact(
        strings.certificateValid,
        strings.certificateValidBetween(dates.moment(certificate.notBefore), dates.moment(certificate.notAfter)),
    )
    Fact(strings.certificateSubject, certificate.subject)
    Fact(strings.certificateIssuer, certificate.issuer)
}

@Composable
private fun Fact(title: String, text: String) = Fact(title) {
    Text(text, style = MaterialTheme.typography.bodyLarge)
}

@Composable
private fun Fact(title: String, content: @Composable () -> Unit) {
    Column(Modifier.semantics(mergeDescendants = true) {}) {
        Text(title, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        Spacer(Modifier.size(2.dp))
        content()
    }
}

@Composable
private fun Decision(certificate: CertificateItem, actions: CertificateActions, onTrust: () -> Unit) {
    when (certificate.standing) {
        Standing.MOVED -> Button(
            actions::forget,
            Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("use-public"),
            shape = MaterialTheme.shapes.medium,
        ) { Text(strings.certificateUsePublic) }
        Standing.PINNED -> TextButton(actions::forget, Modifier.heightIn(min = 48.dp).testTag("forget")) {
            Text(strings.certificateForget, color = MaterialTheme.colorScheme.error)
        }
        Standing.UNKNOWN, Standing.CHANGED ->
            TextButton(onTrust, Modifier.heightIn(min = 48.dp).testTag("trust")) {
                Text(strings.certificateTrust, color = MaterialTheme.colorScheme.error)
            }
    }
}

/** Can't be tapped away: only who says that the fingerprint was compared may go on. */
@Composable
private fun TrustQuestion(onTrust: () -> Unit, onCancel: () -> Unit) {
    var compared by remember { mutableStateOf(false) }
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(strings.certificateTrustQuestion, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column {
                Text(strings.certificateTrustText, style = MaterialTheme.typography.bodyLarge)
                Row(
                    Modifier.fillMaxWidth().padding(top = 12.dp)
                        .toggleable(compared, role = Role.Checkbox, onValueChange = { compared = it })
                        .heightIn(min = 48.dp).testTag("compared"),
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    Checkbox(compared, onCheckedChange = null)
                    Spacer(Modifier.width(12.dp))
                    Text(strings.certificateTrustCompared, style = MaterialTheme.typography.bodyMedium)
                }
            }
        },
        confirmButton = {
            TextButton(
                {
                    onCancel()
                    onTrust()
                },
                Modifier.testTag("trust-confirm"),
                enabled = compared,
            ) { Text(strings.certificateTrustConfirm) }
        },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}
