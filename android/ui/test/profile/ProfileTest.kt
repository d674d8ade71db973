package org.linnet.ui.profile

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performSemanticsAction
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipeRight
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.PictureSquare
import org.linnet.ui.Stage
import org.linnet.ui.previews.Fixtures
import java.util.concurrent.CopyOnWriteArrayList
import org.linnet.core.ProfileState as Standing

class ProfileTest {
    @get:Rule
    val rule = createComposeRule()

    private val done = CopyOnWriteArrayList<String>()
    private val squares = CopyOnWriteArrayList<PictureSquare>()
    private val nickname = TextFieldState("Alice")
    private val vcard = VcardDraft(Fixtures.vcard)

    private val actions = object : ProfileActions {
        override fun back() = Unit
        override fun pickPicture() { done += "pick" }
        override fun use(square: PictureSquare) { squares += square }
        override fun forget() { done += "forget" }
        override fun remove() { done += "remove" }
        override fun saveVcard() { done += "vcard ${vcard.fields().fullName}, ${vcard.fields().website}" }
        override fun saveNickname() { done += "name ${nickname.text}" }
        override fun setOpen(open: Boolean) { done += "open $open" }
        override fun decode(file: ByteArray) = ImageBitmap(200, 100)
    }

    private fun show(state: ProfileState) = rule.setContent { Stage { ProfileScreen(state, nickname, vcard, actions) } }

    @Test
    fun `picture and name can be changed, and who may see them`() {
        show(ProfileState(Fixtures.account.copy(nickname = "Alice", picture = "p")))
        rule.onNodeWithTag("pick").performScrollTo().performClick()
        rule.onNodeWithTag("remove").performScrollTo().performClick()
        rule.onNodeWithTag("save").performScrollTo().assertIsNotEnabled()
        rule.onNodeWithTag("nickname").performTextReplacement("Alice of the lake")
        rule.onNodeWithTag("save").assertIsEnabled().performClick()
        rule.onNodeWithTag("everyone").performScrollTo().assertIsOff().performClick()
        assertEquals(listOf("pick", "remove", "name Alice of the lake", "open true"), done)
    }

    @Test
    fun `what is about oneself is saved once something is changed, and who sees none of it is said`() {
        show(ProfileState(Fixtures.account.copy(vcard = Fixtures.vcard, olderVcardEmpty = true)))
        rule.onNodeWithTag("save-vcard").performScrollTo().assertIsNotEnabled()
        rule.onNodeWithTag("full-name").performScrollTo().performTextReplacement("Alice of the lake ")
        rule.onNodeWithTag("website").performScrollTo().performTextReplacement("lake.example")
        rule.onNodeWithTag("save-vcard").performScrollTo().assertIsEnabled().performClick()
        val said = "Very old apps show nothing about you: your server would show it to everyone there."
        rule.onNodeWithText(said).performScrollTo().assertIsDisplayed()
        assertEquals(listOf("vcard Alice of the lake, lake.example"), done)
    }

    @Test
    fun `what comes from the server is shown, what is being written stays`() {
        val draft = VcardDraft()
        draft.follow(Fixtures.vcard)
        assertEquals(Fixtures.vcard, draft.fields())
        draft.role.setTextAndPlaceCursorAtEnd("Captain")
        draft.follow(Fixtures.vcard.copy(email = "new@lake.example"))
        assertEquals(Fixtures.vcard.copy(role = "Captain"), draft.fields())
        // What is sent comes back as the core writes it.
        draft.website.setTextAndPlaceCursorAtEnd("lake.example")
        draft.sent()
        draft.follow(draft.fields().copy(website = "https://lake.example"))
        assertEquals("https://lake.example", draft.website.text.toString())
    }

    @Test
    fun `it says how it stands`() {
        show(ProfileState(Fixtures.account.copy(profile = Standing.REFUSED)))
        rule.onNodeWithText("Your server doesn't keep this. Nobody else sees it.").assertIsDisplayed()
        rule.onNodeWithTag("remove").assertDoesNotExist()
    }

    @Test
    fun `a part is chosen by finger, slider or action, and never leaves the picture`() {
        show(ProfileState(Fixtures.account, Chosen(byteArrayOf(1), byteArrayOf(2))))
        rule.onNodeWithTag("use").performClick()
        rule.onNodeWithTag("crop").performTouchInput { swipeRight() }
        rule.onNodeWithTag("use").performClick()
        rule.onNodeWithTag("zoom").performSemanticsAction(SemanticsActions.SetProgress) { it(2f) }
        rule.onNodeWithTag("use").performClick()
        assertEquals(PictureSquare(0.5, 0.0, 1.0), squares[0])
        assertTrue("${squares[1]}", squares[1].left in 0.0..0.2 && squares[1].top == 0.0)
        assertEquals(0.5, squares[2].side, 0.01)
        assertTrue("${squares[2]}", squares[2].left >= 0 && squares[2].top >= 0)
    }
}
