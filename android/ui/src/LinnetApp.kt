package org.linnet.ui

import androidx.compose.animation.AnimatedContent
import androidx.compose.animation.core.tween
import androidx.compose.animation.fadeIn
import androidx.compose.animation.fadeOut
import androidx.compose.animation.slideInHorizontally
import androidx.compose.animation.slideOutHorizontally
import androidx.compose.animation.togetherWith
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.SnackbarHost
import androidx.compose.material3.SnackbarHostState
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.saveable.LocalSaveableStateRegistry
import androidx.compose.runtime.saveable.SaveableStateRegistry
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.platform.LocalUriHandler
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import java.time.Clock
import java.util.Locale
import kotlinx.coroutines.launch
import org.linnet.ui.account.AccountScreen
import org.linnet.ui.account.AccountsScreen
import org.linnet.ui.backup.BackupScreen
import org.linnet.ui.backup.Files
import org.linnet.ui.certificate.CertificateScreen
import org.linnet.ui.chat.ChatScreen
import org.linnet.ui.chat.WholeTextScreen
import org.linnet.ui.chats.ChatListScreen
import org.linnet.ui.code.CameraState
import org.linnet.ui.code.CodeScreen
import org.linnet.ui.code.LinkScreen
import org.linnet.ui.code.ScanScreen
import org.linnet.ui.contact.BlocksScreen
import org.linnet.ui.contact.ContactCodeScreen
import org.linnet.ui.contact.ContactScreen
import org.linnet.ui.contact.RequestsScreen
import org.linnet.ui.devices.DevicesScreen
import org.linnet.ui.handover.ArrivalScreen
import org.linnet.ui.handover.HandoverScreen
import org.linnet.ui.newchat.NewChatScreen
import org.linnet.ui.moved.MovedScreen
import org.linnet.ui.password.PasswordScreen
import org.linnet.ui.phonebook.PhoneBook
import org.linnet.ui.phonebook.PhoneBookScreen
import org.linnet.ui.presence.PresenceScreen
import org.linnet.ui.privacy.PrivacyScreen
import org.linnet.ui.portable.PortableScreen
import org.linnet.ui.profile.ProfileScreen
import org.linnet.ui.safety.Biometrics
import org.linnet.ui.safety.LockScreen
import org.linnet.ui.safety.LockState
import org.linnet.ui.safety.SafetyScreen
import org.linnet.ui.server.ServerScreen
import org.linnet.ui.signin.SignInScreen
import org.linnet.ui.signup.SignUpFields
import org.linnet.ui.signup.SignUpScreen
import org.linnet.ui.theme.EmptyPlace
import org.linnet.ui.theme.LinnetBird
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.theme.LocalPeople
import org.linnet.ui.theme.People
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.LocalDates
import org.linnet.ui.words.LocalStrings
import org.linnet.ui.words.Strings
import org.linnet.ui.words.badLink
import org.linnet.ui.words.lost
import org.linnet.ui.words.rememberDates
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble

/** What the screens need of the device they run on. */
data class Device(
    val strings: Strings,
    val locale: Locale,
    /** Null: as the locale has it. */
    val hour24: Boolean? = null,
    val fontFamily: FontFamily = FontFamily.Default,
    /** A hardware Enter sends the message. */
    val enterSends: Boolean = false,
    /** The user can be taken to see what is on screen. */
    val watched: Boolean = true,
    val copy: (String) -> Unit = {},
    /** UTF-16 units that [copy] takes. */
    val longestCopy: Int = Int.MAX_VALUE,
    /** As [copy], for passwords and passphrases: the device shows nothing of it. */
    val copySecret: (String) -> Unit = copy,
    /** Hands a text to another app; null where there is no such thing. */
    val share: ((String) -> Unit)? = null,
    /** Null where there is none. */
    val camera: Camera? = null,
    /** The user picks a picture: its bytes, or null if it is too large to be looked at. Not called if none is picked. */
    val pickPicture: ((ByteArray?) -> Unit) -> Unit = {},
    /** Null where there is none. */
    val phoneBook: PhoneBook? = null,
    /** Null where there are no files to choose. */
    val files: Files? = null,
    /** Makes a picture of a file of a stranger's, or null. */
    val decode: (ByteArray) -> ImageBitmap? = { null },
    /** Null where the app is either open or ended. */
    val background: Background? = null,
    /** The device's own way to make sure of its owner; null where there is none. */
    val biometrics: Biometrics? = null,
    /** What is on screen can be kept out of pictures. */
    val hidesScreen: Boolean = false,
    /** Null where there are no notifications. */
    val notifications: NotificationAccess? = null,
)

/** The whole app: theme, words, and the way between the screens. */
@Composable
fun LinnetApp(model: AppModel, device: Device, dark: Boolean = isSystemInDarkTheme()) {
    val people = remember(model, device) { People(model::picture, device.decode) }
    Surroundings(device, dark, people = people) {
        val snackbar = remember { SnackbarHostState() }
        val trouble by model.trouble.collectAsState()
        val badLink by model.badLink.collectAsState()
        val lost by model.lost.collectAsState()
        val words = trouble?.let { strings.trouble(it) } ?: badLink?.let { strings.badLink(it) }
            ?: lost?.let { strings.lost(it) }
        LaunchedEffect(trouble, badLink, lost) {
            if (words != null) {
                snackbar.showSnackbar(words)
                model.told()
            }
        }
        Box(Modifier.fillMaxSize()) {
            Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {}
            val lock by model.lock.state.collectAsState()
            // Behind the lock there is nothing: nothing drawn, nothing read aloud.
            if (lock == LockState.Open) Screens(model, device, snackbar)
            (lock as? LockState.Locked)?.let { locked ->
                val title = strings.lockByDeviceTitle
                val shown = locked.copy(biometrics = locked.biometrics && device.biometrics != null)
                val actions = remember(model, device, title) { lockActions(model.lock, device.biometrics, title) }
                LockScreen(shown, model.lock.pin, actions)
            }
            SnackbarHost(
                snackbar,
                Modifier.align(Alignment.BottomCenter).safeDrawingPadding().imePadding().padding(bottom = 72.dp),
            )
        }
    }
}

/** Theme, words and dates around a screen: also for previews and tests of a single one. */
@Composable
fun Surroundings(
    device: Device,
    dark: Boolean = isSystemInDarkTheme(),
    clock: Clock = LocalClock.current,
    people: People = LocalPeople.current,
    content: @Composable () -> Unit,
) {
    val dates = rememberDates(device.strings, device.locale, device.hour24, clock)
    CompositionLocalProvider(
        LocalStrings provides device.strings,
        LocalClock provides clock,
        LocalDates provides dates,
        LocalPeople provides people,
    ) {
        LinnetTheme(dark, device.fontFamily, content)
    }
}

@Composable
private fun Screens(model: AppModel, device: Device, snackbar: SnackbarHostState) {
    val shown by model.shown.collectAsState()
    val towards = if (LocalLayoutDirection.current == LayoutDirection.Ltr) 1 else -1
    AnimatedContent(
        shown,
        transitionSpec = {
            val from = (initialState as? Shown.Top)?.depth ?: 0
            val to = (targetState as? Shown.Top)?.depth ?: 0
            val way = towards * if (to >= from) 1 else -1
            val slides = from > 0 && to > 0 && from != to
            if (slides) {
                (slideInHorizontally(tween(MOTION)) { it / 5 * way } + fadeIn(tween(MOTION))) togetherWith
                    (slideOutHorizontally(tween(MOTION)) { -it / 5 * way } + fadeOut(tween(MOTION)))
            } else {
                fadeIn(tween(MOTION)) togetherWith fadeOut(tween(MOTION))
            }
        },
        contentKey = { (it as? Shown.Top)?.place ?: it },
    ) { now ->
        when (now) {
            Shown.Nothing -> Unit
            Shown.Broken -> StorageBroken(model::tryAgain)
            is Shown.Top -> Remembering(now.place) { Screen(now.place, model, device, snackbar) }
        }
    }
}

/** Whatever is remembered on a place's screen beyond its being drawn, the place keeps. */
@Composable
private fun Remembering(place: Place, content: @Composable () -> Unit) {
    val registry = remember(place) { SaveableStateRegistry(place.remembered) { true } }
    CompositionLocalProvider(LocalSaveableStateRegistry provides registry, content = content)
    // Behind the content: what is left goes in the other direction, and the content is to be asked before it goes.
    DisposableEffect(place) { onDispose { place.remembered = registry.performSave() } }
}

@Composable
private fun Screen(place: Place, model: AppModel, device: Device, snackbar: SnackbarHostState) {
    when (place) {
        is Place.SignIn -> {
            val state by place.model.state.collectAsState()
            SignInScreen(state, place.model.fields, remember(place) { signInActions(model, place.model) })
        }
        is Place.SignUp -> {
            val state by place.model.state.collectAsState()
            val scope = rememberCoroutineScope()
            val copied = strings.signUpPasswordCopied
            val actions = remember(place, device, copied) {
                signUpActions(model, place.model) { text ->
                    device.copySecret(text)
                    scope.launch { snackbar.showSnackbar(copied) }
                }
            }
            val fields = remember(place, device) {
                val own = place.model
                SignUpFields(own.search, own.domain, own.fields, own::answer, device.decode)
            }
            SignUpScreen(state, fields, actions)
        }
        is Place.Chats -> {
            val state by place.model.state.collectAsState()
            ChatListScreen(state, remember(place) { chatListActions(model, place.model) })
        }
        is Place.Chat -> {
            val state by place.model.state.collectAsState()
            val copy = rememberCopy(device, snackbar)
            val actions = remember(place, copy) { chatActions(model, place.model, copy) }
            ChatScreen(
                state,
                place.model.draft,
                actions,
                enterSends = device.enterSends,
                watched = device.watched,
            )
        }
        is Place.WholeText -> {
            val state by place.model.state.collectAsState()
            val copy = rememberCopy(device, snackbar)
            WholeTextScreen(state, remember(place, copy) { wholeTextActions(model, place.model, copy) })
        }
        is Place.Code -> {
            val state by place.model.state.collectAsState()
            val scope = rememberCoroutineScope()
            val copied = strings.messageCopied
            val actions = remember(place, device, copied) {
                codeActions(model, place.model, device) { link ->
                    device.copy(link)
                    scope.launch { snackbar.showSnackbar(copied) }
                }
            }
            CodeScreen(state, actions, shares = device.share != null)
        }
        is Place.Scan -> Scan(place, model, device)
        is Place.OpenedLink -> {
            val state by place.model.state.collectAsState()
            val browser = LocalUriHandler.current
            LinkScreen(state, remember(place, browser) { linkActions(model, place.model, browser::openUri) })
        }
        is Place.NewChat -> {
            val state by place.model.state.collectAsState()
            val actions = remember(place, device) { newChatActions(model, place.model, device) }
            NewChatScreen(state, place.model.address, actions, phoneBook = device.phoneBook != null)
        }
        is Place.Contact -> {
            val contact by place.model.state.collectAsState()
            val browser = LocalUriHandler.current
            ContactScreen(contact, remember(place, browser) { contactActions(model, place.model, browser::openUri) })
        }
        is Place.ContactCode -> {
            val state by place.model.state.collectAsState()
            val scope = rememberCoroutineScope()
            val copied = strings.messageCopied
            val actions = remember(place, device, copied) {
                contactCodeActions(model, device) { link ->
                    device.copy(link)
                    scope.launch { snackbar.showSnackbar(copied) }
                }
            }
            ContactCodeScreen(state, actions, shares = device.share != null)
        }
        is Place.Presence -> {
            val account by place.model.state.collectAsState()
            PresenceScreen(account, place.model.status, remember(place) { presenceActions(model, place.model) })
        }
        is Place.Profile -> {
            val state by place.model.state.collectAsState()
            val actions = remember(place, device) { profileActions(model, place.model, device) }
            ProfileScreen(state, place.model.nickname, place.model.vcard, actions)
        }
        is Place.Requests -> {
            val requests by place.model.requests.collectAsState()
            RequestsScreen(requests.orEmpty(), remember(place) { requestsActions(model, place.model) })
        }
        is Place.Blocks -> {
            val state by place.model.state.collectAsState()
            BlocksScreen(state, place.model.address, remember(place) { blocksActions(model, place.model) })
        }
        is Place.Account -> {
            val account by place.model.state.collectAsState()
            val background = device.background?.on?.collectAsState()
            val allowed = device.notifications?.allowed?.collectAsState()
            AccountScreen(
                account,
                remember(place, device) { accountActions(model, place.model, device) },
                background = background?.value,
                refused = allowed?.value == false,
            )
        }
        is Place.Arrival -> Arrival(place, model, device)
        is Place.Handover -> Handover(place, model, device)
        is Place.Accounts -> {
            val accounts by place.model.accounts.collectAsState()
            AccountsScreen(accounts.orEmpty(), remember(place) { accountsActions(model, place.model) })
        }
        is Place.Devices -> {
            val item by place.model.state.collectAsState()
            DevicesScreen(item, remember(place, device) { devicesActions(model, place.model, device) })
        }
        is Place.Server -> {
            val state by place.model.state.collectAsState()
            val browser = LocalUriHandler.current
            val scope = rememberCoroutineScope()
            val copied = strings.serverCopied
            val actions = remember(place, device, browser, copied) {
                serverActions(model, browser::openUri) { report ->
                    device.copy(report)
                    scope.launch { snackbar.showSnackbar(copied) }
                }
            }
            ServerScreen(state, actions)
        }
        is Place.Privacy -> {
            val account by place.model.state.collectAsState()
            PrivacyScreen(account, remember(place) { privacyActions(model, place.model) })
        }
        is Place.PhoneBook -> {
            val state by place.model.state.collectAsState()
            val allowed = device.phoneBook?.allowed?.collectAsState()
            PhoneBookScreen(
                state,
                allowed?.value,
                remember(place, device) { phoneBookActions(model, place.model, device) },
            )
        }
        is Place.Backup -> {
            val state by place.model.state.collectAsState()
            val title = strings.backupOwner
            val actions = remember(place, device, title) { backupActions(model, place.model, device, title) }
            BackupScreen(state, place.model.passphrase, place.model.pin, place.model.opening, actions)
        }
        is Place.Moved -> {
            val state by place.model.state.collectAsState()
            MovedScreen(state, remember(place) { movedActions(model, place.model) })
        }
        is Place.Portable -> {
            val state by place.model.state.collectAsState()
            PortableScreen(state, remember(place, device) { portableActions(model, place.model, device) })
        }
        is Place.Safety -> {
            val app by model.lock.settings.collectAsState()
            SafetyScreen(
                app,
                remember(place) { safetyActions(model) },
                biometrics = device.biometrics != null,
                hides = device.hidesScreen,
            )
        }
        is Place.Password -> {
            val state by place.model.state.collectAsState()
            PasswordScreen(state, place.model.password, remember(place) { passwordActions(model, place.model) })
        }
        is Place.Certificate -> {
            val account by place.model.state.collectAsState()
            CertificateScreen(account, remember(place) { certificateActions(model, place.model) })
        }
    }
}

/** Copies what somebody wrote, and says so. */
@Composable
private fun rememberCopy(device: Device, snackbar: SnackbarHostState): (String) -> Unit {
    val scope = rememberCoroutineScope()
    val (all, beginning) = strings.messageCopied to strings.messageCopiedBeginning
    return remember(device, snackbar, all, beginning) {
        { text ->
            val fits = text.length <= device.longestCopy
            device.copy(if (fits) text else text.take(device.longestCopy).removeHalf())
            scope.launch { snackbar.showSnackbar(if (fits) all else beginning) }
        }
    }
}

/** Without the first half of a character that was cut in two. */
private fun String.removeHalf() = if (lastOrNull()?.isHighSurrogate() == true) dropLast(1) else this

@Composable
private fun Scan(place: Place.Scan, model: AppModel, device: Device) {
    val state by place.model.state.collectAsState()
    val camera = cameraState(device)
    val accounts by model.signedIn.collectAsState()
    ScanScreen(
        state,
        camera,
        remember(place, device) { scanActions(model, place.model, device) },
        hasCode = accounts,
        link = place.model.link.takeIf { place.invitation },
    ) {
        device.camera?.Preview({ place.model.wantsFrame }, place.model::frame, it)
    }
}

@Composable
private fun cameraState(device: Device): CameraState {
    val allowed = device.camera?.allowed?.collectAsState()
    return when {
        device.camera == null -> CameraState.NONE
        allowed?.value == true -> CameraState.ON
        allowed?.value == false -> CameraState.REFUSED
        else -> CameraState.UNASKED
    }
}

@Composable
private fun Arrival(place: Place.Arrival, model: AppModel, device: Device) {
    val state by place.model.state.collectAsState()
    val scan by place.model.scan.state.collectAsState()
    val actions = remember(place, device) { arrivalActions(model, place.model, device) }
    ArrivalScreen(state, scan, cameraState(device), actions) {
        device.camera?.Preview({ place.model.scan.wantsFrame }, place.model.scan::frame, it)
    }
}

@Composable
private fun Handover(place: Place.Handover, model: AppModel, device: Device) {
    val state by place.model.state.collectAsState()
    val scan by place.model.scan.state.collectAsState()
    val title = strings.handoverOwner
    val actions = remember(place, device, title) { handoverActions(model, place.model, device, title) }
    HandoverScreen(state, place.model.pin, scan, cameraState(device), actions, device.biometrics != null) {
        device.camera?.Preview({ place.model.scan.wantsFrame }, place.model.scan::frame, it)
    }
}

/** The one screen that needs nothing of the core. */
@Composable
fun StorageBroken(onRetry: () -> Unit) {
    Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Box(Modifier.fillMaxSize().safeDrawingPadding(), contentAlignment = Alignment.Center) {
            EmptyPlace(strings.storageTitle, strings.storageText) { LinnetBird(Modifier.size(96.dp)) }
            TextButton(onRetry, Modifier.align(Alignment.BottomCenter).padding(32.dp)) { Text(strings.storageRetry) }
        }
    }
}

private const val MOTION = 220
