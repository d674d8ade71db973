//! Our own resolver, where the platform offers none: host names through the system's, which knows the hosts file, VPNs and
//! NAT64; SRV records, which it can't ask for, through hickory.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::{Answer, LookupFailed, Resolver, Srv, interleave};
use crate::lookup;

/// See the module.
#[derive(Default)]
pub(crate) struct SystemResolver {
    /// Asked for SRV records; empty: the system's own.
    servers: Mutex<Vec<SocketAddr>>,
    /// Asked for everything, hosts too, and nobody else: for tests.
    only: Option<SocketAddr>,
}

impl SystemResolver {
    /// Asks this name server alone.
    pub(crate) fn only(server: Option<SocketAddr>) -> Self {
        Self { only: server, ..Self::default() }
    }

    /// Replaces the DNS servers; what is no address is left out.
    pub(crate) fn set_servers(&self, servers: &[String]) {
        let servers = servers.iter().filter_map(|text| server_address(text)).collect();
        *self.servers.lock().unwrap_or_else(PoisonError::into_inner) = servers;
    }

    /// Made anew for each lookup: the network, and with it the system's DNS servers, may have changed since the last
    /// one.
    fn hickory(&self) -> Option<TokioResolver> {
        let given = || self.servers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let servers = self.only.map_or_else(given, |server| vec![server]);
        let builder = if servers.is_empty() {
            system_builder()?
        } else {
            let servers = servers.into_iter().map(name_server).collect();
            let config = ResolverConfig::from_name_servers(servers);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        builder.build().ok()
    }
}

/// Android's configuration is behind JNI: there the platform names the servers.
#[cfg(target_os = "android")]
fn system_builder() -> Option<hickory_resolver::ResolverBuilder<TokioRuntimeProvider>> {
    None
}

#[cfg(not(target_os = "android"))]
fn system_builder() -> Option<hickory_resolver::ResolverBuilder<TokioRuntimeProvider>> {
    TokioResolver::builder_tokio().ok()
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}

pub(super) fn server_address(text: &str) -> Option<SocketAddr> {
    let bare = text.trim();
    bare.parse().ok().or_else(|| bare.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53)))
}

impl SystemResolver {
    /// `None`: no answer. Without records the list is empty.
    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, LookupFailed> {
        let resolver = self.hickory().ok_or(LookupFailed)?;
        match resolver.lookup(name, kind).await {
            Ok(lookup) => Ok(lookup.answers().iter().map(|record| record.data.clone()).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => {
                tracing::debug!(%error, "no answer to a question");
                Err(LookupFailed)
            }
        }
    }

    async fn ask_addresses(&self, host: &str) -> Result<Vec<IpAddr>, LookupFailed> {
        let name = format!("{}.", host.trim_end_matches('.'));
        let (v6, v4) = tokio::join!(self.ask(&name, RecordType::AAAA), self.ask(&name, RecordType::A));
        if v6.is_err() && v4.is_err() {
            return Err(LookupFailed);
        }
        let records = v6.into_iter().chain(v4).flatten();
        Ok(records.filter_map(|data| data.ip_addr()).collect())
    }
}

impl Resolver for SystemResolver {
    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<Srv>> {
        Box::pin(async move { Ok(self.ask(name, RecordType::SRV).await?.iter().filter_map(lookup::srv).collect()) })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Vec<IpAddr>> {
        Box::pin(async move {
            if let Ok(address) = host.parse() {
                return Ok(vec![address]);
            }
            if self.only.is_some() {
                return Ok(interleave(self.ask_addresses(host).await?));
            }
            let found = tokio::net::lookup_host((host, 0)).await.map_err(|error| {
                tracing::debug!(%error, "no answer to an address question");
                LookupFailed
            })?;
            Ok(interleave(found.map(|address| address.ip()).collect()))
        })
    }
}
