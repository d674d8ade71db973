//! `xmpp:` addresses and links, typed, scanned or clicked: what is taken is a valid bare JID, and its own link says the
//! same; what a link wants is the same again in its shortest form, and names nothing that turns the text around it.

use linnet_messenger::contact::address::Address;
use linnet_messenger::contact::link::{Link, NewAccount};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(address) = Address::read(text) {
        assert!(address.jid.node().is_some(), "{text}");
        let link = address.link();
        assert_eq!(Address::read(&link).map(|again| again.jid), Ok(address.jid), "{text} → {link}");
    }
    let Ok(wish) = Link::read(text) else { return };
    match &wish {
        Link::Chat { address, link, .. } => {
            let again = Link::Chat { address: address.clone(), link: link.clone(), body: None };
            assert_eq!(Link::read(link), Ok(again), "{text}");
        }
        Link::Contact { link, name, newcomers, .. } => {
            assert_eq!(Link::read(link).as_ref(), Ok(&wish), "{text}");
            assert!(name.as_ref().is_none_or(|name| !name.chars().any(char::is_control)), "{text}");
            assert_eq!(NewAccount::of(text).is_some(), *newcomers, "{text}");
        }
        Link::SignUp { link, server, .. } => {
            assert_eq!(Link::read(link).as_ref(), Ok(&wish), "{text}");
            assert_eq!(NewAccount::of(text).map(|account| account.server).as_ref(), Some(server), "{text}");
        }
        Link::Page { host, url } => assert!(!host.is_empty() && !url.chars().any(char::is_whitespace), "{text}"),
        Link::Remove { address } | Link::Unsubscribe { address } => assert!(address.node().is_some(), "{text}"),
    }
}
