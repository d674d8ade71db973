package org.linnet.ui.previews

import org.linnet.core.AccountItem
import org.linnet.ui.phonebook.Found
import org.linnet.ui.phonebook.PhoneBookActions
import org.linnet.ui.phonebook.PhoneBookScreen
import org.linnet.ui.phonebook.PhoneBookState

private val people = listOf(
    Found("Amélie Duval", "amelie@jabber.example"),
    Found("Bob Lindqvist", "bob@example.org"),
    Found("carol@elsewhere.example", "carol@elsewhere.example"),
)

/** Who can be reached of the phone book. */
internal val phoneBookPictures = listOf(
    Picture("phone-book") {
        PhoneBookScreen(PhoneBookState(listOf(Fixtures.account), Fixtures.account, people), true, NoPhoneBook)
    },
    Picture("phone-book-ask") { PhoneBookScreen(PhoneBookState(), null, NoPhoneBook) },
    Picture("phone-book-empty") { PhoneBookScreen(PhoneBookState(found = emptyList()), true, NoPhoneBook) },
)

private object NoPhoneBook : PhoneBookActions {
    override fun back() = Unit
    override fun allow() = Unit
    override fun openSettings() = Unit
    override fun choose(account: AccountItem) = Unit
    override fun add(found: Found) = Unit
}
