package org.linnet.ui.words

import org.linnet.core.ContactKind
import org.linnet.core.ServerCapability

/** What it is, and what it means to the user. */
fun Strings.capability(capability: ServerCapability): Pair<String, String> = when (capability) {
    ServerCapability.ARCHIVE -> serverArchive to serverArchiveText
    ServerCapability.STREAM_MANAGEMENT -> serverStreamManagement to serverStreamManagementText
    ServerCapability.CARBONS -> serverCarbons to serverCarbonsText
    ServerCapability.PUSH -> serverPush to serverPushText
    ServerCapability.CLIENT_STATE -> serverClientState to serverClientStateText
    ServerCapability.FILES -> serverFiles to serverFilesText
    ServerCapability.CALLS -> serverCalls to serverCallsText
    ServerCapability.ROOMS -> serverRooms to serverRoomsText
    ServerCapability.BLOCKING -> serverBlocking to serverBlockingText
    ServerCapability.REPORTS -> serverReports to serverReportsText
    ServerCapability.PROFILE -> serverProfile to serverProfileText
    ServerCapability.AVATARS -> serverAvatars to serverAvatarsText
    ServerCapability.FAST_SIGN_IN -> serverFastSignIn to serverFastSignInText
    ServerCapability.CHANNEL_BINDING -> serverChannelBinding to serverChannelBindingText
    ServerCapability.DOWNGRADE_PROTECTION -> serverDowngradeProtection to serverDowngradeProtectionText
    ServerCapability.CLIENT_MANAGEMENT -> serverClientManagement to serverClientManagementText
    ServerCapability.CONTACT -> serverContact to serverContactText
    ServerCapability.OUTAGES -> serverOutages to serverOutagesText
}

fun Strings.contactKind(kind: ContactKind): String = when (kind) {
    ContactKind.SUPPORT -> serverSupport
    ContactKind.ADMIN -> serverAdmin
    ContactKind.ABUSE -> serverAbuse
    ContactKind.SECURITY -> serverSecurity
    ContactKind.STATUS -> serverStatus
    ContactKind.FEEDBACK -> serverFeedback
    ContactKind.SALES -> serverSales
}
