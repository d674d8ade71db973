package org.linnet.ui.privacy

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.Adders
import org.linnet.core.Callers
import org.linnet.core.Privacy
import org.linnet.core.PrivacySetting
import org.linnet.ui.account.Heading
import org.linnet.ui.account.Toggle
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.adders
import org.linnet.ui.words.callers
import org.linnet.ui.words.privacy
import org.linnet.ui.words.strings

/** What the screen about an account's privacy can ask for. */
interface PrivacyActions {
    fun back()
    fun setPrivacy(setting: PrivacySetting, on: Boolean)
    fun setCallers(callers: Callers)
    fun setAdders(adders: Adders)
}

/** What others learn without being told, and who may reach the user. */
@Composable
fun PrivacyScreen(account: AccountItem?, actions: PrivacyActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.privacyScreen, onBack = actions::back)
            if (account == null) return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp).testTag("privacy"),
            ) {
                Quiet(account.address)
                Heading(strings.privacyTitle, heading)
                for (setting in told) Switch(setting, account.privacy, actions::setPrivacy)
                Heading(strings.privacyCallers, heading)
                Choice(Callers.entries, account.privacy.callers, actions::setCallers, "callers") { strings.callers(it) }
                Heading(strings.privacyAdders, heading)
                Choice(Adders.entries, account.privacy.adders, actions::setAdders, "adders") { strings.adders(it) }
                Quiet(strings.privacyQuiet)
                Heading(strings.privacyLoading, heading)
                Switch(PrivacySetting.AUTO_LOAD, account.privacy, actions::setPrivacy)
                Quiet(strings.privacyExceptionsHint)
            }
        }
    }
}

private val heading = Modifier.padding(start = 24.dp, end = 24.dp, top = 16.dp)

private val told = listOf(
    PrivacySetting.ONLINE,
    PrivacySetting.LAST_SEEN,
    PrivacySetting.TYPING,
    PrivacySetting.RECEIPTS,
    PrivacySetting.READ_MARKERS,
    PrivacySetting.DEVICE_INFORMATION,
)

/** Whether the account tells it in general. */
internal fun Privacy.tells(setting: PrivacySetting): Boolean = when (setting) {
    PrivacySetting.RECEIPTS -> receipts
    PrivacySetting.READ_MARKERS -> readMarkers
    PrivacySetting.TYPING -> typing
    PrivacySetting.DEVICE_INFORMATION -> deviceInformation
    PrivacySetting.ONLINE -> online
    PrivacySetting.LAST_SEEN -> lastSeen
    PrivacySetting.AUTO_LOAD -> autoLoad
    PrivacySetting.CALLS -> callers != Callers.NOBODY
}

@Composable
private fun Switch(setting: PrivacySetting, privacy: Privacy, onChange: (PrivacySetting, Boolean) -> Unit) {
    val (title, text) = strings.privacy(setting)
    Toggle(title, text, privacy.tells(setting), { onChange(setting, it) }, Modifier.testTag("privacy/$setting"))
}

/** One of a few, each with its words. */
@Composable
internal fun <T> Choice(all: List<T>, chosen: T, onChoose: (T) -> Unit, tag: String, words: @Composable (T) -> String) {
    Column(Modifier.selectableGroup()) {
        for (one in all) {
            Row(
                Modifier.fillMaxWidth().selectable(one == chosen, role = Role.RadioButton) { onChoose(one) }
                    .heightIn(min = 52.dp).padding(horizontal = 24.dp).testTag("$tag/$one"),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                RadioButton(one == chosen, onClick = null)
                Spacer(Modifier.width(16.dp))
                Text(words(one), style = MaterialTheme.typography.bodyLarge)
            }
        }
    }
}

@Composable
private fun Quiet(text: String) = Text(
    text,
    Modifier.padding(horizontal = 24.dp, vertical = 8.dp),
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)
