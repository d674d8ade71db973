//! Log lines on their way to the platform. The sink is one per process, because tracing's is: the client opened last
//! has it.

use std::fmt::Write as _;
use std::sync::{Arc, Once, PoisonError, RwLock, Weak};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::platform::Platform;

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Weak: a platform lives as long as its client.
static SINK: RwLock<Option<Weak<dyn Platform>>> = RwLock::new(None);
static INSTALLED: Once = Once::new();

/// Sends log lines to this platform from now on: `Info` and above in an optimised build, `Debug` too in others. Does
/// nothing if the process has a tracing subscriber of its own.
pub fn log_to(platform: &Arc<dyn Platform>) {
    *SINK.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::downgrade(platform));
    INSTALLED.call_once(|| {
        let level = if cfg!(debug_assertions) { LevelFilter::DEBUG } else { LevelFilter::INFO };
        let subscriber = tracing_subscriber::registry().with(ToPlatform.with_filter(level));
        if tracing::subscriber::set_global_default(subscriber).is_err() {
            tracing::debug!("log lines go to the process' own subscriber");
        }
    });
}

/// Logs a bug of Linnet's own. `what` must hold no address, text or key.
pub fn report_bug(what: &str) {
    tracing::error!("{what}");
}

struct ToPlatform;

impl<S: Subscriber> Layer<S> for ToPlatform {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let sink = SINK.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(sink) = sink.and_then(|sink| sink.upgrade()) else { return };
        let level = match *event.metadata().level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            Level::DEBUG => LogLevel::Debug,
            Level::TRACE => LogLevel::Trace,
        };
        let mut line = Line::default();
        event.record(&mut line);
        sink.log(level, event.metadata().target(), &line.text());
    }
}

/// The message first, then `name=value` of the other fields.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn text(self) -> String {
        self.message + &self.fields
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let written = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
}
