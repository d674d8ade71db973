//! Which SASL mechanism, and what it says about channel binding.
//!
//! XEPs: 0440, 0474

use crate::effect::ScramHash;
use crate::input::TlsInfo;
use crate::session::scram::{Advertised, ChannelBinding};

/// A way to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    Scram {
        name: &'static str,
        hash: ScramHash,
        binding: ChannelBinding,
        /// Only with a server that proves its lists (XEP-0474).
        lists_must_be_proven: bool,
    },
    Plain,
}

/// What the account has seen and has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past<'a> {
    /// The server has offered SCRAM before.
    pub scram_seen: bool,
    /// A login was bound to its channel before.
    pub binding_seen: bool,
    /// The only hashes we have keys for; `None`: there is the password.
    pub hashes: Option<&'a [ScramHash]>,
}

/// Hash, and the mechanism's name with and without channel binding; best first.
const SCRAM: [(ScramHash, &str, &str); 3] = [
    (ScramHash::Sha512, "SCRAM-SHA-512-PLUS", "SCRAM-SHA-512"),
    (ScramHash::Sha256, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"),
    (ScramHash::Sha1, "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"),
];

/// Whether this names SCRAM in any form, be it one that we don't know.
pub(super) fn is_scram(name: &str) -> bool {
    name.starts_with("SCRAM-")
}

/// The safe mechanisms, best first; none if the server offers none. The later ones are for a server that has this
/// account's keys for another hash than the one it offered first; they never give up what the first one guards.
///
/// Channel binding comes before the hash. It stops whoever sits in between with a certificate that we trust; SHA-1's
/// weakness is in collisions, and neither HMAC nor PBKDF2 depend on those.
pub(super) fn choose(advertised: Advertised<'_>, tls: &TlsInfo, past: Past<'_>) -> Vec<Mechanism> {
    let offered = |name: &str| advertised.mechanisms.iter().any(|mechanism| mechanism == name);
    let usable = |hash: &ScramHash| past.hashes.is_none_or(|hashes| hashes.contains(hash));
    let can_bind = tls.exporter.is_some() || tls.server_end_point.is_some();
    let offers_plus = SCRAM.iter().any(|(_, plus, _)| offered(plus));
    let common = common_binding(advertised.channel_bindings, tls);
    if let Some(binding) = common.filter(|_| offers_plus) {
        let plus = SCRAM.iter().filter(|(hash, plus, _)| offered(plus) && usable(hash));
        let bound = |&(hash, name, _)| Mechanism::Scram {
            name,
            hash,
            binding: Clone::clone(&binding),
            lists_must_be_proven: false,
        };
        return plus.map(bound).collect();
    }
    let (binding, lists_must_be_proven) = match (can_bind, offers_plus) {
        // The channel has nothing to be bound to: TLS 1.2, and a certificate whose signature has no one hash. Whoever
        // sits in between with a trusted certificate can bring that about, so once a login was bound this is no way back
        // either. `y` lets a server that binds see it. One that lists what we know would bind a better channel. And one
        // that lists only what we don't must prove its list, as below.
        (false, _) if !past.binding_seen => (ChannelBinding::Unsupported, false),
        (false, false) => (ChannelBinding::NotOffered, false),
        (false, true) if lists_ours(advertised.channel_bindings) => return Vec::new(),
        (false, true) => (ChannelBinding::Unsupported, true),
        // If the -PLUS names, or all but one that we don't know, were taken out on the way, `y` lets the server see it.
        // That holds too where it lists types of channel binding without a mechanism for them.
        (true, false) => (ChannelBinding::NotOffered, false),
        // The server binds, but to nothing that we have: `tls-unique`, mostly, which the TLS library does not give out.
        // `y` would be untrue, and every server that offers -PLUS must take it for an attack. So it is `n`, which is
        // what whoever sits in between with a trusted certificate would like too, and he could have written that list.
        // It is therefore no way back: once a login was bound, `n` goes on only if the server's first message proves
        // the list to be its own (XEP-0474 6, rule 6). Before that, refusing would lock people out of honest servers
        // and leave them no more protected than the many whose server has no channel binding at all.
        (true, true) => (ChannelBinding::Unsupported, past.binding_seen),
    };
    let scram: Vec<_> = SCRAM
        .iter()
        .filter(|(hash, _, name)| offered(name) && usable(hash))
        .map(|&(hash, _, name)| Mechanism::Scram { name, hash, binding: binding.clone(), lists_must_be_proven })
        .collect();
    let offers_scram = advertised.mechanisms.iter().any(|name| is_scram(name));
    if !past.scram_seen && !offers_scram && past.hashes.is_none() && offered("PLAIN") {
        return vec![Mechanism::Plain];
    }
    scram
}

/// What we could be bound to, over TLS as it should be; best first.
const BINDINGS: [&str; 2] = ["tls-exporter", "tls-server-end-point"];

/// Whether a server could be bound to something we know, by its list; without a list it could.
fn lists_ours(listed: Option<&[String]>) -> bool {
    listed.is_none_or(|listed| listed.iter().any(|kind| BINDINGS.contains(&kind.as_str())))
}

/// The strongest type that both have. Without a list (before XEP-0440) RFC 9266 makes tls-exporter the default for TLS
/// 1.3; before that only tls-server-end-point is left to try.
fn common_binding(listed: Option<&[String]>, tls: &TlsInfo) -> Option<ChannelBinding> {
    BINDINGS
        .into_iter()
        .zip([&tls.exporter, &tls.server_end_point])
        .filter(|(kind, _)| listed.is_none_or(|listed| listed.iter().any(|other| other == kind)))
        .find_map(|(kind, data)| data.clone().map(|data| ChannelBinding::Bound { kind, data }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORTER: &[u8] = b"exporter";
    const END_POINT: &[u8] = b"end point";

    fn tls(exporter: bool, end_point: bool) -> TlsInfo {
        TlsInfo {
            version: "TLSv1.3".into(),
            exporter: exporter.then(|| EXPORTER.to_vec()),
            server_end_point: end_point.then(|| END_POINT.to_vec()),
            certificate: None,
        }
    }

    struct Offer(Vec<String>, Option<Vec<String>>);

    fn features(mechanisms: &str, bindings: Option<&str>) -> Offer {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Offer(list(mechanisms), bindings.map(list))
    }

    fn names(offer: &Offer, tls: &TlsInfo, scram_seen: bool) -> String {
        names_after(offer, tls, Past { scram_seen, binding_seen: false, hashes: None })
    }

    fn names_after(offer: &Offer, tls: &TlsInfo, past: Past<'_>) -> String {
        let advertised = Advertised { mechanisms: &offer.0, channel_bindings: offer.1.as_deref() };
        let flags = choose(advertised, tls, past).into_iter().map(|mechanism| match mechanism {
            Mechanism::Plain => "PLAIN".to_owned(),
            Mechanism::Scram { name, lists_must_be_proven: true, binding: ChannelBinding::Unsupported, .. } => {
                format!("n! {name}")
            }
            Mechanism::Scram { name, binding: ChannelBinding::Unsupported, .. } => format!("n {name}"),
            Mechanism::Scram { name, binding: ChannelBinding::NotOffered, .. } => format!("y {name}"),
            Mechanism::Scram { name, binding: ChannelBinding::Bound { kind, data }, .. } => {
                assert_eq!(data, if kind == "tls-exporter" { EXPORTER } else { END_POINT });
                format!("{kind} {name}")
            }
        });
        flags.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn channel_binding_first_then_the_hash() {
        let all =
            features("PLAIN SCRAM-SHA-1 SCRAM-SHA-512 SCRAM-SHA-1-PLUS SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS", None);
        assert_eq!(
            names(&all, &tls(true, true), false),
            "tls-exporter SCRAM-SHA-512-PLUS, tls-exporter SCRAM-SHA-256-PLUS, tls-exporter SCRAM-SHA-1-PLUS"
        );
        assert_eq!(
            names(&features("SCRAM-SHA-256 SCRAM-SHA-1-PLUS", None), &tls(true, true), false),
            "tls-exporter SCRAM-SHA-1-PLUS"
        );
    }

    #[test]
    fn types_of_channel_binding_are_agreed_on() {
        let with = |list| features("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", list);
        for (list, exporter, end_point, expected) in [
            (Some("tls-server-end-point tls-exporter"), true, true, "tls-exporter SCRAM-SHA-1-PLUS"),
            (Some("tls-server-end-point"), true, true, "tls-server-end-point SCRAM-SHA-1-PLUS"),
            (Some("tls-server-end-point tls-exporter"), false, true, "tls-server-end-point SCRAM-SHA-1-PLUS"),
            (None, false, true, "tls-server-end-point SCRAM-SHA-1-PLUS"),
            (Some("tls-unique"), true, true, "n SCRAM-SHA-1"),
            (Some("tls-unique tls-server-end-point"), true, false, "n SCRAM-SHA-1"),
            (Some(""), true, true, "n SCRAM-SHA-1"),
            (Some("tls-exporter"), false, false, "n SCRAM-SHA-1"),
            (None, false, false, "n SCRAM-SHA-1"),
        ] {
            assert_eq!(names(&with(list), &tls(exporter, end_point), false), expected, "{list:?}");
        }
    }

    #[test]
    fn once_bound_a_list_without_our_types_must_be_proven() {
        let past = Past { scram_seen: true, binding_seen: true, hashes: None };
        let unique = features("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", Some("tls-unique"));
        assert_eq!(names_after(&unique, &tls(true, true), past), "n! SCRAM-SHA-1");
        let stripped = features("SCRAM-SHA-1", None);
        assert_eq!(names_after(&stripped, &tls(true, true), past), "y SCRAM-SHA-1", "the server sees that itself");
        let only_plus = features("SCRAM-SHA-1-PLUS PLAIN", Some("tls-unique"));
        assert_eq!(names_after(&only_plus, &tls(true, true), past), "");
    }

    #[test]
    fn once_bound_a_channel_without_anything_to_bind_to_is_no_way_back() {
        let past = Past { scram_seen: true, binding_seen: true, hashes: None };
        let bare = tls(false, false);
        let plus = |list| features("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", list);
        for (list, expected) in [
            (Some("tls-exporter"), ""),
            (Some("tls-unique tls-server-end-point"), ""),
            (None, ""),
            (Some("tls-unique"), "n! SCRAM-SHA-1"),
            (Some(""), "n! SCRAM-SHA-1"),
        ] {
            assert_eq!(names_after(&plus(list), &bare, past), expected, "{list:?}");
        }
        assert_eq!(names_after(&features("SCRAM-SHA-1", None), &bare, past), "y SCRAM-SHA-1", "the server sees it");
    }

    #[test]
    fn without_the_password_only_what_there_are_keys_for() {
        let past = |hashes| Past { scram_seen: true, binding_seen: true, hashes: Some(hashes) };
        let all = features("SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512-PLUS SCRAM-SHA-1-PLUS PLAIN", None);
        assert_eq!(names_after(&all, &tls(true, true), past(&[ScramHash::Sha1])), "tls-exporter SCRAM-SHA-1-PLUS");
        assert_eq!(names_after(&all, &tls(true, true), past(&[ScramHash::Sha256])), "", "binding is not given up");
        let plain = Past { scram_seen: false, ..past(&[]) };
        assert_eq!(names_after(&features("PLAIN", None), &tls(true, true), plain), "");
    }

    #[test]
    fn without_plus_the_server_is_told_that_we_could() {
        let without = features("SCRAM-SHA-1 SCRAM-SHA-256 PLAIN", None);
        assert_eq!(names(&without, &tls(true, true), false), "y SCRAM-SHA-256, y SCRAM-SHA-1");
        assert_eq!(names(&without, &tls(false, false), false), "n SCRAM-SHA-256, n SCRAM-SHA-1");
        let stripped = features("SCRAM-SHA-1", Some("tls-exporter"));
        assert_eq!(names(&stripped, &tls(true, true), false), "y SCRAM-SHA-1");
        let stripped = features("SCRAM-SHA-1 SCRAM-SHA-999-PLUS", Some("tls-exporter"));
        assert_eq!(names(&stripped, &tls(true, true), false), "y SCRAM-SHA-1");
    }

    #[test]
    fn plain_only_where_scram_never_was() {
        for (offered, seen, expected) in [
            ("PLAIN", false, "PLAIN"),
            ("PLAIN DIGEST-MD5", false, "PLAIN"),
            ("PLAIN", true, ""),
            ("PLAIN SCRAM-SHA-999", false, ""),
            ("PLAIN SCRAM-SHA-512", false, "y SCRAM-SHA-512"),
            ("PLAIN SCRAM-SHA-1", true, "y SCRAM-SHA-1"),
            ("plain", false, ""),
            ("", false, ""),
            ("EXTERNAL ANONYMOUS", false, ""),
        ] {
            assert_eq!(names(&features(offered, None), &tls(true, true), seen), expected, "{offered}");
        }
    }
}
