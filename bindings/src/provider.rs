//! Servers to choose from, for who has none yet.

use linnet_messenger::account::provider;

/// A server that makes accounts for everybody, as the XMPP Providers project lists it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Provider {
    /// Its domain, what `Client.start_sign_up` takes.
    pub domain: String,
    /// How one gets an account.
    pub registration: ProviderRegistration,
    /// Where it stands: codes of ISO 3166-1 with two capital letters.
    pub countries: Vec<String>,
    /// Its page for people; `https:`.
    pub website: Option<String>,
    /// The year in which it began.
    pub since: Option<u16>,
    /// The largest file that can be sent (XEP-0363), in megabytes.
    pub file_megabytes: Option<u32>,
    /// How many days it keeps messages (XEP-0313); zero: without end.
    pub archive_days: Option<u32>,
    /// It runs on renewable energy, says the Green Web Foundation.
    pub green: bool,
    /// It costs nothing.
    pub free_of_charge: bool,
}

/// How one gets an account on a listed server.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ProviderRegistration {
    /// In the app (XEP-0077).
    InApp {
        /// There is a picture to read something off (XEP-0158).
        captcha: bool,
        /// It asks for a mail address.
        email: bool,
    },
    /// On a page of its own.
    Web {
        /// `https:`.
        url: String,
    },
}

/// A list of servers, those where an account takes least first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ProviderList {
    /// The servers.
    pub providers: Vec<Provider>,
    /// When it was made, a date such as `2026-07-22`, if it is the one that came with the app.
    pub date: Option<String>,
}

/// Why a downloaded list can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ProviderListError {
    /// It is larger than 2 MiB or 2,000 servers, no such list, or has no server that takes anybody.
    #[error("no list of servers")]
    NoList,
}

/// The list that came with the app. Takes a millisecond.
#[uniffi::export]
pub fn provider_list() -> ProviderList {
    let providers = provider::shipped().into_iter().map(Into::into).collect();
    ProviderList { providers, date: Some(provider::SHIPPED_ON.to_owned()) }
}

/// Where a newer list is; `None`: nowhere, and nothing is to be asked. Whoever builds the app says it, by the variable
/// `LINNET_PROVIDERS_URL` of the environment; only an `https:` address counts. The platform fetches it when someone
/// looks for a server, and gives what came to `read_provider_list`.
#[uniffi::export]
pub fn provider_list_url() -> Option<String> {
    option_env!("LINNET_PROVIDERS_URL").filter(|url| url.starts_with("https://")).map(str::to_owned)
}

/// Reads a downloaded list, in the form of the project's own. Errors: `NoList`; then `provider_list` is still good.
#[uniffi::export]
pub fn read_provider_list(json: &str) -> Result<ProviderList, ProviderListError> {
    let providers = provider::parse(json).map_err(|provider::NoProviders| ProviderListError::NoList)?;
    Ok(ProviderList { providers: providers.into_iter().map(Into::into).collect(), date: None })
}

impl From<provider::Provider> for Provider {
    fn from(provider: provider::Provider) -> Self {
        Self {
            domain: provider.domain,
            registration: match provider.registration {
                provider::ProviderRegistration::InApp { captcha, email } => {
                    ProviderRegistration::InApp { captcha, email }
                }
                provider::ProviderRegistration::Web { url } => ProviderRegistration::Web { url },
            },
            countries: provider.countries,
            website: provider.website,
            since: provider.since,
            file_megabytes: provider.file_megabytes,
            archive_days: provider.archive_days,
            green: provider.green,
            free_of_charge: provider.free_of_charge,
        }
    }
}
