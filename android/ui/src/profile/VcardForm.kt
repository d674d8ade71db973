package org.linnet.ui.profile

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.linnet.core.VcardFields
import org.linnet.ui.account.Heading
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.words.strings

private const val LINES = 6

/** What the user tells of themselves; [vcard] is what others read now. */
@Composable
internal fun VcardForm(draft: VcardDraft, vcard: VcardFields, onSave: () -> Unit) {
    val words = KeyboardOptions(capitalization = KeyboardCapitalization.Words)
    val sentences = KeyboardOptions(capitalization = KeyboardCapitalization.Sentences)
    val mail = KeyboardOptions(keyboardType = KeyboardType.Email)
    val page = KeyboardOptions(keyboardType = KeyboardType.Uri)
    Column(Modifier.padding(horizontal = 24.dp), verticalArrangement = Arrangement.spacedBy(8.dp)) {
        Heading(strings.profileVcard, Modifier.padding(top = 8.dp))
        Text(
            strings.profileVcardText,
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
        LinnetField(draft.fullName, strings.vcardFullName, Modifier.testTag("full-name"), keyboard = words)
        LinnetField(draft.about, strings.vcardAbout, Modifier.testTag("about"), lines = LINES, keyboard = sentences)
        LinnetField(draft.organisation, strings.vcardOrganisation, Modifier.testTag("organisation"), keyboard = words)
        LinnetField(draft.role, strings.vcardRole, Modifier.testTag("role"), keyboard = sentences)
        LinnetField(draft.email, strings.vcardEmail, Modifier.testTag("email"), keyboard = mail)
        LinnetField(draft.website, strings.vcardWebsite, Modifier.testTag("website"), keyboard = page)
        TextButton(
            onSave,
            Modifier.align(Alignment.End).heightIn(min = 48.dp).testTag("save-vcard"),
            enabled = draft.fields() != vcard,
        ) { Text(strings.contactSave) }
    }
}
