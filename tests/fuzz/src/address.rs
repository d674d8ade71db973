//! `xmpp:` addresses, typed, scanned or clicked: what is taken is a valid bare JID, and its own link says the same.

use linnet_messenger::contact::address::Address;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(address) = Address::read(text) {
        assert!(address.jid.node().is_some(), "{text}");
        let link = address.link();
        assert_eq!(Address::read(&link).map(|again| again.jid), Ok(address.jid), "{text} → {link}");
    }
}
