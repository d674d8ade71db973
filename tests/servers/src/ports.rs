//! Free loopback ports.
//!
//! Below the range that the system gives to outgoing connections (32768 and up on Linux): else a client that knocks
//! while its server is being restarted can be given the very port it knocks at, connect to itself, and keep the
//! server from coming back.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

const FIRST: u64 = 20_000;
const COUNT: u64 = 12_000;

/// What this process gave out already: the port of a server that is being restarted is free only for it.
static TAKEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// A port on 127.0.0.1 that nobody listens on, never the same twice in one process.
pub fn free() -> Result<u16, String> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = taken.get_or_insert_default();
    for _ in 0..200 {
        // Random, not counted up: test processes run beside each other and know nothing of one another.
        let random = RandomState::new().build_hasher().finish();
        let port = u16::try_from(FIRST + random % COUNT).map_err(|e| e.to_string())?;
        if !taken.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            taken.insert(port);
            return Ok(port);
        }
    }
    Err(format!("no free port on 127.0.0.1 between {FIRST} and {}", FIRST + COUNT))
}
