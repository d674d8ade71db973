//! Servers to choose from, for who has none yet: the list of the XMPP Providers project, as shipped or as refreshed.
//!
//! Invariants: a list is read as a whole or not at all, within bounds, whoever wrote it; only a domain that can be one
//! and only pages behind `https:` are shown; the shipped one is always there to fall back on. Who closed its doors to
//! strangers is not listed.
//!
//! XEPs: 0077

use serde::Deserialize;

use super::settings::domain_in_letters;

/// When the shipped list was made, a date.
pub const SHIPPED_ON: &str = "2026-07-22";
const SHIPPED: &str = include_str!("providers.json");

/// Bytes of a list.
const LARGEST: usize = 2 * 1024 * 1024;
/// Servers of a list.
const MOST: usize = 2_000;
/// Bytes of an address of the web.
const PAGE: usize = 500;

/// A server that makes accounts for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// In letters.
    pub domain: String,
    pub registration: ProviderRegistration,
    /// Where it stands: codes of ISO 3166-1 with two capital letters.
    pub countries: Vec<String>,
    /// Its page for people.
    pub website: Option<String>,
    /// The year in which it began.
    pub since: Option<u16>,
    /// The largest file to be sent, in megabytes.
    pub file_megabytes: Option<u32>,
    /// How many days it keeps messages; zero: without end.
    pub archive_days: Option<u32>,
    /// It runs on renewable energy, says the Green Web Foundation.
    pub green: bool,
    pub free_of_charge: bool,
}

/// How one gets an account there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderRegistration {
    /// In the app (XEP-0077).
    InApp { captcha: bool, email: bool },
    /// On a page of its own.
    Web { url: String },
}

/// A text that is no list of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no list of servers")]
pub struct NoProviders;

/// What the list says of a server, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    jid: String,
    #[serde(default)]
    website: Pages,
    #[serde(default)]
    in_band_registration: bool,
    #[serde(default)]
    in_band_registration_email_address_required: bool,
    #[serde(default)]
    in_band_registration_captcha_required: bool,
    #[serde(default)]
    registration_web_page: Pages,
    #[serde(default)]
    server_locations: Vec<String>,
    #[serde(default)]
    since: String,
    #[serde(default = "unknown")]
    maximum_http_file_upload_file_size: i64,
    #[serde(default = "unknown")]
    maximum_message_archive_management_storage_time: i64,
    #[serde(default)]
    rating_green_web_check: bool,
    #[serde(default)]
    free_of_charge: bool,
}

/// A page in several languages.
type Pages = std::collections::BTreeMap<String, String>;

/// What the list has for "nobody knows".
fn unknown() -> i64 {
    -1
}

/// The list that came with the app.
pub fn shipped() -> Vec<Provider> {
    parse(SHIPPED).unwrap_or_default()
}

/// Reads a list in the form of the project's `providers-*.json`: in-app first, then by name.
pub fn parse(text: &str) -> Result<Vec<Provider>, NoProviders> {
    if text.len() > LARGEST {
        return Err(NoProviders);
    }
    let listed: Vec<Listed> = serde_json::from_str(text).map_err(|_| NoProviders)?;
    if listed.len() > MOST {
        return Err(NoProviders);
    }
    let mut providers: Vec<Provider> = listed.into_iter().filter_map(provider).collect();
    if providers.is_empty() {
        return Err(NoProviders);
    }
    providers.sort_by(|a, b| effort(a).cmp(&effort(b)).then_with(|| a.domain.cmp(&b.domain)));
    providers.dedup_by(|a, b| a.domain == b.domain);
    Ok(providers)
}

/// How much it takes to get an account.
fn effort(provider: &Provider) -> u8 {
    match provider.registration {
        ProviderRegistration::InApp { email: false, captcha: false } => 0,
        ProviderRegistration::InApp { email: false, captcha: true } => 1,
        ProviderRegistration::InApp { email: true, .. } => 2,
        ProviderRegistration::Web { .. } => 3,
    }
}

fn provider(listed: Listed) -> Option<Provider> {
    let registration = if listed.in_band_registration {
        ProviderRegistration::InApp {
            captcha: listed.in_band_registration_captcha_required,
            email: listed.in_band_registration_email_address_required,
        }
    } else {
        ProviderRegistration::Web { url: page(&listed.registration_web_page)? }
    };
    let country = |code: &String| {
        (code.len() == 2 && code.bytes().all(|c| c.is_ascii_alphabetic())).then(|| code.to_ascii_uppercase())
    };
    Some(Provider {
        domain: domain_in_letters(&listed.jid).filter(|domain| domain.contains('.'))?,
        registration,
        countries: listed.server_locations.iter().filter_map(country).take(10).collect(),
        website: page(&listed.website),
        since: listed.since.split('-').next().and_then(|year| year.parse().ok()),
        file_megabytes: u32::try_from(listed.maximum_http_file_upload_file_size).ok().filter(|size| *size > 0),
        archive_days: u32::try_from(listed.maximum_message_archive_management_storage_time).ok(),
        green: listed.rating_green_web_check,
        free_of_charge: listed.free_of_charge,
    })
}

/// The English page, or any.
fn page(pages: &Pages) -> Option<String> {
    let page = pages.get("en").or_else(|| pages.values().next())?;
    let fits = page.len() < PAGE && page.chars().all(|c| !c.is_control() && !c.is_whitespace());
    Some(page.clone()).filter(|page| fits && page.starts_with("https://"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn one(fields: &str) -> Result<Vec<Provider>, NoProviders> {
        parse(&format!("[{{\"jid\":\"example.org\",{fields}}}]"))
    }

    #[test]
    fn the_shipped_list_is_read_in_full() {
        let all = shipped();
        assert_eq!(all.len(), 29);
        let in_app = all.iter().filter(|one| matches!(one.registration, ProviderRegistration::InApp { .. })).count();
        assert_eq!(in_app, 13);
        assert!(all.windows(2).all(|pair| effort(&pair[0]) <= effort(&pair[1])), "the easiest come first");
        let yax = all.iter().find(|one| one.domain == "yax.im").unwrap();
        assert_eq!((yax.countries.as_slice(), yax.since), (&["DE".to_owned()][..], Some(2013)));
        assert!(all.iter().all(|one| one.website.is_some()), "all have a page");
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let none = &one("\"inBandRegistration\":true").unwrap()[0];
        assert_eq!((none.file_megabytes, none.archive_days, none.since), (None, None, None));
        let endless = "\"inBandRegistration\":true,\"maximumMessageArchiveManagementStorageTime\":0,\
                       \"maximumHttpFileUploadFileSize\":104,\"serverLocations\":[\"de\",\"de-BE\",\"12\"]";
        let endless = &one(endless).unwrap()[0];
        assert_eq!((endless.file_megabytes, endless.archive_days), (Some(104), Some(0)));
        assert_eq!(endless.countries, ["DE"]);
    }

    #[test]
    fn who_takes_nobody_is_left_out() {
        assert_eq!(one("\"inBandRegistration\":false"), Err(NoProviders));
        for url in ["http://example.org", "javascript:alert(1)", "https://a b", "https://a\\u0000"] {
            assert_eq!(one(&format!("\"registrationWebPage\":{{\"en\":\"{url}\"}}")), Err(NoProviders), "{url}");
        }
        let web = one("\"registrationWebPage\":{\"de\":\"https://example.org/neu\"}").unwrap();
        assert_eq!(web[0].registration, ProviderRegistration::Web { url: "https://example.org/neu".into() });
    }

    #[test]
    fn a_list_is_read_as_a_whole_or_not_at_all() {
        for text in ["", "{}", "[]", "[{}]", "[{\"jid\":5}]", "<html>", "[{\"jid\":\"a.b\",\"inBandRegistration\":1}]"]
        {
            assert_eq!(parse(text), Err(NoProviders), "{text}");
        }
        let many = |count: usize| {
            let all: Vec<String> =
                (0..count).map(|at| format!("{{\"jid\":\"s{at}.org\",\"inBandRegistration\":true}}")).collect();
            format!("[{}]", all.join(","))
        };
        assert_eq!(parse(&many(MOST)).unwrap().len(), MOST);
        assert_eq!(parse(&many(MOST + 1)), Err(NoProviders));
        assert_eq!(parse(&" ".repeat(LARGEST + 1)), Err(NoProviders));
        for jid in ["a@example.org", "example.org/x", "localhost", "a b", ""] {
            assert_eq!(parse(&format!("[{{\"jid\":\"{jid}\",\"inBandRegistration\":true}}]")), Err(NoProviders));
        }
    }
}
