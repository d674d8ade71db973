package org.linnet.ui.profile

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.PictureSquare
import org.linnet.core.VcardFields
import org.linnet.ui.account.Toggle
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings
import org.linnet.core.ProfileState as Standing

/** What the profile can ask for. */
interface ProfileActions {
    fun back()
    fun pickPicture()
    fun use(square: PictureSquare)
    fun forget()
    fun remove()
    fun saveNickname()
    fun saveVcard()
    fun setOpen(open: Boolean)

    /** A picture that the core made. */
    fun decode(file: ByteArray): ImageBitmap?
}

/** What others see of an account: its picture, its name and what is about the user, and who may. */
@Composable
fun ProfileScreen(
    state: ProfileState,
    nickname: TextFieldState,
    vcard: VcardDraft,
    actions: ProfileActions,
    modifier: Modifier = Modifier,
) {
    val chosen = state.chosen
    val preview = remember(chosen) { chosen?.let { actions.decode(it.preview) } }
    if (preview != null) return CropScreen(preview, actions::use, actions::forget, modifier)
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.profileTitle, onBack = actions::back)
            val account = state.account ?: return@Column
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp)) {
                Face(account, state.unreadable, actions)
                Column(Modifier.padding(horizontal = 24.dp)) {
                    LinnetField(
                        nickname,
                        strings.profileNickname,
                        Modifier.testTag("nickname"),
                        onKeyboardAction = actions::saveNickname,
                    )
                    Text(
                        strings.profileNicknameText,
                        Modifier.padding(top = 4.dp),
                        style = MaterialTheme.typography.bodyMedium,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                    )
                    TextButton(
                        actions::saveNickname,
                        Modifier.align(Alignment.End).heightIn(min = 48.dp).testTag("save"),
                        enabled = nickname.text.toString().trim() != account.nickname.orEmpty(),
                    ) { Text(strings.contactSave) }
                }
                VcardForm(vcard, account.vcard ?: VcardFields(), actions::saveVcard)
                Toggle(
                    strings.profileEveryone,
                    if (account.profileOpen) strings.profileEveryoneOn else strings.profileEveryoneOff,
                    account.profileOpen,
                    actions::setOpen,
                    Modifier.testTag("everyone"),
                )
                if (account.olderVcardEmpty) {
                    Text(
                        strings.profileOlderEmpty,
                        Modifier.padding(horizontal = 24.dp),
                        style = MaterialTheme.typography.bodyMedium,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                    )
                }
            }
        }
    }
}

@Composable
private fun Face(account: AccountItem, unreadable: Boolean, actions: ProfileActions) {
    Column(
        Modifier.fillMaxWidth().padding(horizontal = 24.dp, vertical = 20.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        val name = account.nickname ?: account.address
        Avatar(account.address, name, size = 128.dp, picture = account.picture)
        Spacer(Modifier.size(14.dp))
        Text(name, style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center)
        Note(account, unreadable)
        Spacer(Modifier.size(12.dp))
        Button(
            actions::pickPicture,
            Modifier.heightIn(min = 48.dp).testTag("pick"),
            shape = MaterialTheme.shapes.medium,
        ) { Text(strings.profileChoose) }
        if (account.picture != null) {
            TextButton(actions::remove, Modifier.heightIn(min = 48.dp).testTag("remove")) {
                Text(strings.profileRemove, color = MaterialTheme.colorScheme.error)
            }
        }
    }
}

/** How it stands; read out as it changes. */
@Composable
private fun Note(account: AccountItem, unreadable: Boolean) {
    val (text, bad) = when {
        unreadable -> strings.errorPictureInvalid to true
        account.profile == Standing.REFUSED -> strings.profileRefused to true
        account.profile == Standing.WAITING -> strings.profileWaiting to false
        else -> return
    }
    Text(
        text,
        Modifier.padding(top = 4.dp).semantics { liveRegion = LiveRegionMode.Polite }.testTag("note"),
        style = MaterialTheme.typography.bodyMedium,
        color = if (bad) MaterialTheme.colorScheme.error else MaterialTheme.colorScheme.onSurfaceVariant,
        textAlign = TextAlign.Center,
    )
}
