package org.linnet.ui.signup

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotEquals
import org.junit.Rule
import org.junit.Test
import org.linnet.core.Provider
import org.linnet.core.SignUpField
import org.linnet.core.SignUpFieldKind
import org.linnet.core.SignUpForm
import org.linnet.core.SignUpMeaning
import org.linnet.ui.Stage
import org.linnet.ui.signin.ServerFields

class SignUpScreenTest {
    @get:Rule
    val rule = createComposeRule()

    @Test
    fun `only the password itself is offered to the password store`() {
        val form = SignUpForm(
            title = null, instructions = null,
            fields = listOf(secret("password", SignUpMeaning.PASSWORD), secret("Code of the club", null)),
            web = null,
        )
        val answers = HashMap<String, Answer>()
        val fields = SignUpFields(
            TextFieldState(),
            TextFieldState(),
            ServerFields(),
            answer = { field -> answers.getOrPut(field.name) { Answer(field) } },
            decode = { null },
        )
        val step = SignUpStep.Filling("example.org", form)
        rule.setContent { Stage { SignUpScreen(SignUpScreenState(step), fields, NoActions) } }
        assertEquals(ContentType.NewPassword, typeOf("field/password"))
        assertNotEquals(ContentType.NewPassword, typeOf("field/Code of the club"))
        rule.onNodeWithText("Code of the club").assertIsDisplayed()
        rule.onNodeWithTag("copy-password").assertExists()
    }

    private fun typeOf(tag: String) =
        rule.onNodeWithTag(tag).fetchSemanticsNode().config.getOrNull(SemanticsProperties.ContentType)

    private fun secret(name: String, meaning: SignUpMeaning?) = SignUpField(
        name, SignUpFieldKind.SECRET, meaning, label = name, hint = null, required = true, values = emptyList(),
        options = emptyList(), picture = null, pictureUrl = null,
    )

    private object NoActions : SignUpActions {
        override fun back() = Unit
        override fun choose(provider: Provider) = Unit
        override fun setOwn(own: Boolean) = Unit
        override fun startOwn() = Unit
        override fun edited() = Unit
        override fun submit() = Unit
        override fun newPassword() = Unit
        override fun copy(text: String) = Unit
        override fun tryAgain() = Unit
        override fun chooseAnother() = Unit
        override fun signIn() = Unit
        override fun toggleServer() = Unit
        override fun setDirectTls(on: Boolean) = Unit
        override fun setProxy(on: Boolean) = Unit
    }
}
