package org.linnet.ui.backup

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.AppItem
import org.linnet.core.CommandException
import org.linnet.core.Owner
import org.linnet.core.Restored
import org.linnet.ui.Core
import org.linnet.ui.safety.Biometrics

/** Files that the user chooses a place for. */
interface Files {
    /** [done] is told whether it was written; not called if no place is chosen. */
    fun save(name: String, bytes: ByteArray, done: (Boolean) -> Unit)

    /** Null if it is too large or can't be read. Not called if none is chosen. */
    fun open(picked: (ByteArray?) -> Unit)
}

data class BackupState(
    /** There is something to save. */
    val saves: Boolean = true,
    /** The file signs in by itself. */
    val credentials: Boolean = false,
    /** There is an app lock, whose PIN is asked for. */
    val lock: Boolean = false,
    val working: Boolean = false,
    /** Whether the last file could be written. */
    val saved: Boolean? = null,
    /** The device did not make sure of its owner. */
    val refused: Boolean = false,
    val saveTrouble: CommandException? = null,
    /** A file was chosen, and waits for its passphrase. */
    val chosen: Boolean = false,
    val tooLarge: Boolean = false,
    val restoreTrouble: CommandException? = null,
    val restored: Restored? = null,
)

/** Saves what this device knows besides messages into a file, and restores it. */
class BackupModel(
    private val core: Core,
    private val scope: CoroutineScope,
    settings: StateFlow<AppItem?>,
    saves: Boolean,
) {
    private val mutable = MutableStateFlow(BackupState(saves))
    val state = combine(mutable, settings) { state, app -> state.copy(lock = app?.lock != null) }
        .stateIn(scope, SharingStarted.Eagerly, BackupState(saves))
    val passphrase = TextFieldState(if (saves) core.newPassword() else "")
    val pin = TextFieldState()
    val opening = TextFieldState()
    private var file: ByteArray? = null

    fun setCredentials(on: Boolean) = mutable.update { it.copy(credentials = on, saveTrouble = null, refused = false) }
    fun newPassphrase() = passphrase.setTextAndPlaceCursorAtEnd(core.newPassword())

    fun save(files: Files, biometrics: Biometrics?, title: String) {
        val now = state.value
        if (now.working) return
        mutable.update { it.copy(working = true, saved = null, saveTrouble = null, refused = false) }
        scope.launch {
            try {
                // What signs in leaves only by the word of the phone's owner.
                if (now.credentials && !now.lock && biometrics?.ask(title) == false) {
                    mutable.update { it.copy(refused = true) }
                    return@launch
                }
                val owner = Owner.Pin(pin.text.toString()).takeIf { now.credentials && now.lock }
                val bytes = core.exportBackup(passphrase.text.toString(), now.credentials, owner)
                files.save(NAME, bytes) { written -> mutable.update { it.copy(saved = written) } }
            } catch (trouble: CommandException) {
                mutable.update { it.copy(saveTrouble = trouble) }
            } finally {
                pin.clearText()
                mutable.update { it.copy(working = false) }
            }
        }
    }

    fun choose(files: Files) = files.open { bytes ->
        file = bytes
        opening.clearText()
        mutable.update {
            it.copy(chosen = bytes != null, tooLarge = bytes == null, restoreTrouble = null, restored = null)
        }
    }

    fun restore() {
        val bytes = file ?: return
        if (state.value.working) return
        mutable.update { it.copy(working = true, restoreTrouble = null) }
        scope.launch {
            try {
                val restored = core.importBackup(opening.text.toString(), bytes)
                file = null
                mutable.update { it.copy(chosen = false, restored = restored) }
            } catch (trouble: CommandException) {
                mutable.update { it.copy(restoreTrouble = trouble) }
            } finally {
                opening.clearText()
                mutable.update { it.copy(working = false) }
            }
        }
    }

    private companion object {
        const val NAME = "Linnet.linnetbackup"
    }
}
