package org.linnet.ui.profile

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.PictureException
import org.linnet.core.PictureSquare
import org.linnet.core.VcardFields
import org.linnet.core.picturePreview
import org.linnet.ui.Core

/** A picture from the user's own gallery, of which a part is being chosen. */
class Chosen(
    /** As it was picked. */
    internal val file: ByteArray,
    /** The same, upright and small enough to be shown. */
    val preview: ByteArray,
)

data class ProfileState(val account: AccountItem? = null, val chosen: Chosen? = null, val unreadable: Boolean = false)

class ProfileModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
) {
    val nickname = TextFieldState()
    val vcard = VcardDraft()
    private val chosen = MutableStateFlow<Chosen?>(null)
    private val unreadable = MutableStateFlow(false)
    private val own = accounts.map { all -> all?.firstOrNull { it.id == account } }

    val state = combine(own, chosen, unreadable, ::ProfileState)
        .stateIn(scope, SharingStarted.Eagerly, ProfileState(accounts.value?.firstOrNull { it.id == account }))

    init {
        scope.launch {
            val first = own.filterNotNull().first()
            nickname.setTextAndPlaceCursorAtEnd(first.nickname.orEmpty())
            command { core.askVcard(account, first.address) }
            own.filterNotNull().map { it.vcard ?: VcardFields() }.distinctUntilChanged().collect(vcard::follow)
        }
    }

    /** The user has picked a file; null if it is too large to be looked at. */
    fun picked(file: ByteArray?) {
        unreadable.value = file == null
        if (file == null) return
        scope.launch {
            try {
                chosen.value = Chosen(file, withContext(Dispatchers.Default) { picturePreview(file) })
            } catch (_: PictureException) {
                unreadable.value = true
            }
        }
    }

    fun forget() {
        chosen.value = null
    }

    fun use(square: PictureSquare) {
        val picture = chosen.value ?: return
        chosen.value = null
        command { core.setPicture(account, picture.file, square) }
    }

    fun remove() = command { core.removePicture(account) }
    fun saveNickname() = command { core.setNickname(account, nickname.text.toString()) }
    fun saveVcard() {
        vcard.sent()
        command { core.setVcard(account, vcard.fields()) }
    }

    fun setOpen(open: Boolean) = command { core.setProfileOpen(account, open) }

    private fun command(run: suspend () -> Unit) {
        scope.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}
