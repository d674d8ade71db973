package org.linnet.ui.previews

import org.linnet.core.Adders
import org.linnet.core.Callers
import org.linnet.core.PrivacyException
import org.linnet.core.PrivacySetting
import org.linnet.ui.contact.ContactScreen
import org.linnet.ui.privacy.PrivacyActions
import org.linnet.ui.privacy.PrivacyScreen

internal val privacyPictures = listOf(
    Picture("privacy") { PrivacyScreen(Fixtures.account("alice@example.org"), NoPrivacy) },
    Picture("contact-exceptions") {
        val exceptions = listOf(
            PrivacyException(PrivacySetting.ONLINE, false),
            PrivacyException(PrivacySetting.TYPING, true),
        )
        ContactScreen(Fixtures.contact.copy(devices = emptyList(), exceptions = exceptions), NoContact)
    },
)

private object NoPrivacy : PrivacyActions {
    override fun back() = Unit
    override fun setPrivacy(setting: PrivacySetting, on: Boolean) = Unit
    override fun setCallers(callers: Callers) = Unit
    override fun setAdders(adders: Adders) = Unit
}
