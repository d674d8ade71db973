package org.linnet.ui.previews

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.remember
import androidx.compose.ui.graphics.Color
import org.linnet.core.AccountItem
import org.linnet.core.Link
import org.linnet.core.ServerInvitation
import org.linnet.ui.code.CameraState
import org.linnet.ui.code.CodeActions
import org.linnet.ui.code.CodeScreen
import org.linnet.ui.code.CodeState
import org.linnet.ui.code.LinkActions
import org.linnet.ui.code.LinkScreen
import org.linnet.ui.code.LinkState
import org.linnet.ui.code.ScanActions
import org.linnet.ui.code.ScanScreen
import org.linnet.ui.code.ScanState
import org.linnet.ui.code.ScanTrouble

private val contact = Link.Contact(
    "bob@jabber.example",
    "xmpp:bob@jabber.example?roster;preauth=token;name=Bob",
    "Bob Lindqvist",
    invited = true,
    newcomers = false,
)
private val two = listOf(Fixtures.account, Fixtures.account("alice.work@company.example", 2))

/** Codes, looking for codes, and what comes of them. */
internal val codePictures = listOf(
    Picture("code") { CodeScreen(CodeState(listOf(Fixtures.code), Fixtures.code, false, Fixtures.drawn), NoCode) },
    Picture("code-invitation") {
        val state = CodeState(listOf(Fixtures.invitation), Fixtures.invitation, true, Fixtures.drawn)
        CodeScreen(state, NoCode, shares = true)
    },
    Picture("code-not-offered") {
        val code = Fixtures.code.copy(invitation = ServerInvitation.NotOffered)
        val other = Fixtures.code.copy(account = 2, address = "alice.work@company.example")
        CodeScreen(CodeState(listOf(code, other), code, false, Fixtures.drawn), NoCode)
    },
    Picture("scan") {
        ScanScreen(ScanState(), CameraState.ON, NoScan) { Box(it.background(Color(0xff33403a))) }
    },
    Picture("scan-ask") { ScanScreen(ScanState(), CameraState.UNASKED, NoScan) },
    Picture("scan-junk") { ScanScreen(ScanState(ScanTrouble.JUNK), CameraState.NONE, NoScan) },
    Picture("scan-device") { ScanScreen(ScanState(ScanTrouble.DEVICE), CameraState.NONE, NoScan) },
    Picture("invitation") {
        ScanScreen(ScanState(), CameraState.UNASKED, NoScan, link = remember { TextFieldState() })
    },
    Picture("invitation-camera") {
        ScanScreen(ScanState(), CameraState.ON, NoScan, link = remember { TextFieldState() }) {
            Box(it.background(Color(0xff33403a)))
        }
    },
    Picture("invitation-none") {
        val link = remember { TextFieldState("https://example.org") }
        ScanScreen(ScanState(ScanTrouble.JUNK), CameraState.NONE, NoScan, link = link)
    },
    Picture("link-contact") { LinkScreen(LinkState(contact, two, two.first()), NoLink) },
    Picture("link-no-account") { LinkScreen(LinkState(contact), NoLink) },
    Picture("link-newcomer") {
        val invitation = Link.Contact("bob@jabber.example", "xmpp:bob@jabber.example", null, true, newcomers = true)
        LinkScreen(LinkState(invitation), NoLink)
    },
    Picture("link-page") {
        val page = Link.Page("chat.example.org", "https://chat.example.org/invite?TZlkOYtbQVjlAd6M")
        LinkScreen(LinkState(page, two, two.first()), NoLink)
    },
)

private object NoCode : CodeActions {
    override fun back() = Unit
    override fun choose(account: Long) = Unit
    override fun showInvitation(on: Boolean) = Unit
    override fun invite() = Unit
    override fun copy(link: String) = Unit
    override fun share(link: String) = Unit
    override fun scan() = Unit
}

private object NoScan : ScanActions {
    override fun back() = Unit
    override fun allowCamera() = Unit
    override fun openSettings() = Unit
    override fun pickPicture() = Unit
    override fun showCode() = Unit
    override fun follow() = Unit
    override fun edited() = Unit
}

private object NoLink : LinkActions {
    override fun back() = Unit
    override fun choose(account: AccountItem) = Unit
    override fun accept() = Unit
    override fun signIn() = Unit
    override fun signUp() = Unit
    override fun openPage(url: String) = Unit
    override fun showCode() = Unit
}
