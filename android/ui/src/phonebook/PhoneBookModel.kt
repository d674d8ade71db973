package org.linnet.ui.phonebook

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.Link
import org.linnet.core.LinkException
import org.linnet.core.readLink
import org.linnet.ui.Core
import java.net.URLEncoder

/** One entry of the phone book, with whatever it says that may be an address. */
data class PhoneBookEntry(val name: String, val values: List<String>)

/** The phone book of a device; read there, and only there. */
interface PhoneBook {
    /** Null until the user was asked. */
    val allowed: StateFlow<Boolean?>
    fun ask()
    fun openSettings()

    /** Entries that may hold an address; null if it can't be read. */
    suspend fun entries(): List<PhoneBookEntry>?
}

/** Somebody of the phone book who can be reached. */
data class Found(val name: String, val address: String)

data class PhoneBookState(
    val accounts: List<AccountItem> = emptyList(),
    val from: AccountItem? = null,
    /** Null until it was read. */
    val found: List<Found>? = null,
    val failed: Boolean = false,
    val working: Boolean = false,
)

/** Offers whose entry in the phone book has an address; nothing happens to anybody before he is chosen. */
class PhoneBookModel(
    private val core: Core,
    private val book: PhoneBook,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
    private val reading: CoroutineDispatcher = Dispatchers.Default,
    private val started: (chat: Long) -> Unit,
) {
    private data class Choice(
        val from: Long? = null,
        val entries: List<Found>? = null,
        val failed: Boolean = false,
        val working: Boolean = false,
    )

    private val choice = MutableStateFlow(Choice())
    val state = combine(accounts, choice) { all, chosen ->
        val usable = all.orEmpty().filter { it.signedIn }
        val from = usable.firstOrNull { it.id == chosen.from } ?: usable.firstOrNull()
        val own = all.orEmpty().map { it.address }.toSet()
        val others = chosen.entries?.filter { it.address !in own }
        PhoneBookState(usable, from, others, chosen.failed, chosen.working)
    }.stateIn(scope, SharingStarted.Eagerly, PhoneBookState())

    init {
        scope.launch {
            book.allowed.first { it == true }
            val entries = book.entries()
            val found = entries?.let { withContext(reading) { found(it) } }
            choice.update { it.copy(entries = found.orEmpty(), failed = found == null) }
        }
    }

    fun choose(account: AccountItem) = choice.update { it.copy(from = account.id) }

    /** Opens the chat with somebody, under the name that the phone book has. */
    fun add(found: Found) {
        val account = state.value.from ?: return
        if (choice.value.working) return
        choice.update { it.copy(working = true) }
        scope.launch {
            try {
                val name = URLEncoder.encode(found.name, "UTF-8").replace("+", "%20")
                started(core.startChat(account.id, "xmpp:${found.address}?roster;name=$name"))
            } catch (trouble: CommandException) {
                report(trouble)
            } finally {
                choice.update { it.copy(working = false) }
            }
        }
    }

    private fun found(entries: List<PhoneBookEntry>): List<Found> = entries.flatMap { entry ->
        entry.values.mapNotNull { value -> addressOf(value)?.let { Found(entry.name.ifBlank { it }, it) } }
    }.distinctBy { it.address }.sortedBy { it.name.lowercase() }

    /** What the core takes for somebody's address; a page on the web is none. */
    private fun addressOf(value: String): String? = try {
        when (val link = readLink(value.trim())) {
            is Link.Chat -> link.address
            is Link.Contact -> link.address
            is Link.Remove, is Link.Unsubscribe, is Link.SignUp, is Link.Page -> null
        }
    } catch (junk: LinkException) {
        null
    }
}
