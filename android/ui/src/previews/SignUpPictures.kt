package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Canvas
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Paint
import org.linnet.core.Provider
import org.linnet.core.ProviderList
import org.linnet.core.ProviderRegistration
import org.linnet.core.SignUpField
import org.linnet.core.SignUpFieldKind
import org.linnet.core.SignUpForm
import org.linnet.core.SignUpMeaning
import org.linnet.core.SignUpOption
import org.linnet.core.SignUpProblem
import org.linnet.ui.signin.ServerChoice
import org.linnet.ui.signin.ServerFields
import org.linnet.ui.signup.Answer
import org.linnet.ui.signup.SignUpActions
import org.linnet.ui.signup.SignUpFields
import org.linnet.ui.signup.SignUpScreen
import org.linnet.ui.signup.SignUpScreenState
import org.linnet.ui.signup.SignUpStep

/** Making an account, in every state. */
internal val signUpPictures = listOf(
    Picture("sign-up-servers") { SignUp(SignUpScreenState(list = Fixtures.providers)) },
    Picture("sign-up-search") { SignUp(SignUpScreenState(list = Fixtures.providers), search = "fra") },
    Picture("sign-up-own") {
        val server = ServerChoice(open = true, proxy = true, proxyInvalid = true)
        SignUp(SignUpScreenState(own = true, domainInvalid = true, server = server))
    },
    Picture("sign-up-asking") { SignUp(SignUpScreenState(SignUpStep.Asking("example.org"))) },
    Picture("sign-up-form") { SignUp(filling(Fixtures.questions, SignUpProblem.NameTaken)) },
    Picture("sign-up-captcha") {
        SignUp(filling(Fixtures.captcha, SignUpProblem.Refused("The CAPTCHA verification has failed")))
    },
    Picture("sign-up-kinds") { SignUp(filling(Fixtures.manyKinds)) },
    Picture("sign-up-sending") {
        SignUp(SignUpScreenState(SignUpStep.Filling("example.org", Fixtures.questions, sending = true)))
    },
    Picture("sign-up-web") {
        val page = SignUpStep.OnTheWeb("example.net", "https://example.net/join", "Be kind to each other.")
        SignUp(SignUpScreenState(page))
    },
    Picture("sign-up-failed") {
        SignUp(SignUpScreenState(SignUpStep.Failed("example.net", SignUpProblem.Later("Two accounts a day"))))
    },
    Picture("sign-up-made") { SignUp(SignUpScreenState(SignUpStep.Made("carol@example.org"))) },
)

private fun filling(form: SignUpForm, problem: SignUpProblem? = null) =
    SignUpScreenState(SignUpStep.Filling("example.org", form, problem))

private val Fixtures.questions: SignUpForm
    get() = SignUpForm(
        title = null,
        instructions = "Choose a name and a password for this service.",
        fields = listOf(
            question("username", SignUpFieldKind.LINE, SignUpMeaning.USERNAME, values = listOf("carol")),
            question("password", SignUpFieldKind.SECRET, SignUpMeaning.PASSWORD, values = listOf(PASSWORD)),
        ),
        web = null,
    )

private val Fixtures.captcha: SignUpForm
    get() = questions.copy(
        fields = questions.fields +
            question("ocr", SignUpFieldKind.LINE, SignUpMeaning.CAPTCHA).copy(picture = ByteArray(1)),
    )

private val Fixtures.manyKinds: SignUpForm
    get() = SignUpForm(
        title = "The club\u2019s server",
        instructions = null,
        fields = listOf(
            question("", SignUpFieldKind.NOTE, values = listOf("Members only. The board looks at every new account.")),
            question("username", SignUpFieldKind.LINE, SignUpMeaning.USERNAME),
            question("section", SignUpFieldKind.CHOICE, label = "Section", values = listOf("rowing"))
                .copy(options = options("Rowing", "Chess", "Choir")),
            question("days", SignUpFieldKind.CHOICES, label = "Days", values = listOf("chess"), required = false)
                .copy(options = options("Rowing", "Chess")),
            question("news", SignUpFieldKind.SWITCH, label = "Send me the newsletter", values = listOf("1")),
            question("about", SignUpFieldKind.LINES, label = "About you", required = false)
                .copy(hint = "As much as you like"),
            question("ocr", SignUpFieldKind.LINE, SignUpMeaning.CAPTCHA)
                .copy(pictureUrl = "https://example.org/captcha"),
        ),
        web = "https://example.org/join",
    )

private const val PASSWORD = "gabot-lirem-hosad-fekon-pitav"

private fun options(vararg labels: String) = labels.map { SignUpOption(it, it.lowercase()) }

private fun question(
    name: String,
    kind: SignUpFieldKind,
    meaning: SignUpMeaning? = null,
    label: String? = null,
    values: List<String> = emptyList(),
    required: Boolean = true,
) = SignUpField(name, kind, meaning, label, null, required, values, emptyList(), null, null)

internal val Fixtures.providers: ProviderList
    get() = ProviderList(
        listOf(
            provider("yax.example", ProviderRegistration.InApp(captcha = false, email = false), listOf("DE")),
            provider("jabber.example", ProviderRegistration.InApp(captcha = true, email = false), listOf("FR"))
                .copy(archiveDays = 0u, green = false),
            provider("mail.example", ProviderRegistration.InApp(captcha = false, email = true), listOf("CH", "BG"))
                .copy(freeOfCharge = false),
            provider("club.example", ProviderRegistration.Web("https://club.example/join"), listOf("ES", "FI"))
                .copy(archiveDays = 1u, fileMegabytes = null),
        ),
        "2026-07-22",
    )

private fun provider(domain: String, registration: ProviderRegistration, countries: List<String>) = Provider(
    domain = domain,
    registration = registration,
    countries = countries,
    website = "https://$domain",
    since = 2013u,
    fileMegabytes = 100u,
    archiveDays = 30u,
    green = true,
    freeOfCharge = true,
)

@Composable
private fun SignUp(state: SignUpScreenState, search: String = "") {
    val fields = remember {
        val answers = HashMap<String, Answer>()
        SignUpFields(
            TextFieldState(search),
            TextFieldState("localhost"),
            ServerFields(),
            { answers.getOrPut(it.name) { Answer(it) } },
            { drawn() },
        )
    }
    SignUpScreen(state, fields, NoSignUp)
}

/** Stands for a picture of a server's. */
private fun drawn(): ImageBitmap {
    val bitmap = ImageBitmap(160, 60)
    val canvas = Canvas(bitmap)
    val paint = Paint().apply {
        color = Color(0xff335577)
        strokeWidth = 4f
    }
    for (at in 0..6) canvas.drawLine(Offset(10f + 20f * at, 50f), Offset(24f + 20f * at, 10f + at % 3 * 12f), paint)
    return bitmap
}

private object NoSignUp : SignUpActions {
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
