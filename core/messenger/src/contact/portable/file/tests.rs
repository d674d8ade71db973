#![allow(clippy::unwrap_used)]

use super::*;

/// The example of XEP-0227 3, put together.
const EXAMPLE: &str = "<?xml version='1.0' encoding='UTF-8'?>
<server-data xmlns='urn:xmpp:pie:0'>
  <!-- two hosts -->
  <host jid='capulet.com'>
    <user name='juliet' password='s3crE7'>
      <scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='SCRAM-SHA-1'><salt>TmF</salt></scram-credentials>
      <query xmlns='jabber:iq:roster'>
        <item jid='romeo@montague.net' name='Romeo' subscription='both'><group>Friends</group></item>
        <item jid='@@' subscription='both'/>
        <item jid='romeo@montague.net' subscription='none'/>
        <item jid='nurse@capulet.com' ask='subscribe'/>
        <item jid='gone@capulet.com' subscription='remove'/>
      </query>
      <offline-messages><message xmlns='jabber:client'><body>hi</body></message></offline-messages>
      <query xmlns='jabber:iq:private'>
        <exodus xmlns='exodus:prefs'><defaultnick>J</defaultnick></exodus>
        <storage xmlns='storage:bookmarks'>
          <conference jid='ball@rooms.capulet.com' name='The ball' autojoin='1'><nick>Jules</nick></conference>
          <conference jid=''/>
        </storage>
      </query>
      <vCard xmlns='vcard-temp'><FN>Juliet Capulet</FN></vCard>
      <query xmlns='jabber:iq:privacy'>
        <default name='public'/>
        <list name='public'>
          <item type='jid' value='tybalt@example.com' action='deny' order='1'/>
          <item type='jid' value='seen@example.com' action='deny' order='2'><presence-out/></item>
          <item action='allow' order='3'/>
        </list>
        <list name='private'><item type='jid' value='other@example.com' action='deny' order='1'/></list>
      </query>
      <pubsub xmlns='http://jabber.org/protocol/pubsub'>
        <items node='urn:xmpp:bookmarks:1'>
          <item id='ball@rooms.capulet.com'><conference xmlns='urn:xmpp:bookmarks:1'/></item>
        </items>
        <items node='eu.siacs.conversations.axolotl.devicelist'><item id='current'><list xmlns='x'/></item></items>
        <items node='http://jabber.org/protocol/nick'>
          <item id='current'><nick xmlns='http://jabber.org/protocol/nick'>Jules</nick></item>
        </items>
      </pubsub>
    </user>
  </host>
  <host jid='montague.net'><user name='romeo'/></host>
  <include xmlns='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>
</server-data>";

#[test]
fn what_the_xep_shows_is_read_and_no_more() {
    let accounts = read(EXAMPLE.as_bytes()).unwrap();
    let [juliet, romeo] = accounts.as_slice() else { panic!("{accounts:?}") };
    assert_eq!((juliet.address.as_str(), romeo.address.as_str()), ("juliet@capulet.com", "romeo@montague.net"));
    let contact = |address: &str, name: Option<&str>, tags: &[&str], subscription: &str, asked| PortableContact {
        address: address.to_owned(),
        name: name.map(str::to_owned),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        subscription: subscription.to_owned(),
        asked,
    };
    assert_eq!(
        juliet.contacts,
        [
            contact("romeo@montague.net", Some("Romeo"), &["Friends"], "both", false),
            contact("nurse@capulet.com", None, &[], "none", true),
        ]
    );
    assert_eq!(juliet.blocks, ["tybalt@example.com"]);
    assert_eq!((juliet.bookmarks(), juliet.has_profile(), juliet.unreadable), (1, true, 2));
    let ids: Vec<(&str, &str)> = juliet.items.iter().map(|item| (item.node.as_str(), item.id.as_str())).collect();
    assert_eq!(ids, [(ns::BOOKMARKS, "ball@rooms.capulet.com"), (ns::NICK, "current")]);
    let room = juliet.items.first().unwrap().payload.to_xml();
    assert!(room.contains("name='The ball'") && room.contains("<nick>Jules</nick>"), "{room}");
    assert_eq!(*romeo, PortableAccount { address: "romeo@montague.net".to_owned(), ..PortableAccount::default() });
}

#[test]
fn what_is_written_is_read_again() {
    let [juliet, _] = <[_; 2]>::try_from(read(EXAMPLE.as_bytes()).unwrap()).unwrap();
    let juliet = PortableAccount { unreadable: 0, ..juliet };
    let open = [(ns::NICK.to_owned(), "open".to_owned())];
    let written = write("juliet", "capulet.com", &juliet, &open, &["paris@example.com".to_owned()]);
    let [again] = <[_; 1]>::try_from(read(&written).unwrap()).unwrap();
    assert_eq!((&again.contacts, &again.blocks, &again.vcard), (&juliet.contacts, &juliet.blocks, &juliet.vcard));
    assert_eq!((again.items.len(), again.bookmarks(), again.unreadable), (2, 1, 0));
    assert_eq!(read(&write("juliet", "capulet.com", &again, &open, &[])).unwrap(), [again]);
    let text = String::from_utf8(written).unwrap();
    assert!(!text.contains("s3crE7") && !text.contains("scram"), "no password leaves");
    assert!(text.contains("<presence xmlns='jabber:client' type='subscribe' from='paris@example.com'/>"), "{text}");
    for whole in ["<value>open</value>", "<value>whitelist</value>", "node='urn:xmpp:bookmarks:1'"] {
        assert!(text.contains(whole), "{whole}");
    }
}

#[test]
fn a_user_or_a_host_may_stand_alone() {
    let user = "<user xmlns='urn:xmpp:pie:0' name='juliet'><query xmlns='jabber:iq:roster'>\
                <item jid='romeo@montague.net'/></query></user>";
    let alone = read(user.as_bytes()).unwrap();
    assert_eq!(alone.iter().map(|one| (one.address.as_str(), one.contacts.len())).collect::<Vec<_>>(), [("juliet", 1)]);
    let host = format!("<host xmlns='urn:xmpp:pie:0' jid='capulet.com'>{user}</host>");
    assert_eq!(read(host.as_bytes()).unwrap().first().unwrap().address, "juliet@capulet.com");
}

#[test]
fn what_is_no_such_file_is_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><server-data xmlns='urn:xmpp:pie:0'>&a;</server-data>";
    for file in [
        "",
        "hello",
        "<a/>",
        "<server-data/>",
        "<server-data xmlns='urn:xmpp:pie:0'>",
        "<server-data xmlns='urn:xmpp:pie:0'></host>",
        "<server-data xmlns='urn:xmpp:pie:0'/><more/>",
        "<server-data xmlns='urn:xmpp:pie:0'><host jid='a'>&b;</host></server-data>",
        "<?xml-stylesheet href='http://example.com'?><server-data xmlns='urn:xmpp:pie:0'/>",
        bomb,
    ] {
        assert_eq!(read(file.as_bytes()), Err(CommandError::Unreadable), "{file}");
    }
    let deep = format!("<server-data xmlns='urn:xmpp:pie:0'>{}", "<x>".repeat(100_000));
    assert_eq!(read(deep.as_bytes()), Err(CommandError::Unreadable));
    assert_eq!(read(b"<server-data xmlns='urn:xmpp:pie:0'/>"), Ok(Vec::new()));
}

#[test]
fn what_asks_for_too_much_is_refused_or_passed_over() {
    let of = |inside: &str| {
        format!(
            "<server-data xmlns='urn:xmpp:pie:0'><host jid='a.test'><user name='b'>{inside}</user></host></server-data>"
        )
    };
    let roster = |count: u32| {
        let items: String = (0..count).map(|number| format!("<item jid='{number}@c.test'/>")).collect();
        of(&format!("<query xmlns='jabber:iq:roster'>{items}</query>"))
    };
    assert_eq!(read(roster(20_000).as_bytes()).unwrap().first().unwrap().contacts.len(), 20_000);
    assert_eq!(read(roster(20_001).as_bytes()), Err(CommandError::TooLarge));
    assert_eq!(read(roster(1_000_000).as_bytes()), Err(CommandError::TooLarge));
    assert_eq!(read(&vec![b' '; LARGEST + 1]), Err(CommandError::TooLarge));
    // One entry without end, wide or deep: the others are there.
    let wide = "<x/>".repeat(ENTRY_NODES);
    let deep = format!("{}{}", "<x>".repeat(200), "</x>".repeat(200));
    let long = "a".repeat(ENTRY_BYTES + 1);
    for card in [wide, deep, long] {
        let file = of(&format!(
            "<vCard xmlns='vcard-temp'>{card}</vCard><query xmlns='jabber:iq:roster'><item jid='d@c.test'/></query>"
        ));
        let accounts = read(file.as_bytes()).unwrap();
        let account = accounts.first().unwrap();
        assert_eq!((account.vcard.is_none(), account.contacts.len(), account.unreadable), (true, 1, 1));
    }
}
