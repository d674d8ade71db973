package org.linnet.app

import android.content.ContentResolver
import android.provider.ContactsContract.Data
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.withContext
import org.linnet.ui.phonebook.PhoneBook
import org.linnet.ui.phonebook.PhoneBookEntry

/** The system's contacts: what entries say of instant messaging, and websites that are `xmpp:` links. */
internal class AndroidPhoneBook(
    private val resolver: ContentResolver,
    override val allowed: StateFlow<Boolean?>,
    private val asks: () -> Unit,
    private val opensSettings: () -> Unit,
) : PhoneBook {
    override fun ask() = asks()
    override fun openSettings() = opensSettings()

    override suspend fun entries(): List<PhoneBookEntry>? = withContext(Dispatchers.IO) {
        try {
            read()
        } catch (withdrawn: SecurityException) {
            null
        }
    }

    private fun read(): List<PhoneBookEntry>? {
        val kinds = arrayOf(CHAT, WEBSITE)
        val found = LinkedHashMap<String, MutableList<String>>()
        resolver.query(Data.CONTENT_URI, COLUMNS, "${Data.MIMETYPE} IN (?, ?)", kinds, null).use { rows ->
            rows ?: return null
            var left = MOST
            while (rows.moveToNext() && left-- > 0) {
                val value = rows.getString(VALUE) ?: continue
                val isOurs = when (rows.getString(KIND)) {
                    CHAT -> isJabber(rows.getString(PROTOCOL), rows.getString(CUSTOM))
                    else -> value.startsWith("xmpp:", ignoreCase = true)
                }
                if (isOurs) found.getOrPut(rows.getString(NAME).orEmpty()) { mutableListOf() } += value
            }
        }
        return found.map { (name, values) -> PhoneBookEntry(name, values) }
    }

    private fun isJabber(protocol: String?, custom: String?): Boolean {
        val named = custom?.trim().orEmpty()
        return protocol == JABBER || named.equals("xmpp", ignoreCase = true) || named.equals("jabber", ignoreCase = true)
    }

    private companion object {
        /** Kinds of rows and the protocol as they are stored: the system's names for them are given up, the rows stay. */
        const val CHAT = "vnd.android.cursor.item/im"
        const val WEBSITE = "vnd.android.cursor.item/website"
        const val JABBER = "7"
        const val NAME = 0
        const val KIND = 1
        const val VALUE = 2
        const val PROTOCOL = 3
        const val CUSTOM = 4

        /** Rows that are looked at: a phone book is no database. */
        const val MOST = 20_000
        val COLUMNS = arrayOf(Data.DISPLAY_NAME_PRIMARY, Data.MIMETYPE, Data.DATA1, Data.DATA5, Data.DATA6)
    }
}
