//! What scanned codes and clicked links want.

use linnet_messenger::contact::link;

/// What a link wants. Nothing of it has been done: show it, and do it if the user says so.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Link {
    /// A chat with someone: `Client.start_chat` with `link`.
    Chat {
        /// Bare JID.
        address: String,
        /// The link in its shortest form.
        link: String,
        /// A text to begin with: put it into the draft, never send it by itself. At most 16 KiB.
        body: Option<String>,
    },
    /// Someone to be a contact (XEP-0147, 0379): `Client.start_chat` with `link`; or, with `newcomers`,
    /// `Client.follow_invitation`.
    Contact {
        /// Bare JID.
        address: String,
        /// The link in its shortest form.
        link: String,
        /// What the link calls him; anybody may have written that. At most 100 characters.
        name: Option<String>,
        /// The link has a token with which he agrees at once.
        invited: bool,
        /// Who has no account may make one on his server with it (XEP-0445).
        newcomers: bool,
    },
    /// Someone to be no contact any more (XEP-0147): `Client.remove_contact`.
    Remove {
        /// Bare JID.
        address: String,
    },
    /// Someone whose presence is not to be seen any more (XEP-0147): `Client.unsubscribe`.
    Unsubscribe {
        /// Bare JID.
        address: String,
    },
    /// An account on a server (XEP-0445): `Client.follow_invitation` with `link`.
    SignUp {
        /// The server's domain.
        server: String,
        /// The link in its shortest form.
        link: String,
        /// The local part of the address that is kept for it.
        name: Option<String>,
        /// The link has a token that lets one in.
        invited: bool,
    },
    /// A page on the web, perhaps with an invitation on it: nothing of it is known before a browser opens it.
    Page {
        /// The server's name, to be shown.
        host: String,
        /// The whole, `https:`, at most 2,000 characters.
        url: String,
    },
}

/// There is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum LinkError {
    /// Neither an address nor a link.
    #[error("neither an address nor a link")]
    Unreadable,
    /// A link for something that Linnet does not do, such as joining a room.
    #[error("a link for something that Linnet does not do")]
    Unsupported,
    /// The code of a phone that takes over an account (`Client.begin_handover`). It leads nowhere from here, on purpose: who
    /// is made to scan it as somebody's contact would give the account away. Say where one's own new phone is set up.
    #[error("a code of a phone that takes over an account")]
    Device,
}

/// Reads what a code says, or what another app hands over: an address (RFC 7622), an `xmpp:` link (RFC 5122, XEP-0147) or
/// a page with an address behind its `#` (XEP-0379 3.3). Does nothing else: no network, no store.
///
/// Errors: `Unreadable`, `Unsupported`, `Device`.
#[uniffi::export]
pub fn read_link(text: String) -> Result<Link, LinkError> {
    link::Link::read(&text).map(Into::into).map_err(|error| match error {
        link::LinkError::Unreadable => LinkError::Unreadable,
        link::LinkError::Unsupported => LinkError::Unsupported,
        link::LinkError::Device => LinkError::Device,
    })
}

impl From<link::Link> for Link {
    fn from(link: link::Link) -> Self {
        match link {
            link::Link::Chat { address, link, body } => Self::Chat { address: address.to_string(), link, body },
            link::Link::Contact { address, link, name, invited, newcomers } => {
                Self::Contact { address: address.to_string(), link, name, invited, newcomers }
            }
            link::Link::Remove { address } => Self::Remove { address: address.to_string() },
            link::Link::Unsubscribe { address } => Self::Unsubscribe { address: address.to_string() },
            link::Link::SignUp { server, link, name, invited } => Self::SignUp { server, link, name, invited },
            link::Link::Page { host, url } => Self::Page { host, url },
        }
    }
}
