//! The process' tokio runtime. It outlives every client, so that a timer or socket of a subscription still held by
//! foreign code never meets a runtime that is gone. No state of an account lives in it.

use std::sync::LazyLock;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("linnet-io").enable_all().build();
    runtime.inspect_err(|error| tracing::error!(%error, "no threads for input and output")).ok()
});

/// The runtime; `None` if the system gave no threads for it.
pub(crate) fn runtime() -> Option<&'static Runtime> {
    RUNTIME.as_ref()
}

/// Sleeps, whoever polls it.
pub(crate) async fn sleep(duration: Duration) {
    let Some(runtime) = runtime() else { return };
    let sleep = {
        let _inside = runtime.enter();
        tokio::time::sleep(duration)
    };
    sleep.await;
}
