//! What an account's server can do, how the last login to it went, and who answers for it.

use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension};

use super::item::{ServerAnswers, ServerDetailsItem, Support};
use super::{View, Window};
use crate::change::Change;
use crate::ids::AccountId;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct ServerDetails {
    account: AccountId,
}

impl ServerDetails {
    /// Of this account's server.
    pub fn new(account: AccountId) -> Self {
        Self { account }
    }
}

impl View for ServerDetails {
    type Item = ServerDetailsItem;

    fn concerns(&self, change: Change) -> bool {
        change == Change::ServerDetails(self.account)
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<ServerDetailsItem>, StoreError> {
        let row: Option<(String, bool, Option<String>)> = connection
            .prepare_cached(
                "SELECT account.jid, account.proxy IS NULL, server_details.answers
                 FROM account LEFT JOIN server_details ON server_details.account_id = account.id
                 WHERE account.id = ?1",
            )?
            .query_row([self.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let items = row.map(|(jid, straight, answers)| {
            let domain = jid.split_once('@').map_or(jid.as_str(), |(_, domain)| domain).to_owned();
            let answers = answers.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
            item(self.account, domain, straight, answers)
        });
        Ok(Window { items: items.into_iter().collect(), at_start: true, at_end: true })
    }
}

fn item(account: AccountId, domain: String, straight: bool, answers: ServerAnswers) -> ServerDetailsItem {
    let capabilities = answers.capabilities();
    let report = report(&domain, &answers);
    let (fetched, pages): (Vec<String>, Vec<String>) =
        answers.status_pages.into_iter().partition(|uri| straight && is_of(uri, &domain));
    let mut fetched = fetched.into_iter();
    ServerDetailsItem {
        key: format!("{account}"),
        account,
        domain,
        capabilities,
        largest_file: answers.largest_file,
        software: answers.software,
        addresses: answers.addresses,
        outage_file: fetched.next(),
        status_pages: fetched.chain(pages).collect(),
        login: answers.login,
        asked: answers.asked,
        report,
    }
}

/// Whether fetching it tells nobody of us but who runs this domain: https, on its host or one below.
fn is_of(uri: &str, domain: &str) -> bool {
    let Some(rest) = uri.strip_prefix("https://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.split_once(':').map_or(authority, |(host, _)| host).to_ascii_lowercase();
    let domain = idna::domain_to_ascii(domain).unwrap_or_default();
    !domain.is_empty()
        && !authority.contains(['@', '\\'])
        && host.strip_suffix(&domain).is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// In English, for whoever is asked for help; the account's own address is nobody's business.
fn report(domain: &str, answers: &ServerAnswers) -> String {
    let mut text = format!("Server: {domain}\n");
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}: {value}");
    };
    if let Some(software) = &answers.software {
        line("Software", &[software.name.as_str(), software.version.as_deref().unwrap_or("")].join(" "));
    }
    if let Some(login) = &answers.login {
        line("TLS", &login.tls);
        line("Signed in by", &login.mechanism);
        line("Channel binding", login.binding.as_deref().unwrap_or("none"));
        if let Some(certificate) = &login.certificate {
            line("Certificate of", &certificate.subject);
            line("Certificate by", &certificate.issuer);
            line("Certificate until", &day(certificate.not_after));
        }
    }
    if let Some(bytes) = answers.largest_file {
        line("Largest file", &format!("{bytes} bytes"));
    }
    for item in answers.capabilities() {
        let support = match item.support {
            Support::Yes => "yes",
            Support::No => "no",
            Support::Unknown => "unknown",
        };
        line(&format!("XEP-{}", item.xeps.join(", ")), support);
    }
    text
}

/// A day of the Gregorian calendar, UTC (Howard Hinnant's `civil_from_days`).
fn day(milliseconds: i64) -> String {
    let days = milliseconds.div_euclid(86_400_000).clamp(-700_000, 3_000_000) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_server_itself_is_asked_for_outages() {
        for uri in ["https://example.org/status.json", "https://Status.example.org:8443/x", "https://example.org"] {
            assert!(is_of(uri, "example.org"), "{uri}");
        }
        for uri in [
            "http://example.org/status.json",
            "https://badexample.org/",
            "https://example.org.evil.example/",
            "https://example.org@evil.example/",
            "https://evil.example\\.example.org/",
            "https://evil.example/?example.org",
            "javascript:alert(1)//https://example.org/",
            "https://",
            "",
        ] {
            assert!(!is_of(uri, "example.org"), "{uri}");
        }
        assert!(is_of("https://xn--mnchen-3ya.example/", "münchen.example"));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (time, text) in
            [(0, "1970-01-01"), (951_782_400_000, "2000-02-29"), (1_790_000_000_000, "2026-09-21"), (-1, "1969-12-31")]
        {
            assert_eq!(day(time), text);
        }
    }
}
