//! A network of a chosen round-trip time in front of a real server, which counts what the time is spent on.
//!
//! Bytes stay half a round trip in each direction. The kernel answers a TCP handshake on loopback at once, so the
//! client's first bytes are held one round trip more: what a client measures here is what it would measure over a
//! network of that delay. A flight is whatever the client says after it heard something, as with a person.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// See the module.
pub struct Delay {
    shared: Arc<Shared>,
    port: u16,
}

/// One connection, as the proxy saw it.
#[derive(Debug, Clone)]
pub struct Trace {
    /// When the client came.
    pub accepted: Instant,
    /// When each of its flights began.
    flights: Vec<Instant>,
    /// Bytes from and to the client.
    pub up: u64,
    pub down: u64,
    heard: bool,
    round_trip: Duration,
}

impl Trace {
    /// The round trips that led to what the client knew at this moment, that of TCP among them: a flight younger than
    /// one round trip can't have had an answer.
    pub fn round_trips(&self, at: Instant) -> usize {
        1 + self.flights.iter().filter(|begin| **begin + self.round_trip <= at).count()
    }
}

struct Shared {
    target: SocketAddr,
    round_trip: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    closed: bool,
    over: bool,
    connections: Vec<(TcpStream, TcpStream)>,
    traces: Vec<Trace>,
}

type Chunk = (Instant, Vec<u8>);

impl Delay {
    /// Listens on a free loopback port and leads every connection to `target`.
    pub fn open(target: SocketAddr, round_trip: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { target, round_trip, state: Mutex::default() });
        let accepting = Arc::clone(&shared);
        thread::Builder::new().name("delay".to_owned()).spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                if accepting.lock().over {
                    return;
                }
                // An end that is gone at once is an end that is gone.
                let _ = accepting.lead(client);
            }
        })?;
        Ok(Self { shared, port })
    }

    /// Where clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection and lets nobody in: nothing that is on its way arrives.
    pub fn close(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        state.cut();
    }

    /// Lets clients in again and forgets what was seen before.
    pub fn reopen(&self) {
        let mut state = self.shared.lock();
        state.closed = false;
        state.traces.clear();
    }

    /// The connections let in since [`Delay::reopen`].
    pub fn traces(&self) -> Vec<Trace> {
        self.shared.lock().traces.clone()
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.over = true;
        state.cut();
        drop(state);
        // The accepting thread looks up when somebody knocks.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl State {
    fn cut(&mut self) {
        for (client, server) in self.connections.drain(..) {
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lead(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let accepted = Instant::now();
        if self.lock().closed {
            return client.shutdown(Shutdown::Both);
        }
        let server = TcpStream::connect(self.target)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let number = {
            let mut state = self.lock();
            let flights = Vec::new();
            let round_trip = self.round_trip;
            state.traces.push(Trace { accepted, flights, up: 0, down: 0, heard: true, round_trip });
            state.connections.push((client.try_clone()?, server.try_clone()?));
            state.traces.len() - 1
        };
        let half = self.round_trip / 2;
        let held = accepted + self.round_trip;
        let up = Arc::clone(self);
        let said = move |now: Instant, bytes: &[u8]| {
            if let Some(trace) = up.lock().traces.get_mut(number) {
                trace.up += bytes.len() as u64;
                if std::mem::take(&mut trace.heard) {
                    trace.flights.push(now);
                }
            }
            now.max(held) + half
        };
        pump(client.try_clone()?, server.try_clone()?, said, |_| {})?;
        let down = Arc::clone(self);
        let heard = move |count: usize| {
            if let Some(trace) = down.lock().traces.get_mut(number) {
                trace.down += count as u64;
                trace.heard = true;
            }
        };
        pump(server, client, move |now, _| now + half, heard)
    }
}

/// Carries bytes one way: `read` says when what was just read is due, `written` hears of what was delivered.
fn pump(
    mut from: TcpStream,
    mut to: TcpStream,
    read: impl Fn(Instant, &[u8]) -> Instant + Send + 'static,
    written: impl Fn(usize) + Send + 'static,
) -> io::Result<()> {
    let (send, queue): (Sender<Chunk>, Receiver<Chunk>) = channel();
    thread::Builder::new().name("delay-read".to_owned()).spawn(move || {
        let mut bytes = vec![0_u8; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let now = Instant::now();
            if send.send((read(now, &bytes[..count]), bytes[..count].to_vec())).is_err() {
                return;
            }
        }
    })?;
    thread::Builder::new().name("delay-write".to_owned()).spawn(move || {
        for (due, bytes) in queue {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            // Told before it is done: the client may answer before we get to it.
            written(bytes.len());
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An echo behind 40 ms: each question costs one round trip, the first one TCP's too.
    #[test]
    fn questions_cost_round_trips_and_are_counted() {
        let round_trip = Duration::from_millis(40);
        let echo = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let target = echo.local_addr().unwrap();
        thread::spawn(move || {
            for stream in echo.incoming() {
                let mut stream = stream.unwrap();
                let mut byte = [0];
                while stream.read_exact(&mut byte).is_ok() {
                    stream.write_all(&byte).unwrap();
                }
            }
        });
        let delay = Delay::open(target, round_trip).unwrap();
        let begin = Instant::now();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, delay.port())).unwrap();
        for questions in 1..=3_u32 {
            client.write_all(b"?").unwrap();
            client.read_exact(&mut [0]).unwrap();
            let now = Instant::now();
            assert!(now - begin >= round_trip * (questions + 1), "{questions}: {:?}", now - begin);
            assert_eq!(delay.traces()[0].round_trips(now), questions as usize + 1);
        }
        // A question nobody has answered yet is none.
        client.write_all(b"?").unwrap();
        assert_eq!(delay.traces()[0].round_trips(Instant::now()), 4);
        delay.close();
        assert_eq!(client.read(&mut [0]).unwrap_or(0), 0, "the answer was on its way and is lost");
        delay.reopen();
        assert!(delay.traces().is_empty());
    }
}
