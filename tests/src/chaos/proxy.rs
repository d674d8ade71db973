//! A device's way to the server, which can be cut. It sees TLS only, so it knows bytes, not stanzas: how many wait in it
//! (each direction has a latency, so there is always something to lose) and how many it has passed on.
//!
//! Invariant: a cut is atomic. What was not passed on when it happened is never passed on, and is counted.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the device to the server.
    Up,
    /// From the server to the device.
    Down,
}

/// What an end of a cut connection learns of the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// An orderly end of the TCP connection.
    Close,
    /// A TCP reset.
    Reset,
    /// Nothing: what it sends goes nowhere.
    Silent,
}

/// How to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    pub client: End,
    pub server: End,
}

/// Cut once that many more bytes have been passed on in this direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    pub direction: Direction,
    pub bytes: u64,
    pub cut: Cut,
}

/// What a cut hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutRecord {
    pub connection: u64,
    /// Bytes that had left one end and never reached the other.
    pub undelivered_up: u64,
    pub undelivered_down: u64,
    /// Bytes passed on over the life of the connection.
    pub forwarded_up: u64,
    pub forwarded_down: u64,
}

/// The newest connection, as far as the proxy knows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Counts from 1; 0 before the first.
    pub connection: u64,
    /// Neither end has gone, and nobody cut it.
    pub live: bool,
    pub queued_up: u64,
    pub queued_down: u64,
    pub forwarded_up: u64,
    pub forwarded_down: u64,
    /// How many cuts this link has seen, over all its connections.
    pub cuts: usize,
}

/// A listening port that leads to the server.
#[derive(Debug)]
pub struct Link {
    shared: Arc<Shared>,
    address: SocketAddr,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    latency: Duration,
    next: Option<Trigger>,
    newest: u64,
    connections: BTreeMap<u64, Connection>,
    cuts: Vec<CutRecord>,
    closing: bool,
}

#[derive(Debug)]
struct Connection {
    /// `None` once parted with: the last owner's drop is what sends a reset.
    client: Option<Arc<TcpStream>>,
    server: Option<Arc<TcpStream>>,
    up: Pipe,
    down: Pipe,
    trigger: Option<Trigger>,
    cut: bool,
}

#[derive(Debug, Default)]
struct Pipe {
    queue: VecDeque<Chunk>,
    /// Bytes in `queue` and in the hands of the writing thread.
    queued: u64,
    forwarded: u64,
    /// What arrives is thrown away.
    swallow: bool,
    /// The sending end has finished.
    finished: bool,
}

#[derive(Debug)]
struct Chunk {
    due: Instant,
    bytes: Vec<u8>,
}

impl Link {
    /// Listens on a free loopback port and leads every connection to `target`.
    pub fn open(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { target, state: Mutex::default(), changed: Condvar::new() });
        let accepting = Arc::clone(&shared);
        thread::Builder::new().name("proxy-accept".to_owned()).spawn(move || accepting.accept(&listener))?;
        Ok(Self { shared, address })
    }

    /// Where the device connects to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long each byte stays in the proxy, from now on.
    pub fn delay(&self, latency: Duration) {
        self.shared.lock().latency = latency;
    }

    /// The newest connection right now.
    pub fn traffic(&self) -> Traffic {
        self.shared.lock().traffic()
    }

    /// All cuts so far.
    pub fn cuts(&self) -> Vec<CutRecord> {
        self.shared.lock().cuts.clone()
    }

    /// Waits until the traffic is as wished; tells what it was then, or `None` after `patience`.
    pub fn wait(&self, patience: Duration, wished: impl Fn(&Traffic) -> bool) -> Option<Traffic> {
        let until = Instant::now() + patience;
        let mut state = self.shared.lock();
        loop {
            let traffic = state.traffic();
            if wished(&traffic) {
                return Some(traffic);
            }
            state = self.shared.wait(state, until.checked_duration_since(Instant::now())?);
        }
    }

    /// Cuts the newest connection now; `None` if there is none to cut.
    pub fn cut(&self, cut: Cut) -> Option<CutRecord> {
        let mut state = self.shared.lock();
        let newest = state.newest;
        let record = state.cut(newest, cut);
        self.shared.changed.notify_all();
        record
    }

    /// Swallows one direction of the newest connection from now on: a link that is open on paper only.
    pub fn swallow(&self, direction: Direction) -> Option<CutRecord> {
        let mut state = self.shared.lock();
        let newest = state.newest;
        let record = state.swallow(newest, direction);
        self.shared.changed.notify_all();
        record
    }

    /// Cuts the newest connection as the trigger says; counted from now. False if there is no live connection.
    pub fn arm(&self, trigger: Trigger) -> bool {
        let mut state = self.shared.lock();
        let newest = state.newest;
        let Some(connection) = state.connections.get_mut(&newest).filter(|c| c.live()) else { return false };
        let passed = connection.pipe(trigger.direction).forwarded;
        connection.trigger = Some(Trigger { bytes: passed + trigger.bytes, ..trigger });
        true
    }

    /// Cuts the next connection as the trigger says, counted from its first byte.
    pub fn arm_next(&self, trigger: Trigger) {
        self.shared.lock().next = Some(trigger);
    }

    /// Forgets triggers that have not fired.
    pub fn disarm(&self) {
        let mut state = self.shared.lock();
        state.next = None;
        for connection in state.connections.values_mut() {
            connection.trigger = None;
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.closing = true;
            let ids: Vec<u64> = state.connections.keys().copied().collect();
            for id in ids {
                state.close(id);
            }
        }
        self.shared.changed.notify_all();
        // Wakes the accepting thread, which then sees `closing`. If nobody listens any more, it has gone already.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, patience: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner).0
    }

    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for client in listener.incoming() {
            if self.lock().closing {
                return;
            }
            // No server: the device sees its connection closed at once, as it would see a refusal.
            let Ok(client) = client else { continue };
            let Ok(server) = TcpStream::connect_timeout(&self.target, Duration::from_secs(5)) else { continue };
            if client.set_nodelay(true).and(server.set_nodelay(true)).is_ok() {
                self.relay(Arc::new(client), Arc::new(server));
            }
        }
    }

    fn relay(self: &Arc<Self>, client: Arc<TcpStream>, server: Arc<TcpStream>) {
        let mut state = self.lock();
        state.newest += 1;
        let id = state.newest;
        let trigger = state.next.take();
        state.connections.insert(
            id,
            Connection {
                client: Some(Arc::clone(&client)),
                server: Some(Arc::clone(&server)),
                up: Pipe::default(),
                down: Pipe::default(),
                trigger,
                cut: false,
            },
        );
        drop(state);
        self.changed.notify_all();
        for direction in [Direction::Up, Direction::Down] {
            let (source, sink) = match direction {
                Direction::Up => (Arc::clone(&client), Arc::clone(&server)),
                Direction::Down => (Arc::clone(&server), Arc::clone(&client)),
            };
            let (reading, writing) = (Arc::clone(self), Arc::clone(self));
            thread::spawn(move || reading.read(id, direction, &source));
            thread::spawn(move || writing.write(id, direction, &sink));
        }
    }

    fn read(&self, id: u64, direction: Direction, mut source: &TcpStream) {
        let mut buffer = vec![0_u8; 64 * 1024];
        loop {
            let taken = source.read(&mut buffer).unwrap_or(0);
            let mut state = self.lock();
            let due = Instant::now() + state.latency;
            let Some(connection) = state.connections.get_mut(&id) else { return };
            let pipe = connection.pipe(direction);
            match buffer.get(..taken) {
                None | Some([]) => pipe.finished = true,
                Some(_) if pipe.swallow => {}
                Some(bytes) => {
                    pipe.queued += bytes.len() as u64;
                    pipe.queue.push_back(Chunk { due, bytes: bytes.to_vec() });
                }
            }
            let finished = pipe.finished;
            if connection.up.finished && connection.down.finished {
                // The writing threads own what they still need.
                (connection.client, connection.server) = (None, None);
            }
            drop(state);
            self.changed.notify_all();
            if finished {
                return;
            }
        }
    }

    fn write(&self, id: u64, direction: Direction, mut sink: &TcpStream) {
        let mut state = self.lock();
        loop {
            let Some(connection) = state.connections.get_mut(&id) else { return };
            if connection.cut {
                return;
            }
            let trigger = connection.trigger.filter(|trigger| trigger.direction == direction);
            let pipe = connection.pipe(direction);
            let now = Instant::now();
            match pipe.queue.front() {
                None if pipe.finished => {
                    // A peer that is already gone can't be told; its own reader sees that.
                    drop(sink.shutdown(Shutdown::Write));
                    return;
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(chunk) if chunk.due > now => {
                    let pause = chunk.due - now;
                    state = self.wait(state, pause);
                }
                Some(_) => {
                    let Some(mut chunk) = pipe.queue.pop_front() else { continue };
                    let whole = chunk.bytes.len() as u64;
                    let allowed = trigger.map_or(whole, |trigger| trigger.bytes.saturating_sub(pipe.forwarded));
                    let fires = allowed < whole;
                    chunk.bytes.truncate(allowed.min(whole) as usize);
                    // Not under the lock: a peer that does not read would stop everything.
                    drop(state);
                    let gone = sink.write_all(&chunk.bytes).is_err();
                    state = self.lock();
                    if let Some(connection) = state.connections.get_mut(&id).filter(|connection| !connection.cut) {
                        let pipe = connection.pipe(direction);
                        let passed = chunk.bytes.len() as u64;
                        pipe.forwarded += passed;
                        pipe.queued = pipe.queued.saturating_sub(passed);
                        pipe.swallow |= gone;
                    }
                    if let Some(trigger) = trigger.filter(|_| fires) {
                        state.cut(id, trigger.cut);
                    }
                    self.changed.notify_all();
                }
            }
        }
    }
}

impl State {
    fn traffic(&self) -> Traffic {
        let newest = self.connections.get(&self.newest);
        let pipes = newest.map(|connection| (&connection.up, &connection.down));
        Traffic {
            connection: self.newest,
            live: newest.is_some_and(Connection::live),
            queued_up: pipes.map_or(0, |(up, _)| up.queued),
            queued_down: pipes.map_or(0, |(_, down)| down.queued),
            forwarded_up: pipes.map_or(0, |(up, _)| up.forwarded),
            forwarded_down: pipes.map_or(0, |(_, down)| down.forwarded),
            cuts: self.cuts.len(),
        }
    }

    fn cut(&mut self, id: u64, cut: Cut) -> Option<CutRecord> {
        let connection = self.connections.get_mut(&id).filter(|connection| connection.live())?;
        let record = connection.record(id);
        connection.cut = true;
        connection.trigger = None;
        connection.up.throw_away();
        connection.down.throw_away();
        part(&mut connection.client, cut.client);
        part(&mut connection.server, cut.server);
        self.cuts.push(record);
        Some(record)
    }

    fn swallow(&mut self, id: u64, direction: Direction) -> Option<CutRecord> {
        let connection = self.connections.get_mut(&id).filter(|connection| connection.live())?;
        let record = connection.record(id);
        connection.trigger = None;
        connection.pipe(direction).throw_away();
        self.cuts.push(record);
        Some(record)
    }

    fn close(&mut self, id: u64) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.cut = true;
        part(&mut connection.client, End::Close);
        part(&mut connection.server, End::Close);
    }
}

impl Connection {
    fn pipe(&mut self, direction: Direction) -> &mut Pipe {
        match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }

    fn live(&self) -> bool {
        !self.cut && !self.up.swallow && !self.down.swallow && !self.up.finished && !self.down.finished
    }

    fn record(&self, id: u64) -> CutRecord {
        CutRecord {
            connection: id,
            undelivered_up: self.up.queued,
            undelivered_down: self.down.queued,
            forwarded_up: self.up.forwarded,
            forwarded_down: self.down.forwarded,
        }
    }
}

impl Pipe {
    fn throw_away(&mut self) {
        self.queue.clear();
        self.queued = 0;
        self.swallow = true;
    }
}

/// Parts with one end. Failures mean that it has gone by itself.
fn part(stream: &mut Option<Arc<TcpStream>>, end: End) {
    let Some(open) = stream.as_ref() else { return };
    match end {
        End::Silent => {}
        End::Close => {
            drop(open.shutdown(Shutdown::Both));
            *stream = None;
        }
        End::Reset => {
            let _ = rustix::net::sockopt::set_socket_linger(open.as_ref(), Some(Duration::ZERO));
            // Wakes the reading thread without a word to the peer; the last drop then resets.
            drop(open.shutdown(Shutdown::Read));
            *stream = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);
    const CLOSE: Cut = Cut { client: End::Close, server: End::Close };

    /// Connects through a proxy; gives the link, the device's end and the server's end.
    fn joined(latency: Duration) -> (Link, TcpStream, TcpStream) {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let link = Link::open(server.local_addr().unwrap()).unwrap();
        link.delay(latency);
        let client = TcpStream::connect(link.address()).unwrap();
        let (accepted, _) = server.accept().unwrap();
        for stream in [&client, &accepted] {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        link.wait(PATIENCE, |traffic| traffic.live).unwrap();
        (link, client, accepted)
    }

    fn rest(mut stream: TcpStream) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut bytes = Vec::new();
        let error = stream.read_to_end(&mut bytes).err().map(|error| error.kind());
        (bytes, error)
    }

    #[test]
    fn bytes_pass_both_ways_and_are_counted() {
        let (link, mut client, mut server) = joined(Duration::ZERO);
        client.write_all(b"hello").unwrap();
        server.write_all(b"good day").unwrap();
        let mut buffer = [0_u8; 8];
        server.read_exact(&mut buffer[..5]).unwrap();
        assert_eq!(&buffer[..5], b"hello");
        client.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"good day");
        let traffic = link.wait(PATIENCE, |traffic| traffic.forwarded_up == 5 && traffic.forwarded_down == 8).unwrap();
        assert_eq!((traffic.queued_up, traffic.queued_down), (0, 0));
    }

    #[test]
    fn an_end_of_one_side_reaches_the_other_after_its_bytes() {
        let (_link, mut client, server) = joined(Duration::from_millis(20));
        client.write_all(b"last words").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(rest(server), (b"last words".to_vec(), None));
    }

    #[test]
    fn a_cut_drops_and_counts_what_is_in_flight() {
        let (link, mut client, server) = joined(Duration::from_secs(3600));
        client.write_all(b"never arrives").unwrap();
        link.wait(PATIENCE, |traffic| traffic.queued_up == 13).unwrap();
        let record = link.cut(CLOSE).unwrap();
        assert_eq!((record.undelivered_up, record.undelivered_down, record.forwarded_up), (13, 0, 0));
        assert_eq!(rest(server), (Vec::new(), None));
        assert_eq!(rest(client).0, Vec::<u8>::new());
        assert_eq!(link.cut(CLOSE), None, "what is cut can't be cut again");
    }

    #[test]
    fn a_trigger_cuts_at_the_very_byte() {
        let (link, client, mut server) = joined(Duration::ZERO);
        server.write_all(b"before").unwrap();
        link.wait(PATIENCE, |traffic| traffic.forwarded_down == 6).unwrap();
        assert!(link.arm(Trigger { direction: Direction::Down, bytes: 1000, cut: CLOSE }));
        server.write_all(&[7; 50_000]).unwrap();
        let traffic = link.wait(PATIENCE, |traffic| traffic.cuts == 1).unwrap();
        assert!(!traffic.live);
        assert_eq!(rest(client).0.len(), 1006);
        let record = link.cuts()[0];
        assert_eq!(record.forwarded_down, 1006);
        assert!(record.undelivered_down > 0);
    }

    #[test]
    fn the_next_connection_is_cut_where_it_was_armed_to() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let link = Link::open(listener.local_addr().unwrap()).unwrap();
        link.arm_next(Trigger { direction: Direction::Up, bytes: 3, cut: CLOSE });
        let mut client = TcpStream::connect(link.address()).unwrap();
        let (server, _) = listener.accept().unwrap();
        client.write_all(b"abcdef").unwrap();
        assert_eq!(rest(server).0, b"abc");
        assert_eq!(link.cuts()[0].undelivered_up, 3);
        // Only that one: the connection after it lives.
        let mut client = TcpStream::connect(link.address()).unwrap();
        let (server, _) = listener.accept().unwrap();
        client.write_all(b"abcdef").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(rest(server).0, b"abcdef");
    }

    #[test]
    fn a_half_open_link_swallows_without_a_word() {
        let (link, mut client, mut server) = joined(Duration::ZERO);
        link.cut(Cut { client: End::Silent, server: End::Silent }).unwrap();
        client.write_all(b"into the void").unwrap();
        server.write_all(b"nobody hears").unwrap();
        for stream in [&mut client, &mut server] {
            stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            let error = stream.read(&mut [0; 16]).unwrap_err();
            assert!(matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{error}");
        }
        // The device gives up; the server still hears nothing.
        drop(client);
        let error = server.read(&mut [0; 16]).unwrap_err();
        assert!(matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{error}");
    }

    #[test]
    fn one_swallowed_direction_leaves_the_other_open() {
        let (link, mut client, mut server) = joined(Duration::ZERO);
        link.swallow(Direction::Down).unwrap();
        server.write_all(b"lost").unwrap();
        client.write_all(b"found").unwrap();
        let mut buffer = [0_u8; 5];
        server.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"found");
        client.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        assert!(client.read(&mut buffer).is_err());
    }

    #[test]
    fn a_reset_is_a_reset() {
        let (link, client, server) = joined(Duration::ZERO);
        link.cut(Cut { client: End::Reset, server: End::Close }).unwrap();
        assert_eq!(rest(client).1, Some(io::ErrorKind::ConnectionReset));
        assert_eq!(rest(server).1, None);
    }
}
