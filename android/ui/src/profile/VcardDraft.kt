package org.linnet.ui.profile

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import org.linnet.core.VcardFields

/** What the user tells of themselves, as it is being edited. */
class VcardDraft(vcard: VcardFields = VcardFields()) {
    val fullName = TextFieldState(vcard.fullName)
    val about = TextFieldState(vcard.about)
    val organisation = TextFieldState(vcard.organisation)
    val role = TextFieldState(vcard.role)
    val email = TextFieldState(vcard.email)
    val website = TextFieldState(vcard.website)

    /** What is there already: a draft that says nothing else follows it. */
    private var shown = vcard

    fun fields() = VcardFields(
        fullName = fullName.text.trim().toString(),
        about = about.text.trim().toString(),
        organisation = organisation.text.trim().toString(),
        role = role.text.trim().toString(),
        email = email.text.trim().toString(),
        website = website.text.trim().toString(),
    )

    /** Other words have come from the server; what the user has begun to write stays. */
    fun follow(vcard: VcardFields) {
        val untouched = fields() == shown
        shown = vcard
        if (!untouched) return
        fullName.setTextAndPlaceCursorAtEnd(vcard.fullName)
        about.setTextAndPlaceCursorAtEnd(vcard.about)
        organisation.setTextAndPlaceCursorAtEnd(vcard.organisation)
        role.setTextAndPlaceCursorAtEnd(vcard.role)
        email.setTextAndPlaceCursorAtEnd(vcard.email)
        website.setTextAndPlaceCursorAtEnd(vcard.website)
    }

    /** What was sent is what is shown next, in whatever form the core gives it. */
    fun sent() {
        shown = fields()
    }
}
