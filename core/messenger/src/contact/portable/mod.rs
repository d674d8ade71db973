//! An account's contacts, blocks, bookmarks and profile in a file that other servers and programs read, too: out of one
//! account, and into another one on any server. No password, and no messages.
//!
//! Out: what only the server knows (bookmarks, profile) is asked of it, part by part; the rest is here. In: contacts are
//! put on the roster with names and groups and asked to be seen, blocks hold at once, bookmarks and profile are published.
//!
//! Invariants: nothing that the account has already is replaced or taken away; each thing is done once, be the process
//! killed in between; the server is told of few things at a time; a file is a stranger's text until it was read within
//! its bounds, and nothing is done of one that breaks them.
//!
//! XEPs: 0016, 0049, 0054, 0060, 0084, 0163, 0172, 0191, 0227, 0292, 0402

pub mod export;
pub mod file;
pub mod import;

use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::wire::{Element, ns};

/// The nodes that are carried over. Keys of encryption are not among them: they belong to devices.
const NODES: [&str; 5] = [ns::NICK, ns::VCARD4_NODE, ns::AVATAR_DATA, ns::AVATAR_METADATA, ns::BOOKMARKS];

/// What a file says of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortableAccount {
    /// Whose it is: an address, or a name if the file does not tell the server.
    pub address: String,
    pub contacts: Vec<PortableContact>,
    /// People and servers.
    pub blocks: Vec<String>,
    /// Items of the nodes that are carried over, in the order of the file.
    pub items: Vec<PortableItem>,
    /// XEP-0054.
    pub vcard: Option<Element>,
    /// Entries that can't be read, or are too large.
    pub unreadable: u32,
}

/// One on a roster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortableContact {
    pub address: String,
    pub name: Option<String>,
    pub tags: Vec<String>,
    /// None, to, from, both.
    pub subscription: String,
    /// They were asked, and did not answer yet.
    pub asked: bool,
}

/// What was published at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortableItem {
    pub node: String,
    pub id: String,
    pub payload: Element,
}

impl PortableAccount {
    /// Rooms that are remembered.
    pub fn bookmarks(&self) -> usize {
        self.items.iter().filter(|item| item.node == ns::BOOKMARKS).count()
    }

    /// Whether there is a name, a picture or anything else of a profile.
    pub fn has_profile(&self) -> bool {
        self.vcard.is_some() || self.items.iter().any(|item| item.node != ns::BOOKMARKS)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Portable;

impl Feature for Portable {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::CollectExport { .. } => export::collect(cx)?,
            Command::ReadExport { .. } => return export::read(cx).map(Some),
            Command::ImportAccount { from, .. } => import::begin(cx, from)?,
            Command::EndImport { .. } => import::end(cx)?,
            _ => return Ok(None),
        }
        Ok(Some(Receipt::Done))
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            // It goes on when the roster is there (`roster.rs`).
            SessionEvent::Bound => import::begin_again(cx),
            SessionEvent::Resumed => import::advance(cx),
            SessionEvent::Lost => Ok(()),
        }
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        match purpose {
            Purpose::ExportPart { part } => export::answered(cx, part, answer)?,
            Purpose::ImportLook { step } => import::looked(cx, *step, answer)?,
            Purpose::ImportStep { step } => import::answered(cx, *step, answer)?,
            Purpose::ImportNodeConfigured { step } => import::configured(cx, *step, answer)?,
            _ => return Ok(Done::Pass),
        }
        Ok(Done::Taken)
    }
}
