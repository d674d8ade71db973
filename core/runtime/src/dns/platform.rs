//! The platform's resolver first, ours where it passes.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Answer, LookupFailed, Resolver, Srv, SystemResolver, interleave};
use crate::lookup::{Lookup, Question, Reply};
use crate::platform::Platform;

/// See the module.
pub(crate) struct PlatformResolver {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) own: Arc<SystemResolver>,
}

impl PlatformResolver {
    async fn ask(&self, question: Question) -> Reply {
        let (lookup, reply) = Lookup::new();
        let asked = catch_unwind(AssertUnwindSafe(|| self.platform.lookup(&question, lookup)));
        if asked.is_err() {
            tracing::error!("the platform's resolver panicked");
        }
        reply.await.unwrap_or(Reply::Failed)
    }
}

impl Resolver for PlatformResolver {
    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<Srv>> {
        Box::pin(async move {
            match self.ask(Question::Srv(name.to_owned())).await {
                Reply::Srv(records) => Ok(records),
                Reply::Pass => self.own.srv(name).await,
                Reply::Failed | Reply::Addresses(_) => Err(LookupFailed),
            }
        })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Vec<IpAddr>> {
        Box::pin(async move {
            // Nothing to ask about.
            if let Ok(address) = host.parse() {
                return Ok(vec![address]);
            }
            match self.ask(Question::Addresses(host.to_owned())).await {
                Reply::Addresses(addresses) => Ok(interleave(addresses)),
                Reply::Pass => self.own.addresses(host).await,
                Reply::Failed | Reply::Srv(_) => Err(LookupFailed),
            }
        })
    }
}
