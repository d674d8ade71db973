//! What only the platform knows of networks: its resolver, and on Android whom it trusts.

use std::sync::Arc;

/// Asked about a name.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Question {
    /// The SRV records (RFC 2782: type 33, class 1).
    Srv {
        /// An absolute name in ASCII, with its last dot.
        name: String,
    },
    /// The addresses, best first (RFC 6724).
    Addresses {
        /// A host name in ASCII; never an IP address.
        host: String,
    },
}

/// The way back for one answer, from any thread. The first call counts, later ones do nothing; letting go of it without
/// an answer is a failure. After 5 seconds nobody waits any more.
#[derive(uniffi::Object)]
pub struct Lookup(linnet_runtime::Lookup);

#[uniffi::export]
impl Lookup {
    /// For `Question.Srv`: a whole DNS message (RFC 1035 4), as the name server sent it.
    pub fn message(&self, bytes: Vec<u8>) {
        self.0.message(&bytes);
    }

    /// For `Question.Srv`: the data of the records, one each (RFC 2782), names not compressed. An empty list: there are
    /// no such records.
    pub fn records(&self, data: Vec<Vec<u8>>) {
        self.0.records(&data);
    }

    /// For `Question.Addresses`: IP addresses as text. An empty list: the host has none.
    pub fn addresses(&self, addresses: Vec<String>) {
        self.0.addresses(&addresses);
    }

    /// There was no answer; as opposed to the answer that there is nothing.
    pub fn failed(&self) {
        self.0.failed();
    }

    /// The platform does not answer such questions: the core asks by itself, SRV records from the system's DNS servers
    /// or those of `Client.set_dns_servers`, addresses by `getaddrinfo`.
    pub fn pass(&self) {
        self.0.pass();
    }
}

/// What the platform says of a server's certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Judgement {
    /// It does not judge here: the core asks the operating system by itself. Not on Android, where it can't.
    Pass,
    /// An authority that the platform trusts signed it, and its time is now. The core checks the name (RFC 6125).
    Trusted,
    /// Its authority took it back.
    Revoked,
    /// Anything else.
    NotTrusted,
}

/// Implemented by the app where the platform knows more of networks than the core can find out. Both methods are called
/// from the core's own threads and must not call back into [`crate::Client`].
#[uniffi::export(with_foreign)]
pub trait PlatformNetwork: Send + Sync {
    /// Finds something out about a name. Must begin and return at once; the answer goes to `lookup`. Never called for an
    /// account behind a proxy.
    fn lookup(&self, question: Question, lookup: Arc<Lookup>);

    /// Judges a server's certificates (DER, the server's own first) for a domain in ASCII. May take some milliseconds,
    /// but must not wait for the network. Must not throw: what can't be judged is `NotTrusted`.
    fn judge(&self, chain: Vec<Vec<u8>>, domain: String) -> Judgement;
}

impl From<linnet_runtime::Question> for Question {
    fn from(question: linnet_runtime::Question) -> Self {
        match question {
            linnet_runtime::Question::Srv(name) => Self::Srv { name },
            linnet_runtime::Question::Addresses(host) => Self::Addresses { host },
        }
    }
}

impl From<Judgement> for linnet_runtime::Judgement {
    fn from(judgement: Judgement) -> Self {
        match judgement {
            Judgement::Pass => Self::Pass,
            Judgement::Trusted => Self::Trusted,
            Judgement::Revoked => Self::Revoked,
            Judgement::NotTrusted => Self::NotTrusted,
        }
    }
}

pub(crate) fn lookup(
    network: &Arc<dyn PlatformNetwork>,
    question: &linnet_runtime::Question,
    lookup: linnet_runtime::Lookup,
) {
    network.lookup(question.clone().into(), Arc::new(Lookup(lookup)));
}
