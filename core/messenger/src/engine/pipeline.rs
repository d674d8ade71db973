//! THE list: every feature, in the order in which it sees a stanza, an answer or a command.

use super::feature::Feature;

/// Read top to bottom.
pub const FEATURES: &[&dyn Feature] = &[
    // Whom the user does not want to hear; nobody below sees them.
    &crate::contact::blocking::Blocking,
    // Who asks and may not know that we are here.
    &crate::contact::unseen::Unseen,
    // Who answers for us.
    &crate::session::ping::Ping,
    &crate::session::disco::Disco,
    &crate::session::device::DeviceInformation,
    &crate::contact::last_seen::LastSeen,
    &crate::session::clock::ServerClock,
    // The account itself.
    &crate::account::look::Look,
    &crate::account::server_details::ServerDetails,
    &crate::account::own_devices::OwnDevices,
    // Before `Password`: what follows from a changed one.
    &crate::account::client_access::ClientManagement,
    &crate::account::password::Password,
    &crate::account::departure::Departure,
    // Who calls, and is not to be heard.
    &crate::contact::caller::Caller,
    // Who is writing; before `Subscription`, which takes every presence.
    &crate::chat::typing::Typing,
    // Who there is.
    &crate::contact::roster::Roster,
    &crate::contact::presence::Presence,
    &crate::contact::availability::Availability,
    &crate::contact::details::Details,
    &crate::contact::device_details::DeviceDetails,
    &crate::contact::privacy::Privacy,
    &crate::contact::avatar::Avatars,
    &crate::contact::nickname::Nicknames,
    &crate::contact::profile::Profile,
    &crate::contact::vcard::Vcards,
    &crate::contact::portable::Portable,
    &crate::contact::moved::Moved,
    // After `Availability`: it takes every presence.
    &crate::contact::subscription::Subscription,
    &crate::contact::invitation::Invitation,
    &crate::chat::stranger::Strangers,
    // What was said before and elsewhere; before `Text`, because an archive result is a message too.
    &crate::archive::carbon::Carbons,
    &crate::archive::feature::Archive,
    &crate::archive::preferences::Preferences,
    // What another device has read; before `Text`, because it may be said along with a text.
    &crate::chat::read::Read,
    // What is said.
    &crate::message::bounce::Bounce,
    &crate::message::receipt::Receipts,
    &crate::message::text::Text,
    &crate::message::correction::Correction,
    &crate::message::deletion::Deletion,
    &crate::chat::open::Open,
    &crate::chat::read_sync::ReadSync,
];
