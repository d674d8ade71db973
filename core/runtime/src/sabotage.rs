//! What the chaos test plants: bugs that it must find, and points where the process kills itself. Never in a shipped
//! build.

use std::sync::mpsc;
use std::time::Duration;

use linnet_messenger::engine::fault::Faults;
pub use linnet_messenger::engine::fault::{FaultPoint, Sabotage};
use rustix::process::{Signal, getpid, kill_process};
use tokio::sync::mpsc::UnboundedSender;

use crate::net::Order;

/// How long effects may take to leave: a link that is cut must not stop the process from dying.
const LEAVE: Duration = Duration::from_secs(1);

/// What to plant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sabotages {
    /// A bug.
    pub bug: Option<Sabotage>,
    /// Die the given time (1 is the first) that this point is passed.
    pub death: Option<(FaultPoint, u32)>,
}

impl Sabotages {
    /// For the engine.
    pub(crate) fn faults(self) -> Faults {
        let mut passed = 0;
        let on_point = move |point| {
            if let Some((deadly, after)) = self.death
                && point == deadly
            {
                passed += 1;
                if passed >= after {
                    die();
                }
            }
        };
        Faults { sabotage: self.bug, on_point: Some(Box::new(on_point)) }
    }

    /// The engine takes effects for left when it is called again. Then they must be on the wire, not in a queue that
    /// dies with the process.
    pub(crate) fn let_effects_leave<'a>(self, connections: impl Iterator<Item = &'a UnboundedSender<Order>>) {
        if !matches!(self.death, Some((FaultPoint::Acknowledged, _))) {
            return;
        }
        let (report, reports) = mpsc::channel();
        for orders in connections {
            // A connection that has ended writes nothing more.
            let _ = orders.send(Order::Report(report.clone()));
        }
        drop(report);
        while reports.recv_timeout(LEAVE).is_ok() {}
    }
}

/// As the system kills: nothing is flushed, nothing unwinds.
fn die() {
    if let Err(error) = kill_process(getpid(), Signal::KILL) {
        tracing::error!(%error, "could not die");
    }
}
