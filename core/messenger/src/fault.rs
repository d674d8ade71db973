//! The three kinds of trouble: our own ([`Fault`]), a peer's ([`Violation`]), the user's ([`CommandError`]). Network
//! trouble is none of them: it is state on the connection.

/// Something went wrong inside; never crosses the FFI.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error("another process has taken the lease")]
    LeaseLost,
    #[error("a stored value is not what was written: {0}")]
    Corrupt(&'static str),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Every way a peer can misbehave. The stanza is dropped (or taken as far as it is sound) and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Violation {
    /// XEP-0198: `h` counts more stanzas than we ever sent.
    AckTooHigh,
    /// A `<result/>` of XEP-0313 that no query of ours asked for, or from someone else than the archive.
    ArchiveResultUnasked,
    /// An archived message that can't be read: no `<forwarded/>`, no stamp, no id, or an id that is already another's.
    ArchiveResultMalformed,
    /// An archive answered with pages that do not move forward.
    ArchivePageLoops,
    /// XEP-0084, 0153: a picture that is too large, not what its hash says, or none at all. It is not asked for again.
    AvatarRefused,
    /// XEP-0191: news of the block list from someone else than our own account.
    BlockPushForged,
    /// One item of a block list that is no JID; the others are taken.
    BlockItemMalformed,
    /// XEP-0280: a copy from someone else than our own account, one inside another, or one of a message that our account
    /// neither sent nor was sent.
    CarbonForged,
    /// XEP-0353: a call from somebody whom the user does not let call.
    CallUnwelcome,
    /// XEP-0115: what a device can do is not what its presence named, or contradicts itself.
    CapabilitiesForged,
    /// XEP-0308: a correction of a message that someone else wrote.
    CorrectionForged,
    /// XEP-0494: a list of clients longer than anybody has, or one that is none.
    ClientListMalformed,
    /// XEP-0030: an answer with more features or items than anything has.
    DiscoTooLarge,
    /// XEP-0401: our server's answer to the wish for an invitation is none, or leads to somebody else.
    InvitationMalformed,
    /// A stream error or close inside the login.
    LoginBroken,
    /// An IQ answer from another entity than the one asked.
    IqAnswerFromStranger,
    /// An IQ answer that nobody waits for.
    IqAnswerUnasked,
    /// A JID that RFC 7622 forbids.
    JidMalformed,
    /// XEP-0283: a subscription request that says in a way nobody would that its sender has moved: several times, from
    /// several addresses or none, from himself, us or one device.
    MovedMalformed,
    /// XEP-0283: a statement that is more or something else than one address.
    MovedStatementMalformed,
    /// XEP-0283: the old address does not say that it has moved, or names somebody else.
    MovedUnproven,
    /// XEP-0333: a marker for a message that was not sent to its sender.
    MarkerForged,
    /// XEP-0490: news of how far we have read, from someone else than our own account.
    ReadStateForged,
    /// XEP-0184: a receipt for a message that was not sent to its sender.
    ReceiptForged,
    /// XEP-0084, 0172: news of a profile from somebody who is no contact, or from one of their devices.
    ProfileForged,
    /// A roster push from someone else than our own account.
    RosterPushForged,
    /// One roster item that can't be read; the others are taken.
    RosterItemMalformed,
    /// A stanza above the size, depth or element limit.
    StanzaTooLarge,
    /// A stanza with a value that RFC 6121 forbids.
    StanzaMalformed,
    /// A `<stanza-id/>` whose `by` is not an archive we trust.
    StanzaIdForged,
    /// XEP-0054, 0292: a vCard with more fields than anybody has.
    VcardTooLarge,
    /// A top-level element that is neither stanza nor nonza known here.
    UnknownNonza,
}

/// Why a command was refused. Machine-readable; the words are the platforms'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    #[error("not a valid address")]
    AddressInvalid,
    #[error("no such account, chat, message or gap")]
    NotFound,
    #[error("the account is signed in already")]
    AccountKnown,
    #[error("an empty or over-long text (64 KiB at most)")]
    TextInvalid,
    #[error("no picture that can be read, or too large")]
    PictureInvalid,
    #[error("not possible in this state")]
    NotNow,
    #[error("not the PIN of the app lock")]
    PinWrong,
    #[error("not something that Linnet made, or damaged")]
    Unreadable,
    #[error("made by a newer version of Linnet")]
    Newer,
    #[error("more than Linnet takes")]
    TooLarge,
    #[error("meant for another device")]
    Foreign,
    #[error("too late")]
    Expired,
    #[error("not the passphrase of this file")]
    PassphraseWrong,
    #[error("needs a connection")]
    Offline,
    #[error("storage failed")]
    Storage,
    #[error("Linnet met a bug of its own")]
    Internal,
}
