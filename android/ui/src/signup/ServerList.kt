package org.linnet.ui.signup

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.merge
import org.linnet.core.Provider
import org.linnet.core.ProviderRegistration
import org.linnet.ui.signin.ServerSettings
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.words.Strings
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings
import java.time.LocalDate
import java.util.Locale

/** Servers to choose from. */
@Composable
internal fun ServerList(
    state: SignUpScreenState,
    search: TextFieldState,
    actions: SignUpActions,
    modifier: Modifier,
) {
    val locale = dates.locale
    val wanted = search.text.trim().toString()
    val shown = remember(state.list, wanted, locale) { state.list.providers.filter { it.fits(wanted, locale) } }
    LazyColumn(
        modifier.fillMaxSize().testTag("servers"),
        contentPadding = PaddingValues(top = 4.dp, bottom = 28.dp),
    ) {
        item("lead") {
            Column(Modifier.padding(horizontal = 28.dp).padding(bottom = 8.dp)) {
                Lead(strings.signUpChooseLead)
                Spacer(Modifier.size(12.dp))
                LinnetField(
                    search,
                    label = strings.signUpSearch,
                    keyboard = KeyboardOptions(imeAction = ImeAction.Search, autoCorrectEnabled = false),
                    modifier = Modifier.testTag("search"),
                )
            }
        }
        item("own") {
            Line(strings.signUpOwn, listOf(strings.signUpOwnText), "own", icon = true) { actions.setOwn(true) }
        }
        items(shown, { it.domain }) { provider ->
            val tag = "server/${provider.domain}"
            Line(provider.domain, strings.facts(provider, locale), tag) { actions.choose(provider) }
        }
        if (shown.isEmpty()) item("none") { Small(strings.signUpNothingFound) }
        state.list.date?.let { date ->
            item("date") { Small(strings.signUpListFrom(dates.day(LocalDate.parse(date)))) }
        }
    }
}

@Composable
private fun Small(text: String) = Text(
    text,
    Modifier.padding(horizontal = 28.dp, vertical = 12.dp),
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)

@Composable
private fun Line(title: String, lines: List<String>, tag: String, icon: Boolean = false, onClick: () -> Unit) {
    Row(
        Modifier.fillMaxWidth().padding(horizontal = 12.dp).clip(MaterialTheme.shapes.medium)
            .clickable(role = Role.Button, onClick = onClick)
            .heightIn(min = 64.dp).padding(horizontal = 16.dp, vertical = 10.dp).testTag(tag),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        if (icon) {
            Icon(Icons.Compose, null, Modifier.padding(8.dp).size(24.dp), tint = MaterialTheme.colorScheme.primary)
        } else {
            Avatar(title, title, size = 40.dp)
        }
        Spacer(Modifier.width(14.dp))
        Column(Modifier.weight(1f)) {
            Text(title, style = MaterialTheme.typography.titleMedium)
            for (line in lines) {
                Text(
                    line,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                )
            }
        }
    }
}

/** A server that is not listed. */
@Composable
internal fun OwnServer(state: SignUpScreenState, fields: SignUpFields, actions: SignUpActions) {
    LaunchedEffect(fields) {
        val texts = (fields.server.all + fields.domain).map { field -> snapshotFlow { field.text.toString() }.drop(1) }
        merge(*texts.toTypedArray()).collect { actions.edited() }
    }
    Title(strings.signUpOwn)
    LinnetField(
        fields.domain,
        label = strings.accountServer,
        placeholder = "example.org",
        error = strings.signUpOwnInvalid.takeIf { state.domainInvalid },
        keyboard = KeyboardOptions(
            keyboardType = KeyboardType.Uri,
            imeAction = ImeAction.Go,
            autoCorrectEnabled = false,
        ),
        onKeyboardAction = actions::startOwn,
        modifier = Modifier.testTag("domain"),
    )
    ServerSettings(state.server, fields.server, working = false, actions, actions::startOwn)
    BigButton(
        strings.signUpContinue,
        actions::startOwn,
        Modifier.testTag("continue"),
        enabled = fields.domain.text.isNotBlank(),
    )
}

/** By name, or by the country as it is called here. */
internal fun Provider.fits(wanted: String, locale: Locale): Boolean =
    wanted.isEmpty() || domain.contains(wanted, ignoreCase = true) ||
        countries.any { country(it, locale).contains(wanted, ignoreCase = true) }

private fun country(code: String, locale: Locale): String =
    Locale.Builder().setRegion(code).build().getDisplayCountry(locale)

/** Two lines: where it is and how one gets in; then what it gives. */
private fun Strings.facts(provider: Provider, locale: Locale): List<String> {
    val registration = when (val way = provider.registration) {
        is ProviderRegistration.InApp -> when {
            way.email -> signUpInAppEmail
            way.captcha -> signUpInAppCaptcha
            else -> signUpInApp
        }
        is ProviderRegistration.Web -> signUpOnWeb
    }
    val first = provider.countries.map { country(it, locale) } + registration
    val second = listOfNotNull(
        provider.archiveDays?.let {
            if (it == 0u) signUpKeepsAlways else signUpKeeps(it.toInt(), it.toInt())
        },
        provider.fileMegabytes?.let { signUpFiles("$it") },
        provider.since?.let { signUpSince("$it") },
        signUpGreen.takeIf { provider.green },
        signUpPaid.takeIf { !provider.freeOfCharge },
    )
    return listOf(first, second).filter { it.isNotEmpty() }
        .map { it.joinToString(" · ").replaceFirstChar(Char::titlecase) }
}
