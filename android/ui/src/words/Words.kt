package org.linnet.ui.words

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import kotlin.time.Duration.Companion.milliseconds
import org.linnet.core.AccountColour
import org.linnet.core.AccountItem
import org.linnet.core.AccountProblem
import org.linnet.core.AccountTask
import org.linnet.core.Adders
import org.linnet.core.Availability
import org.linnet.core.Callers
import org.linnet.core.CertificateProblem
import org.linnet.core.ChatItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.ContactItem
import org.linnet.core.LinkException
import org.linnet.core.LoginFailure
import org.linnet.core.MessageState
import org.linnet.core.Missing
import org.linnet.core.PrivacySetting
import org.linnet.core.SendFailure
import org.linnet.core.Show
import org.linnet.core.SignUpField
import org.linnet.core.SignUpMeaning
import org.linnet.core.SignUpProblem
import org.linnet.core.WaitReason
import org.linnet.ui.AppModel
import org.linnet.ui.Lost
import org.linnet.ui.Remedy
import org.linnet.ui.code.ScanTrouble
import org.linnet.ui.remedy
import java.time.Clock

internal val LocalStrings = staticCompositionLocalOf<Strings> { error("no strings: wrap the screen in LinnetApp") }
/** The time of the user interface; the core has its own. */
val LocalClock = staticCompositionLocalOf<Clock> { Clock.systemDefaultZone() }
internal val LocalDates = staticCompositionLocalOf<Dates> { error("no dates: wrap the screen in LinnetApp") }

/** The words of the user's language. */
val strings: Strings
    @Composable @ReadOnlyComposable
    get() = LocalStrings.current

/** Dates in the user's language and zone. */
val dates: Dates
    @Composable @ReadOnlyComposable
    get() = LocalDates.current

/** What the banner says; null when there is nothing to say. */
fun Strings.connection(connection: Connection, now: Long): String? = when (connection) {
    Connection.Online -> null
    Connection.Off -> connectionOff
    Connection.Connecting -> connectionConnecting
    Connection.CatchingUp -> connectionCatchingUp
    is Connection.Failed -> loginFailure(connection.reason)
    is Connection.Waiting -> {
        val wait = (connection.until - now).milliseconds
        val minutes = wait.inWholeMinutes
        when {
            minutes >= 1 -> connectionWaitingMinutes(minutes.toInt(), waitReason(connection.reason), minutes.toInt())
            wait.inWholeSeconds >= 2 -> {
                val seconds = wait.inWholeSeconds.toInt()
                connectionWaitingSeconds(seconds, waitReason(connection.reason), seconds)
            }
            else -> connectionWaiting(waitReason(connection.reason))
        }
    }
}

fun Strings.availability(availability: Availability): String = when (availability) {
    Availability.AVAILABLE -> contactAvailable
    Availability.DO_NOT_DISTURB -> contactBusy
    Availability.AWAY -> contactAway
    Availability.LONG_AWAY -> contactLongAway
}

/** As contacts see it. */
fun Strings.show(show: Show): String = when (show) {
    Show.AVAILABLE -> contactAvailable
    Show.AWAY -> contactAway
    Show.DO_NOT_DISTURB -> contactBusy
}

fun Strings.presenceText(show: Show): String = when (show) {
    Show.AVAILABLE -> presenceAvailableText
    Show.AWAY -> presenceAwayText
    Show.DO_NOT_DISTURB -> presenceBusyText
}

/** How much a contact is there, and in their words; null where nobody knows. */
fun Strings.presence(contact: ContactItem): String? =
    contact.availability?.let { listOfNotNull(availability(it), contact.status).joinToString(" · ") }

fun Strings.colour(colour: AccountColour): String = when (colour) {
    AccountColour.RED -> colourRed
    AccountColour.ORANGE -> colourOrange
    AccountColour.YELLOW -> colourYellow
    AccountColour.GREEN -> colourGreen
    AccountColour.TURQUOISE -> colourTurquoise
    AccountColour.BLUE -> colourBlue
    AccountColour.VIOLET -> colourViolet
    AccountColour.PINK -> colourPink
}

fun Strings.waitReason(reason: WaitReason): String = when (reason) {
    WaitReason.SERVER_NOT_FOUND -> waitServerNotFound
    WaitReason.PROXY -> waitProxy
    WaitReason.UNREACHABLE -> waitUnreachable
    WaitReason.LOST -> waitLost
    WaitReason.TLS -> waitTls
    WaitReason.TIMEOUT -> waitTimeout
    WaitReason.SERVER_ERROR -> waitServerError
    WaitReason.SERVER_BUSY -> waitServerBusy
}

fun Strings.loginFailure(reason: LoginFailure): String = when (reason) {
    LoginFailure.WRONG_PASSWORD -> loginWrongPassword
    LoginFailure.ACCOUNT_REFUSED -> loginAccountRefused
    LoginFailure.CERTIFICATE -> loginCertificate
    LoginFailure.NO_SAFE_MECHANISM -> loginNoSafeMechanism
    LoginFailure.SERVER_NOT_PROVEN -> loginServerNotProven
    LoginFailure.NO_TLS -> loginNoTls
    LoginFailure.REPLACED -> loginReplaced
}

fun Strings.sendFailure(reason: SendFailure): String = when (reason) {
    SendFailure.NO_SUCH_RECIPIENT -> failedNoSuchRecipient
    SendFailure.SERVER_UNREACHABLE -> failedServerUnreachable
    SendFailure.NOT_ALLOWED -> failedNotAllowed
    SendFailure.TOO_LARGE -> failedTooLarge
    SendFailure.REFUSED -> failedRefused
}

/** For screen readers; a received message needs no word. */
fun Strings.messageState(state: MessageState): String? = when (state) {
    MessageState.Received -> null
    MessageState.Sending -> messageSending
    MessageState.Sent -> messageSent
    MessageState.Delivered -> messageDelivered
    MessageState.Read -> messageRead
    is MessageState.Failed -> messageNotSent
}

fun Strings.missing(missing: Missing, server: String): Pair<String, String> = when (missing) {
    Missing.ARCHIVE -> noticeNoArchiveTitle to noticeNoArchiveText(server)
    Missing.STREAM_MANAGEMENT -> noticeNoStreamManagementTitle to noticeNoStreamManagementText(server)
    Missing.STANZA_IDS -> noticeNoStanzaIdsTitle to noticeNoStanzaIdsText(server)
    Missing.CARBONS -> noticeNoCarbonsTitle to noticeNoCarbonsText(server)
}

fun Strings.certificateProblem(problem: CertificateProblem): String = when (problem) {
    CertificateProblem.UNKNOWN_ISSUER -> certificateUnknownIssuer
    CertificateProblem.WRONG_NAME -> certificateWrongName
    CertificateProblem.EXPIRED -> certificateExpired
    CertificateProblem.NOT_YET_VALID -> certificateNotYetValid
    CertificateProblem.REVOKED -> certificateRevoked
    CertificateProblem.OTHER -> certificateOther
}

fun Strings.privacy(setting: PrivacySetting): Pair<String, String> = when (setting) {
    PrivacySetting.RECEIPTS -> privacyReceipts to privacyReceiptsText
    PrivacySetting.READ_MARKERS -> privacyReadMarkers to privacyReadMarkersText
    PrivacySetting.TYPING -> privacyTyping to privacyTypingText
    PrivacySetting.DEVICE_INFORMATION -> privacyDevice to privacyDeviceText
    PrivacySetting.ONLINE -> privacyOnline to privacyOnlineText
    PrivacySetting.LAST_SEEN -> privacyLastSeen to privacyLastSeenText
    PrivacySetting.AUTO_LOAD -> privacyAutoLoad to privacyAutoLoadText
    PrivacySetting.CALLS -> privacyCalls to privacyCallsText
}

fun Strings.callers(callers: Callers): String = when (callers) {
    Callers.EVERYONE -> privacyEveryone
    Callers.CONTACTS -> privacyContacts
    Callers.NOBODY -> privacyNobody
}

fun Strings.adders(adders: Adders): String = when (adders) {
    Adders.EVERYONE -> privacyEveryone
    Adders.CODE -> privacyCode
    Adders.NOBODY -> privacyNobody
}

/** What one contact is told: null where it is what all are told. */
/** [general]: what everyone is told now. */
fun Strings.exception(allowed: Boolean?, general: Boolean): String = when (allowed) {
    null -> if (general) privacyAsUsualOn else privacyAsUsualOff
    true -> privacyAlways
    false -> privacyNever
}

/** The core's errors carry no text: words are ours. */
fun Strings.trouble(trouble: CommandException): String = when (trouble) {
    is CommandException.AddressInvalid -> errorAddressInvalid
    is CommandException.NotFound -> errorNotFound
    is CommandException.AccountKnown -> errorAccountKnown
    is CommandException.TextInvalid -> errorTextInvalid
    is CommandException.PictureInvalid -> errorPictureInvalid
    is CommandException.NotNow -> errorNotNow
    is CommandException.PinWrong -> errorPinWrong
    is CommandException.Unreadable -> errorUnreadable
    is CommandException.Newer -> errorNewer
    is CommandException.TooLarge -> errorTooLarge
    is CommandException.Foreign -> errorForeign
    is CommandException.Expired -> errorExpired
    is CommandException.PassphraseWrong -> errorPassphraseWrong
    is CommandException.Offline -> errorOffline
    is CommandException.Storage -> errorStorage
    is CommandException.Internal -> errorInternal
}

/** A link that somebody tapped leads nowhere. */
fun Strings.badLink(bad: LinkException): String = when (bad) {
    is LinkException.Unreadable -> linkUnreadable
    is LinkException.Unsupported -> linkUnsupported
    is LinkException.Device -> linkDevice
}

/** The app was ended while the system's own screen lay over it. */
fun Strings.lost(lost: Lost): String = when (lost) {
    Lost.SAVED -> lostSaved
    Lost.CHOSEN -> lostChosen
}

/** To somebody who looks for an invitation, everything else is none. */
fun Strings.invitationTrouble(trouble: ScanTrouble): String = when (trouble) {
    ScanTrouble.JUNK, ScanTrouble.UNSUPPORTED -> invitedNone
    else -> scanTrouble(trouble)
}

fun Strings.scanTrouble(trouble: ScanTrouble): String = when (trouble) {
    ScanTrouble.JUNK -> scanJunk
    ScanTrouble.UNSUPPORTED -> linkUnsupported
    ScanTrouble.DEVICE -> linkDevice
    ScanTrouble.NO_CODE -> scanNoCode
    ScanTrouble.PICTURE_UNREADABLE -> scanPictureUnreadable
    ScanTrouble.PICTURE_TOO_LARGE -> scanPictureTooLarge
}

/** What can be done about an account that is refused; [AppModel.mend] leads there. */
fun Strings.remedy(account: AccountItem): String = when (account.remedy) {
    Remedy.CERTIFICATE -> connectionCertificate
    Remedy.PASSWORD -> connectionNewPassword
    Remedy.SIGN_IN -> connectionSignInAgain
}

/** What becomes of a wish to the server: one line, or what went wrong in several. */
fun Strings.task(task: AccountTask): List<String> = when (task) {
    AccountTask.ChangingPassword -> listOf(taskChangingPassword)
    AccountTask.PasswordChanged -> listOf(taskPasswordChanged)
    is AccountTask.PasswordNotChanged ->
        listOfNotNull(taskPasswordNotChanged, accountProblem(task.problem), task.text?.let(::signUpServerSays))
    AccountTask.Deleting -> listOf(taskDeleting)
    is AccountTask.NotDeleted ->
        listOfNotNull(taskNotDeleted, accountProblem(task.problem), task.text?.let(::signUpServerSays))
    AccountTask.SigningOut -> listOf(taskSigningOut)
}

private fun Strings.accountProblem(problem: AccountProblem): String = when (problem) {
    AccountProblem.NOT_ALLOWED -> problemNotAllowed
    AccountProblem.NOT_ACCEPTABLE -> problemNotAcceptable
    AccountProblem.NO_ANSWER -> problemNoAnswer
    AccountProblem.OTHER -> problemOther
}

/** What is wrong with a sign-up, and what the server itself says about it. */
fun Strings.signUpProblem(problem: SignUpProblem): Pair<String, String?> = when (problem) {
    SignUpProblem.NameTaken -> signUpNameTaken to null
    SignUpProblem.NameInvalid -> signUpNameInvalid to null
    is SignUpProblem.Answers -> signUpAnswers to problem.text
    is SignUpProblem.Refused -> signUpRefused to problem.text
    SignUpProblem.Invitation -> signUpInvitation to null
    is SignUpProblem.Later -> signUpLater to problem.text
    SignUpProblem.NotOffered -> signUpNotOffered to null
    SignUpProblem.FormTooLarge -> signUpFormTooLarge to null
    is SignUpProblem.Connection -> waitReason(problem.why) to null
    is SignUpProblem.Unsafe -> loginFailure(problem.why) to null
}

/** Our word for a server's question where we have one, else its own. */
fun Strings.signUpField(field: SignUpField): String {
    val name = when (field.meaning) {
        SignUpMeaning.USERNAME -> return signUpUsername
        SignUpMeaning.PASSWORD -> return signInPassword
        SignUpMeaning.EMAIL -> return signUpEmail
        SignUpMeaning.CAPTCHA -> return signUpCaptcha
        null -> field.label ?: field.name
        // A form knows better what it wants it for.
        else -> field.label ?: signUpField(field.meaning)
    }
    return if (field.required) name else signUpOptional(name)
}

/** What the old way to ask (XEP-0077) has no words for. */
private fun Strings.signUpField(meaning: SignUpMeaning?): String = when (meaning) {
    SignUpMeaning.NICK -> signUpFieldNick
    SignUpMeaning.NAME -> signUpFieldName
    SignUpMeaning.FIRST -> signUpFieldFirst
    SignUpMeaning.LAST -> signUpFieldLast
    SignUpMeaning.ADDRESS -> signUpFieldAddress
    SignUpMeaning.CITY -> signUpFieldCity
    SignUpMeaning.STATE -> signUpFieldState
    SignUpMeaning.ZIP -> signUpFieldZip
    SignUpMeaning.PHONE -> signUpFieldPhone
    SignUpMeaning.URL -> signUpFieldUrl
    SignUpMeaning.DATE -> signUpFieldDate
    SignUpMeaning.MISC -> signUpFieldMisc
    SignUpMeaning.TEXT -> signUpFieldText
    SignUpMeaning.USERNAME, SignUpMeaning.PASSWORD, SignUpMeaning.EMAIL, SignUpMeaning.CAPTCHA, null -> ""
}

/** The note to self has a name in every language; everyone else brings their own. */
fun Strings.title(chat: ChatItem): String = if (chat.noteToSelf) noteToSelf else chat.title

/** The server an account lives on; where it is reached may be another place. */
val AccountItem.domain: String get() = address.substringAfter('@')

/** How long the app may be out of sight, from milliseconds. */
fun Strings.patience(milliseconds: Long): String {
    val minutes = ((milliseconds + 59_999) / 60_000).toInt()
    return if (minutes == 0) safetyPatienceNone else safetyPatienceMinutes(minutes, minutes)
}
