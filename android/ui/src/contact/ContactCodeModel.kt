package org.linnet.ui.contact

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.flow.stateIn
import org.linnet.core.ContactItem
import org.linnet.core.QrCode
import org.linnet.core.QrException
import org.linnet.core.SubscriptionException
import org.linnet.core.drawQr
import org.linnet.ui.Core

/** A contact as somebody else gets to know them. */
data class ContactCodeState(
    val title: String,
    val address: String,
    val link: String,
    /** Null: it is too long to be drawn, but can still be sent. */
    val drawn: QrCode?,
)

class ContactCodeModel(
    core: Core,
    chat: Long,
    scope: CoroutineScope,
    drawing: CoroutineDispatcher = Dispatchers.Default,
    broken: () -> Unit,
) {
    val state = core.contact(chat).mapNotNull { it.firstOrNull() }.map(::Shown).distinctUntilChanged()
        .map { ContactCodeState(it.title, it.address, it.link, draw(it.link)) }.flowOn(drawing)
        .catch { if (it is SubscriptionException) broken() else throw it }
        .stateIn(scope, SharingStarted.Eagerly, null)

    /** What the code depends on: presence comes and goes without it. */
    private data class Shown(val title: String, val address: String, val link: String) {
        constructor(contact: ContactItem) : this(contact.title, contact.address, contact.link)
    }

    private fun draw(link: String): QrCode? = try {
        drawQr(link)
    } catch (_: QrException) {
        // What is too long to be drawn can still be sent.
        null
    }
}
