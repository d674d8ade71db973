package org.linnet.app

import android.content.ContentProvider
import android.content.ContentValues
import android.database.Cursor
import android.database.sqlite.SQLiteDatabase
import android.net.Uri
import android.provider.ContactsContract
import android.provider.ContactsContract.Data
import androidx.test.core.app.ApplicationProvider
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.linnet.ui.phonebook.PhoneBookEntry
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** What of the phone book leaves it: an address for XMPP and the name beside it, nothing else. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [35], application = TestApplication::class, shadows = [RecentsShadow::class])
class AndroidPhoneBookTest {
    private val contacts = Robolectric.setupContentProvider(Contacts::class.java, ContactsContract.AUTHORITY)
    private val resolver = ApplicationProvider.getApplicationContext<TestApplication>().contentResolver
    private val book = AndroidPhoneBook(resolver, MutableStateFlow(true), {}, {})

    @Test
    fun `only addresses for XMPP are read, whatever they are called`() {
        chat("Anna", "anna@example.org", protocol = 7)
        chat("Anna", "anna@work.example", protocol = -1, custom = " XMPP ")
        chat("Bob", "bob@example.org", protocol = -1, custom = "Jabber")
        chat("Carol", "carol@aim.example", protocol = 0)
        chat("Carol", "carol@skype.example", protocol = -1, custom = "Skype")
        chat("Carol", "carol@nowhere.example", protocol = null)
        row("Dora", "vnd.android.cursor.item/website", "xmpp:dora@example.org?roster")
        row("Dora", "vnd.android.cursor.item/website", "XMPP:dora@work.example")
        row("Dora", "vnd.android.cursor.item/website", "https://dora.example/")
        row("Emil", "vnd.android.cursor.item/email_v2", "emil@example.org")
        row("Emil", "vnd.android.cursor.item/phone_v2", "+49 30 1234567")
        row("Emil", "vnd.android.cursor.item/note", "xmpp:emil@example.org")
        row(null, "vnd.android.cursor.item/im", "nameless@example.org", protocol = 7)
        row("Nothing", "vnd.android.cursor.item/im", null, protocol = 7)
        val expected = listOf(
            PhoneBookEntry("Anna", listOf("anna@example.org", "anna@work.example")),
            PhoneBookEntry("Bob", listOf("bob@example.org")),
            PhoneBookEntry("Dora", listOf("xmpp:dora@example.org?roster", "XMPP:dora@work.example")),
            PhoneBookEntry("", listOf("nameless@example.org")),
        )
        assertEquals(expected, read())
        assertEquals("numbers and mail are not even asked for", setOf("im", "website"), contacts.given)
    }

    @Test
    fun `a permission that was taken back meanwhile is told, an empty book is no trouble`() {
        assertEquals(emptyList<PhoneBookEntry>(), read())
        contacts.refuses = true
        assertNull(read())
    }

    private fun read() = runBlocking { book.entries() }

    private fun chat(name: String, address: String, protocol: Int?, custom: String? = null) =
        row(name, "vnd.android.cursor.item/im", address, protocol, custom)

    private fun row(name: String?, kind: String, value: String?, protocol: Int? = null, custom: String? = null) {
        val row = ContentValues().apply {
            put(Data.DISPLAY_NAME_PRIMARY, name)
            put(Data.MIMETYPE, kind)
            put(Data.DATA1, value)
            put(Data.DATA5, protocol)
            put(Data.DATA6, custom)
        }
        contacts.rows.insertOrThrow("data", null, row)
    }

    /** The system's contacts, as far as they are asked: a table behind the same columns. */
    class Contacts : ContentProvider() {
        val rows: SQLiteDatabase = SQLiteDatabase.create(null).apply {
            val columns = listOf(Data.DISPLAY_NAME_PRIMARY, Data.MIMETYPE, Data.DATA1, Data.DATA5, Data.DATA6)
            execSQL("CREATE TABLE data (${columns.joinToString { "$it TEXT" }})")
        }

        /** Kinds of rows that were handed out. */
        val given = HashSet<String>()
        var refuses = false

        override fun onCreate() = true

        override fun query(
            uri: Uri,
            projection: Array<String>?,
            selection: String?,
            selectionArgs: Array<String>?,
            sortOrder: String?,
        ): Cursor {
            if (refuses) throw SecurityException("the permission is gone")
            check(uri == Data.CONTENT_URI)
            rows.query("data", arrayOf(Data.MIMETYPE), selection, selectionArgs, null, null, null).use {
                while (it.moveToNext()) given += it.getString(0).substringAfterLast('/')
            }
            return rows.query("data", projection, selection, selectionArgs, null, null, sortOrder)
        }

        override fun getType(uri: Uri): String? = null
        override fun insert(uri: Uri, values: ContentValues?): Uri? = error("nobody writes here")
        override fun delete(uri: Uri, selection: String?, selectionArgs: Array<String>?) = error("nobody writes here")
        override fun update(uri: Uri, values: ContentValues?, selection: String?, selectionArgs: Array<String>?) =
            error("nobody writes here")
    }
}
