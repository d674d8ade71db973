package org.linnet.ui.previews

import org.linnet.core.AccountFileItem
import org.linnet.core.CommandException
import org.linnet.core.ExportItem
import org.linnet.core.ImportItem
import org.linnet.ui.portable.PortableActions
import org.linnet.ui.portable.PortableScreen
import org.linnet.ui.portable.PortableState

private fun portable(name: String, state: PortableState) =
    Picture("portable$name") { PortableScreen(state, NoPortable) }

private val own = Fixtures.account
private fun importing(left: UInt, refused: UInt = 0u, kept: UInt = 0u) =
    own.copy(import = ImportItem("alice@old.example.org", 52u, left, refused, kept))

/** People and profile of an account in a file. */
internal val portablePictures = listOf(
    portable("", PortableState(own, saved = true)),
    portable("-collecting", PortableState(own.copy(export = ExportItem(11u, 4u, 0u)), saving = true)),
    portable(
        "-chosen",
        PortableState(own, users = listOf(AccountFileItem("alice@old.example.org", 48u, 3u, 5u, true, 2u))),
    ),
    portable(
        "-users",
        PortableState(
            own,
            users = listOf(
                AccountFileItem("alice@old.example.org", 48u, 3u, 5u, true, 0u),
                AccountFileItem("bob@old.example.org", 2u, 0u, 0u, false, 0u),
            ),
            user = 1,
        ),
    ),
    portable("-unreadable", PortableState(own, importTrouble = CommandException.Unreadable())),
    portable("-progress", PortableState(importing(31u))),
    portable("-done", PortableState(importing(0u, refused = 1u, kept = 2u))),
)

private object NoPortable : PortableActions {
    override fun back() = Unit
    override fun save() = Unit
    override fun choose() = Unit
    override fun pick(user: Int) = Unit
    override fun bringIn() = Unit
    override fun end() = Unit
}
