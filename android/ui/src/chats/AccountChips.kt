package org.linnet.ui.chats

import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.ui.theme.AccountDot
import org.linnet.ui.words.strings

/** One list or one account at a time; only where there is something to choose. */
@Composable
internal fun AccountChips(accounts: List<AccountItem>, shown: Long?, onShow: (Long?) -> Unit) {
    val list = strings.accountsShown
    Row(
        Modifier.fillMaxWidth().horizontalScroll(rememberScrollState()).padding(horizontal = 16.dp)
            .selectableGroup().semantics { contentDescription = list }.testTag("chips"),
        horizontalArrangement = Arrangement.spacedBy(8.dp),
    ) {
        FilterChip(shown == null, { onShow(null) }, { Text(strings.accountsAll) }, Modifier.testTag("chip/all"))
        for (account in accounts) {
            FilterChip(
                shown == account.id,
                { onShow(account.id) },
                { Text(account.title) },
                Modifier.testTag("chip/${account.address}"),
                leadingIcon = { AccountDot(account.colour) },
            )
        }
    }
}
