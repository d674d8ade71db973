//! The command line.

use std::path::PathBuf;

use linnet_messenger::command::{ProxyAddress, ServerAddress};
use linnet_messenger::store::{Role, StoreOptions};
use linnet_runtime::Options;
use zeroize::Zeroizing;

/// What was asked for.
pub(crate) struct Arguments {
    pub(crate) options: Options,
    pub(crate) boot_id: Option<String>,
    pub(crate) server: Option<ServerAddress>,
    pub(crate) proxy: Option<ProxyAddress>,
    pub(crate) discard: bool,
    pub(crate) log: String,
}

const USAGE: &str = "linnet-driver --store FILE|:memory: [--key HEX64] [--ca FILE] [--server HOST:PORT] [--direct-tls] \
[--proxy HOST:PORT] [--discard] [--role app|extension] [--fault-point received|committed|acknowledged \
--fault-after N] \
[--sabotage ack-before-commit|no-dedup|order-by-clock] [--clock-skew MS] [--boot-id ID] [--log LEVEL]";

/// Reads the arguments; the error is for people.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = arguments;
    let mut given = Given::default();
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value\n{USAGE}"));
        match name.as_str() {
            "--store" => given.store = Some(value()?),
            "--key" => given.key = key(&value()?).ok_or("--key needs 64 hexadecimal digits")?,
            "--ca" => given.ca = Some(value()?.into()),
            "--server" => given.server = Some(address(&value()?).ok_or("--server needs HOST:PORT")?),
            "--proxy" => given.proxy = Some(address(&value()?).ok_or("--proxy needs HOST:PORT")?),
            "--direct-tls" => given.direct_tls = true,
            "--discard" => given.discard = true,
            "--role" => given.role = role(&value()?).ok_or("--role is app or extension")?,
            "--fault-point" => given.fault_point = Some(value()?),
            "--fault-after" => given.fault_after = Some(number(&name, &value()?)?),
            "--sabotage" => given.sabotage = Some(value()?),
            "--clock-skew" => given.clock_skew = number(&name, &value()?)?,
            "--boot-id" => given.boot_id = Some(value()?),
            "--log" => given.log = value()?,
            _ => return Err(format!("{name} is not known\n{USAGE}")),
        }
    }
    given.finish()
}

struct Given {
    store: Option<String>,
    key: Zeroizing<[u8; 32]>,
    ca: Option<PathBuf>,
    server: Option<(String, u16)>,
    proxy: Option<(String, u16)>,
    direct_tls: bool,
    discard: bool,
    role: Role,
    fault_point: Option<String>,
    fault_after: Option<u32>,
    sabotage: Option<String>,
    clock_skew: i64,
    boot_id: Option<String>,
    log: String,
}

impl Default for Given {
    fn default() -> Self {
        Self {
            store: None,
            key: Zeroizing::new([0; 32]),
            ca: None,
            server: None,
            proxy: None,
            direct_tls: false,
            discard: false,
            role: Role::App,
            fault_point: None,
            fault_after: None,
            sabotage: None,
            clock_skew: 0,
            boot_id: None,
            log: "warn".to_owned(),
        }
    }
}

impl Given {
    fn finish(self) -> Result<Arguments, String> {
        let store = self.store.as_ref().ok_or_else(|| format!("--store is missing\n{USAGE}"))?;
        let path = (store != ":memory:").then(|| PathBuf::from(store));
        if self.direct_tls && self.server.is_none() {
            return Err("--direct-tls needs --server".to_owned());
        }
        let mut options = Options::new(StoreOptions { path, key: self.key.clone(), role: self.role });
        options.ca_file.clone_from(&self.ca);
        options.wall_skew = self.clock_skew;
        options.discard = self.discard;
        self.plant(&mut options)?;
        let direct_tls = self.direct_tls;
        Ok(Arguments {
            options,
            boot_id: self.boot_id,
            server: self.server.map(|(host, port)| ServerAddress { host, port, direct_tls }),
            proxy: self.proxy.map(|(host, port)| ProxyAddress { host, port }),
            discard: self.discard,
            log: self.log,
        })
    }

    #[cfg(feature = "sabotage")]
    fn plant(&self, options: &mut Options) -> Result<(), String> {
        use linnet_runtime::sabotage::{FaultPoint, Sabotage};
        options.sabotage.bug = match self.sabotage.as_deref() {
            None => None,
            Some("ack-before-commit") => Some(Sabotage::AckBeforeCommit),
            Some("no-dedup") => Some(Sabotage::NoDedup),
            Some("order-by-clock") => Some(Sabotage::OrderByClock),
            Some(other) => return Err(format!("{other} is no sabotage\n{USAGE}")),
        };
        let point = match self.fault_point.as_deref() {
            None => None,
            Some("received") => Some(FaultPoint::Received),
            Some("committed") => Some(FaultPoint::Committed),
            Some("acknowledged") => Some(FaultPoint::Acknowledged),
            Some(other) => return Err(format!("{other} is no fault point\n{USAGE}")),
        };
        options.sabotage.death = match (point, self.fault_after) {
            (Some(point), Some(after)) => Some((point, after)),
            (None, None) => None,
            _ => return Err("--fault-point and --fault-after belong together".to_owned()),
        };
        Ok(())
    }

    #[cfg(not(feature = "sabotage"))]
    fn plant(&self, _options: &mut Options) -> Result<(), String> {
        if self.sabotage.is_some() || self.fault_point.is_some() || self.fault_after.is_some() {
            return Err("this build has no sabotage; build with --features sabotage".to_owned());
        }
        Ok(())
    }
}

fn key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    if text.len() != 2 * key.len() {
        return None;
    }
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(key)
}

fn role(text: &str) -> Option<Role> {
    [Role::App, Role::Extension].into_iter().find(|role| role.name() == text)
}

fn address(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    (!host.is_empty()).then_some((host.to_owned(), port.parse().ok()?))
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} needs a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Result<Arguments, String> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn all_options_arrive() {
        let digits = "0f".repeat(32);
        let line = format!(
            "--store /tmp/x.db --key {digits} --ca ca.pem --server [::1]:5223 --direct-tls --discard \
             --role extension --proxy 127.0.0.1:9050 --clock-skew -86400000 --boot-id b --log debug"
        );
        let arguments = given(&line).unwrap();
        assert_eq!(arguments.options.store.path, Some("/tmp/x.db".into()));
        assert_eq!(*arguments.options.store.key, [15; 32]);
        assert_eq!(arguments.options.ca_file, Some("ca.pem".into()));
        let server = ServerAddress { host: "::1".to_owned(), port: 5223, direct_tls: true };
        assert_eq!(arguments.server, Some(server));
        assert_eq!(arguments.proxy, Some(ProxyAddress { host: "127.0.0.1".to_owned(), port: 9050 }));
        assert_eq!(arguments.options.wall_skew, -86_400_000);
        assert_eq!((arguments.boot_id.as_deref(), arguments.log.as_str()), (Some("b"), "debug"));
        assert!(arguments.discard);
        assert_eq!(arguments.options.store.role, Role::Extension);
        assert_eq!(given("--store x").unwrap().options.store.role, Role::App);
    }

    #[test]
    fn wrong_options_are_refused() {
        for line in [
            "",
            "--store",
            "--store x --key 00",
            "--store x --key zz",
            "--store x --server host",
            "--store x --server :5222",
            "--store x --server host:99999",
            "--store x --proxy host",
            "--store x --direct-tls",
            "--store x --clock-skew soon",
            "--store x --fault-point received",
            "--store x --fault-after 3",
            "--store x --sabotage nothing",
            "--store x --role server",
            "--store x --unknown",
        ] {
            assert!(given(line).is_err(), "{line}");
        }
        assert!(given(&format!("--store x --key {}", "é".repeat(32))).is_err());
    }

    #[test]
    fn memory_is_no_path() {
        assert_eq!(given("--store :memory:").unwrap().options.store.path, None);
    }

    #[cfg(feature = "sabotage")]
    #[test]
    fn sabotage_and_death_are_planted() {
        use linnet_runtime::sabotage::{FaultPoint, Sabotage};
        let planted = given("--store x --sabotage no-dedup --fault-point committed --fault-after 7").unwrap();
        assert_eq!(planted.options.sabotage.bug, Some(Sabotage::NoDedup));
        assert_eq!(planted.options.sabotage.death, Some((FaultPoint::Committed, 7)));
    }

    #[cfg(not(feature = "sabotage"))]
    #[test]
    fn a_shipped_build_refuses_sabotage() {
        assert!(given("--store x --sabotage no-dedup").is_err());
        assert!(given("--store x --fault-point committed --fault-after 7").is_err());
    }
}
