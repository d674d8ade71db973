package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.remember
import org.linnet.core.CommandException
import org.linnet.core.Restored
import org.linnet.ui.backup.BackupActions
import org.linnet.ui.backup.BackupScreen
import org.linnet.ui.backup.BackupState

private fun backup(name: String, state: BackupState, passphrase: String = "gabot-lirem-hosad-fekon-pitav") =
    Picture("backup$name") {
        BackupScreen(
            state,
            remember { TextFieldState(passphrase) },
            remember { TextFieldState("2580") },
            remember { TextFieldState("gabot-lirem") },
            NoBackup,
        )
    }

/** One file for another device. */
internal val backupPictures = listOf(
    backup("", BackupState(credentials = true, lock = true, saved = true)),
    backup("-short", BackupState(), "short"),
    backup("-restore", BackupState(saves = false, chosen = true, restoreTrouble = CommandException.PassphraseWrong())),
    backup("-restored", BackupState(restored = Restored(2u, 1u, 48u, 3u))),
)

private object NoBackup : BackupActions {
    override fun back() = Unit
    override fun setCredentials(on: Boolean) = Unit
    override fun newPassphrase() = Unit
    override fun copy(text: String) = Unit
    override fun save() = Unit
    override fun choose() = Unit
    override fun restore() = Unit
}
