package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.remember
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Canvas
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Paint
import org.linnet.core.PictureSquare
import org.linnet.core.ProfileState as Standing
import org.linnet.core.VcardFields
import org.linnet.ui.chats.ChatListScreen
import org.linnet.ui.chats.ChatListState
import org.linnet.ui.profile.Chosen
import org.linnet.ui.profile.ProfileActions
import org.linnet.ui.profile.ProfileScreen
import org.linnet.ui.profile.ProfileState
import org.linnet.ui.profile.VcardDraft
import org.linnet.ui.theme.LocalPeople
import org.linnet.ui.theme.People

internal val profilePictures = listOf(
    Picture("profile") { Profile(ProfileState(Fixtures.account.copy(nickname = "Alice of the lake"))) },
    Picture("profile-picture") {
        val account = Fixtures.account.copy(
            nickname = "Alice of the lake",
            picture = "lake",
            profileOpen = true,
            profile = Standing.WAITING,
        )
        WithFaces { Profile(ProfileState(account)) }
    },
    Picture("profile-vcard") {
        Profile(ProfileState(Fixtures.account.copy(vcard = Fixtures.vcard, olderVcardEmpty = true)))
    },
    Picture("profile-refused") { Profile(ProfileState(Fixtures.account.copy(profile = Standing.REFUSED))) },
    Picture("profile-crop") {
        Profile(ProfileState(Fixtures.account, Chosen(byteArrayOf(), byteArrayOf())))
    },
    Picture("chats-faces") {
        val chats = Fixtures.chats.mapIndexed { at, chat -> chat.copy(picture = "lake".takeIf { at % 2 == 0 }) }
        WithFaces { ChatListScreen(ChatListState(chats, listOf(Fixtures.account.copy(picture = "lake"))), NoChatList) }
    },
)

@Composable
private fun Profile(state: ProfileState) {
    ProfileScreen(
        state,
        remember { TextFieldState(state.account?.nickname.orEmpty()) },
        remember { VcardDraft(state.account?.vcard ?: VcardFields()) },
        NoProfile,
    )
}

@Composable
private fun WithFaces(content: @Composable () -> Unit) {
    val people = remember { People({ byteArrayOf(1) }, { lake(256, 256) }) }
    CompositionLocalProvider(LocalPeople provides people, content = content)
}

/** A sun over a lake: nobody's face. */
private fun lake(width: Int, height: Int): ImageBitmap {
    val bitmap = ImageBitmap(width, height)
    val canvas = Canvas(bitmap)
    val (wide, high) = width.toFloat() to height.toFloat()
    fun paint(color: Long) = Paint().apply { this.color = Color(color) }
    canvas.drawRect(0f, 0f, wide, high, paint(0xFFF6C97F))
    canvas.drawCircle(Offset(wide * 0.5f, high * 0.42f), Size(wide, high).minDimension * 0.16f, paint(0xFFFDF3D8))
    canvas.drawRect(0f, high * 0.55f, wide, high, paint(0xFF2C6A7C))
    canvas.drawRect(0f, high * 0.52f, wide * 0.35f, high * 0.57f, paint(0xFF3E4F3A))
    return bitmap
}

private object NoProfile : ProfileActions {
    override fun back() = Unit
    override fun pickPicture() = Unit
    override fun use(square: PictureSquare) = Unit
    override fun forget() = Unit
    override fun remove() = Unit
    override fun saveNickname() = Unit
    override fun saveVcard() = Unit
    override fun setOpen(open: Boolean) = Unit
    override fun decode(file: ByteArray) = lake(900, 600)
}
