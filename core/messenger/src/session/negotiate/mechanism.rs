//! Which SASL mechanism, and what it says about channel binding.

use crate::effect::ScramHash;
use crate::input::TlsInfo;
use crate::session::features::Features;
use crate::session::scram::ChannelBinding;

/// A way to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    Scram { name: &'static str, hash: ScramHash, binding: ChannelBinding },
    Plain,
}

/// Hash, and the mechanism's name with and without channel binding; best first.
const SCRAM: [(ScramHash, &str, &str); 2] =
    [(ScramHash::Sha256, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"), (ScramHash::Sha1, "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1")];

/// Whether the server knows SCRAM in any form, be it one that we don't know.
pub(super) fn offers_scram(features: &Features) -> bool {
    features.mechanisms.iter().any(|name| name.starts_with("SCRAM-"))
}

/// The safe mechanisms, best first; none if the server offers none. The later ones are for a server that has this
/// account's keys for another hash than the one it offered first; they never give up what the first one guards.
///
/// Channel binding comes before the hash. It stops whoever sits in between with a certificate that we trust; SHA-1's
/// weakness is in collisions, and neither HMAC nor PBKDF2 depend on those.
pub(super) fn choose(features: &Features, tls: &TlsInfo, scram_seen: bool) -> Vec<Mechanism> {
    let offered = |name: &str| features.mechanisms.iter().any(|mechanism| mechanism == name);
    let can_bind = tls.exporter.is_some() || tls.server_end_point.is_some();
    if can_bind && SCRAM.iter().any(|(_, plus, _)| offered(plus)) {
        // A list without a type of ours was tampered with: servers must offer tls-server-end-point (XEP-0440, 4).
        let Some(binding) = common_binding(features.channel_bindings.as_deref(), tls) else { return Vec::new() };
        let usable = SCRAM.iter().filter(|(_, plus, _)| offered(plus));
        return usable.map(|&(hash, name, _)| Mechanism::Scram { name, hash, binding: binding.clone() }).collect();
    }
    // If the -PLUS names, or all but one that we don't know, were taken out on the way, `y` lets the server see it. That
    // holds too where it lists types of channel binding without a mechanism for them.
    let binding = if can_bind { ChannelBinding::NotOffered } else { ChannelBinding::Unsupported };
    let usable = SCRAM.iter().filter(|(_, _, name)| offered(name));
    let scram: Vec<_> =
        usable.map(|&(hash, _, name)| Mechanism::Scram { name, hash, binding: binding.clone() }).collect();
    if scram.is_empty() && !scram_seen && !offers_scram(features) && offered("PLAIN") {
        return vec![Mechanism::Plain];
    }
    scram
}

/// The strongest type that both have. Without a list (before XEP-0440) RFC 9266 makes tls-exporter the default for TLS
/// 1.3; before that only tls-server-end-point is left to try.
fn common_binding(listed: Option<&[String]>, tls: &TlsInfo) -> Option<ChannelBinding> {
    let ours = [("tls-exporter", &tls.exporter), ("tls-server-end-point", &tls.server_end_point)];
    ours.into_iter()
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
        }
    }

    fn features(mechanisms: &str, bindings: Option<&str>) -> Features {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Features { mechanisms: list(mechanisms), channel_bindings: bindings.map(list), ..Features::default() }
    }

    fn names(features: &Features, tls: &TlsInfo, scram_seen: bool) -> String {
        let flags = choose(features, tls, scram_seen).into_iter().map(|mechanism| match mechanism {
            Mechanism::Plain => "PLAIN".to_owned(),
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
        let all = features("PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS", None);
        assert_eq!(
            names(&all, &tls(true, true), false),
            "tls-exporter SCRAM-SHA-256-PLUS, tls-exporter SCRAM-SHA-1-PLUS"
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
            (Some("tls-unique"), true, true, ""),
            (Some(""), true, true, ""),
            (Some("tls-exporter"), false, false, "n SCRAM-SHA-1"),
            (None, false, false, "n SCRAM-SHA-1"),
        ] {
            assert_eq!(names(&with(list), &tls(exporter, end_point), false), expected, "{list:?}");
        }
    }

    #[test]
    fn without_plus_the_server_is_told_that_we_could() {
        let without = features("SCRAM-SHA-1 SCRAM-SHA-256 PLAIN", None);
        assert_eq!(names(&without, &tls(true, true), false), "y SCRAM-SHA-256, y SCRAM-SHA-1");
        assert_eq!(names(&without, &tls(false, false), false), "n SCRAM-SHA-256, n SCRAM-SHA-1");
        let stripped = features("SCRAM-SHA-1", Some("tls-exporter"));
        assert_eq!(names(&stripped, &tls(true, true), false), "y SCRAM-SHA-1");
        let stripped = features("SCRAM-SHA-1 SCRAM-SHA-512-PLUS", Some("tls-exporter"));
        assert_eq!(names(&stripped, &tls(true, true), false), "y SCRAM-SHA-1");
    }

    #[test]
    fn plain_only_where_scram_never_was() {
        for (offered, seen, expected) in [
            ("PLAIN", false, "PLAIN"),
            ("PLAIN DIGEST-MD5", false, "PLAIN"),
            ("PLAIN", true, ""),
            ("PLAIN SCRAM-SHA-512", false, ""),
            ("PLAIN SCRAM-SHA-1", true, "y SCRAM-SHA-1"),
            ("plain", false, ""),
            ("", false, ""),
            ("EXTERNAL ANONYMOUS", false, ""),
        ] {
            assert_eq!(names(&features(offered, None), &tls(true, true), seen), expected, "{offered}");
        }
    }
}
