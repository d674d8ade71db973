package org.linnet.ui.portable

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.linnet.core.AccountFileItem
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.ui.Core
import org.linnet.ui.backup.Files

data class PortableState(
    val account: AccountItem? = null,
    val saving: Boolean = false,
    /** Whether the last file could be written. */
    val saved: Boolean? = null,
    /** The server did not tell everything that belongs into it. */
    val incomplete: Boolean = false,
    val saveTrouble: CommandException? = null,
    /** What is in the chosen file, user by user. */
    val users: List<AccountFileItem>? = null,
    /** Which of them it is about. */
    val user: Int = 0,
    val tooLarge: Boolean = false,
    val reading: Boolean = false,
    val importTrouble: CommandException? = null,
)

/** Takes an account's people and profile along: into a file that other servers read, and out of one. */
class PortableModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
) {
    private val mutable = MutableStateFlow(PortableState())
    private var file: ByteArray? = null
    val state = combine(mutable, accounts) { state, all -> state.copy(account = all?.find { it.id == account }) }
        .stateIn(scope, SharingStarted.Eagerly, PortableState(accounts.value?.find { it.id == account }))

    fun save(files: Files) {
        val name = state.value.account?.address ?: return
        if (state.value.saving) return
        mutable.update { it.copy(saving = true, saved = null, incomplete = false, saveTrouble = null) }
        scope.launch {
            try {
                // One that is under way since the screen was open last is waited for.
                if (state.value.account?.export == null) core.collectExport(account)
                val collected = state.mapNotNull { it.account?.export }.first { it.done == it.total }
                val bytes = core.readExport(account)
                files.save("$name.xml", bytes) { written ->
                    mutable.update { it.copy(saved = written, incomplete = collected.missing > 0u) }
                }
            } catch (trouble: CommandException) {
                mutable.update { it.copy(saveTrouble = trouble) }
            } finally {
                mutable.update { it.copy(saving = false) }
            }
        }
    }

    fun choose(files: Files) = files.open { bytes ->
        file = bytes
        mutable.update {
            it.copy(users = null, user = 0, tooLarge = bytes == null, reading = bytes != null, importTrouble = null)
        }
        if (bytes != null) {
            scope.launch {
                try {
                    val users = core.readAccountFile(bytes)
                    mutable.update { it.copy(users = users) }
                } catch (trouble: CommandException) {
                    mutable.update { it.copy(importTrouble = trouble) }
                } finally {
                    mutable.update { it.copy(reading = false) }
                }
            }
        }
    }

    fun pick(user: Int) = mutable.update { it.copy(user = user) }

    fun bringIn() {
        val bytes = file ?: return
        if (state.value.reading) return
        mutable.update { it.copy(reading = true, importTrouble = null) }
        scope.launch {
            try {
                core.importAccountFile(account, bytes, state.value.user)
                file = null
                mutable.update { it.copy(users = null) }
            } catch (trouble: CommandException) {
                mutable.update { it.copy(importTrouble = trouble) }
            } finally {
                mutable.update { it.copy(reading = false) }
            }
        }
    }

    /** No more of it is done, or seen. */
    fun end() {
        scope.launch {
            try {
                core.endImport(account)
            } catch (trouble: CommandException) {
                mutable.update { it.copy(importTrouble = trouble) }
            }
        }
    }
}
