//! The network between devices and server: bytes take time, come in other pieces than they were written in, and can be
//! lost with their connection, in the middle of a stanza too.

use linnet_messenger::effect::{ComputeResult, ConnectTarget, TransportError};
use linnet_messenger::ids::{AccountId, ConnectionId, Fingerprint};
use linnet_messenger::input::{Certificate, Input, TlsInfo};
use linnet_messenger::wire::{Frame, Limits, Reader, ns};

use super::Inner;
use crate::fake_server::{LinkId, Output};

/// Something that will happen.
#[derive(Debug)]
pub enum Event {
    /// The connection is up at both ends.
    Opened(LinkId),
    /// It never comes up.
    Refused {
        device: usize,
        life: u32,
        account: AccountId,
        connection: ConnectionId,
        error: TransportError,
    },
    /// A job of the process is done.
    Computed {
        device: usize,
        life: u32,
        account: AccountId,
        connection: ConnectionId,
        result: ComputeResult,
    },
    /// A picture is drawn.
    Drawn {
        device: usize,
        life: u32,
        account: AccountId,
        hash: String,
        picture: Option<Vec<u8>>,
    },
    TlsDone(LinkId),
    ToServer(LinkId, Vec<u8>),
    ToDevice(LinkId, Vec<u8>),
    /// The device's end of the connection, or the news that it is gone, reaches the server.
    ServerLoses(LinkId),
    /// The same the other way round.
    DeviceLoses(LinkId, Option<TransportError>),
}

impl Event {
    fn link(&self) -> Option<LinkId> {
        match self {
            Self::Refused { .. } | Self::Computed { .. } | Self::Drawn { .. } => None,
            Self::Opened(link)
            | Self::TlsDone(link)
            | Self::ToServer(link, _)
            | Self::ToDevice(link, _)
            | Self::ServerLoses(link)
            | Self::DeviceLoses(link, _) => Some(*link),
        }
    }
}

/// One connection.
pub struct Wire {
    device: usize,
    account: AccountId,
    connection: ConnectionId,
    direct_tls: bool,
    pin: Option<Fingerprint>,
    exporter: Vec<u8>,
    server_reader: Reader,
    device_reader: Reader,
    /// When the last bytes of each direction arrive: later ones can't overtake.
    up_clear: u64,
    down_clear: u64,
    /// Nothing arrives any more, and nobody knows.
    black_hole: bool,
    device_there: bool,
    server_there: bool,
}

/// Whether this input counts for fault points.
pub fn is_stanza(input: &Input) -> bool {
    matches!(input, Input::Frame { frame: Frame::Element(element), .. } if element.ns == ns::CLIENT)
}

impl Inner {
    pub(super) fn schedule(&mut self, time: u64, event: Event) {
        self.sequence += 1;
        self.queue.insert((time, self.sequence), event);
    }

    fn travel(&mut self) -> u64 {
        let (least, most) = self.latency;
        least + self.seed.below(most.saturating_sub(least) + 1)
    }

    pub(super) fn connect(
        &mut self,
        device: usize,
        account: AccountId,
        connection: ConnectionId,
        target: &ConnectTarget,
    ) {
        let at = self.time + 2 * self.travel();
        let named = if target.redirect.is_some() { None } else { target.server.as_ref() };
        let unknown = named.is_some_and(|server| self.unknown_hosts.contains(&server.host));
        if unknown || !self.phones[device].network || !self.server_up {
            let error = if unknown { TransportError::Dns } else { TransportError::Unreachable };
            let life = self.phones[device].life;
            return self.schedule(at, Event::Refused { device, life, account, connection, error });
        }
        self.next_link += 1;
        let link = LinkId(self.next_link);
        let exporter = format!("exporter-{}", self.seed.uuid()).into_bytes();
        let wire = Wire {
            device,
            account,
            connection,
            direct_tls: target.server.as_ref().is_some_and(|server| server.direct_tls),
            pin: target.pin,
            exporter,
            server_reader: Reader::new(Limits::default()),
            device_reader: Reader::new(Limits::default()),
            up_clear: at,
            down_clear: at,
            black_hole: false,
            device_there: true,
            server_there: true,
        };
        self.wires.insert(link, wire);
        if let Some(running) = self.phones[device].running.as_mut() {
            running.links.insert(connection, link);
        }
        self.schedule(at, Event::Opened(link));
    }

    fn link_of(&self, device: usize, connection: ConnectionId) -> Option<LinkId> {
        self.phones[device].running.as_ref()?.links.get(&connection).copied()
    }

    pub(super) fn start_tls(&mut self, device: usize, connection: ConnectionId) {
        let Some(link) = self.link_of(device, connection) else { return };
        let at = self.time + 2 * self.travel();
        let Some(wire) = self.wires.get_mut(&link) else { return };
        wire.device_reader = Reader::new(Limits::default());
        let at = at.max(wire.up_clear);
        self.schedule(at, Event::TlsDone(link));
    }

    pub(super) fn restart_reader(&mut self, device: usize, connection: ConnectionId) {
        if let Some(link) = self.link_of(device, connection)
            && let Some(wire) = self.wires.get_mut(&link)
        {
            wire.device_reader = Reader::new(Limits::default());
        }
    }

    pub(super) fn write_up(&mut self, device: usize, connection: ConnectionId, bytes: Vec<u8>) {
        let Some(link) = self.link_of(device, connection) else { return };
        self.phones[device].cost.bytes += bytes.len() as u64;
        let name = self.phones[device].name.clone();
        self.note(format!("{name} > {}", String::from_utf8_lossy(&bytes)));
        let mut at = self.time + self.travel();
        for piece in self.pieces(bytes) {
            let Some(wire) = self.wires.get_mut(&link).filter(|wire| wire.device_there) else { return };
            at = at.max(wire.up_clear);
            wire.up_clear = at;
            let lost = wire.black_hole;
            if !lost {
                self.schedule(at, Event::ToServer(link, piece));
            }
            at += 1 + self.seed.below(10);
        }
    }

    /// Now and then in two, so that every boundary is met.
    fn pieces(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        if bytes.len() > 1 && self.seed.chance(30) {
            let at = 1 + usize::try_from(self.seed.below(bytes.len() as u64 - 1)).unwrap_or(0);
            let (head, tail) = bytes.split_at(at);
            vec![head.to_vec(), tail.to_vec()]
        } else {
            vec![bytes]
        }
    }

    /// The device closes: what it wrote still arrives.
    pub(super) fn close_up(&mut self, device: usize, connection: ConnectionId) {
        let Some(link) = self.link_of(device, connection) else { return };
        if let Some(running) = self.phones[device].running.as_mut() {
            running.links.remove(&connection);
        }
        let name = self.phones[device].name.clone();
        self.note(format!("{name} closes"));
        let at = self.time + self.travel();
        let Some(wire) = self.wires.get_mut(&link) else { return };
        wire.device_there = false;
        let at = at.max(wire.up_clear);
        if !wire.black_hole {
            self.schedule(at, Event::ServerLoses(link));
        }
    }

    /// The process at the device's end died: the system closes for it, and what it had written may still arrive.
    pub(super) fn abandon(&mut self, link: LinkId) {
        let at = self.time + self.travel();
        let Some(wire) = self.wires.get_mut(&link) else { return };
        wire.device_there = false;
        let at = at.max(wire.up_clear);
        if !wire.black_hole {
            self.schedule(at, Event::ServerLoses(link));
        }
    }

    /// Carries out what the server wants.
    pub(super) fn drain_server(&mut self) {
        let travel = self.travel();
        let mut shift = 0;
        for output in self.server.take_outputs() {
            match output {
                Output::Bytes(link, bytes) => {
                    let Some(wire) = self.wires.get(&link) else { continue };
                    let device = wire.device;
                    self.phones[device].cost.bytes += bytes.len() as u64;
                    let name = self.phones[device].name.clone();
                    self.note(format!("{name} < {}", String::from_utf8_lossy(&bytes)));
                    for piece in self.pieces(bytes) {
                        let Some(wire) = self.wires.get_mut(&link) else { continue };
                        let at = (self.time + travel + shift).max(wire.down_clear);
                        wire.down_clear = at;
                        if !wire.black_hole {
                            self.schedule(at, Event::ToDevice(link, piece));
                        }
                        shift += self.seed.below(3);
                    }
                }
                Output::RestartReader(link) => {
                    if let Some(wire) = self.wires.get_mut(&link) {
                        wire.server_reader = Reader::new(Limits::default());
                    }
                }
                Output::Close(link) => {
                    let Some(wire) = self.wires.get_mut(&link) else { continue };
                    wire.server_there = false;
                    let at = (self.time + travel + shift).max(wire.down_clear);
                    if !wire.black_hole {
                        self.schedule(at, Event::DeviceLoses(link, None));
                    }
                }
            }
        }
    }

    /// Cuts every connection of a device: a random part of what is on its way still arrives, the next piece in part, the
    /// rest never. The device notices at once, the server up to three seconds later.
    pub(super) fn cut(&mut self, device: usize) {
        let name = self.phones[device].name.clone();
        self.note(format!("{name} is cut off"));
        let links: Vec<LinkId> =
            self.wires.iter().filter(|(_, wire)| wire.device == device).map(|(link, _)| *link).collect();
        for link in links {
            let mine: Vec<(u64, u64)> =
                self.queue.iter().filter(|(_, event)| event.link() == Some(link)).map(|(key, _)| *key).collect();
            let mut kept = [false; 2].map(|_| self.seed.below(mine.len() as u64 + 1));
            let mut arrived = Vec::new();
            for key in mine {
                let Some(event) = self.queue.remove(&key) else { continue };
                let direction = usize::from(matches!(event, Event::ToDevice(..)));
                match (event, kept[direction]) {
                    (Event::ToServer(..) | Event::ToDevice(..), 0) => {}
                    (Event::ToServer(link, bytes), 1) => arrived.push(Event::ToServer(link, self.part(bytes))),
                    (Event::ToDevice(link, bytes), 1) => arrived.push(Event::ToDevice(link, self.part(bytes))),
                    (event @ (Event::ToServer(..) | Event::ToDevice(..)), _) => arrived.push(event),
                    (Event::ServerLoses(link), _) => arrived.push(Event::ServerLoses(link)),
                    (Event::DeviceLoses(link, why), _) => arrived.push(Event::DeviceLoses(link, why)),
                    (Event::Opened(_) | Event::TlsDone(_) | Event::Refused { .. }, _) => {}
                    (Event::Computed { .. } | Event::Drawn { .. }, _) => {}
                }
                kept[direction] = kept[direction].saturating_sub(1);
            }
            // What the ends answer to these last bytes goes nowhere.
            let Some(wire) = self.wires.get_mut(&link) else { continue };
            wire.black_hole = true;
            for event in arrived {
                self.happen(event);
            }
            let later = self.time + 1 + self.seed.below(3_000);
            self.schedule(later, Event::ServerLoses(link));
            self.happen(Event::DeviceLoses(link, Some(TransportError::Cut)));
        }
    }

    fn part(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.truncate(usize::try_from(self.seed.below(bytes.len() as u64)).unwrap_or(0));
        bytes
    }

    /// The device's connections swallow everything from now on.
    pub(super) fn half_open(&mut self, device: usize) {
        let name = self.phones[device].name.clone();
        self.note(format!("{name} is on a dead connection"));
        let mut dead = Vec::new();
        for (link, wire) in self.wires.iter_mut().filter(|(_, wire)| wire.device == device) {
            wire.black_hole = true;
            dead.push(*link);
        }
        self.queue.retain(|_, event| event.link().is_none_or(|link| !dead.contains(&link)));
    }

    pub(super) fn stop_server(&mut self) {
        self.note("the server stops".to_owned());
        self.catch_up_server();
        self.server.restart();
        self.drain_server();
        self.server_up = false;
        self.queue.retain(|_, event| !matches!(event, Event::ToServer(..)));
    }

    pub(super) fn happen(&mut self, event: Event) {
        self.arrivals += 1;
        match event {
            Event::Computed { device, life, account, connection, result } if self.phones[device].life == life => {
                self.handle(device, vec![Input::Computed { account, connection, result }]);
            }
            Event::Drawn { device, life, account, hash, picture } if self.phones[device].life == life => {
                self.handle(device, vec![Input::PictureDrawn { account, hash, picture }]);
            }
            Event::Computed { .. } | Event::Drawn { .. } => {}
            Event::Refused { device, life, .. } if self.phones[device].life != life => {}
            Event::Refused { device, account, connection, error, .. } => {
                self.handle(device, vec![Input::TransportClosed { account, connection, error: Some(error) }]);
            }
            Event::Opened(link) => {
                let Some(wire) = self.wires.get(&link).filter(|wire| !wire.black_hole) else { return };
                let (device, account, connection) = (wire.device, wire.account, wire.connection);
                if !self.server_up {
                    return self.device_loses(link, Some(TransportError::Unreachable));
                }
                if wire.direct_tls && !self.shakes_hands(link) {
                    return;
                }
                let Some(wire) = self.wires.get(&link) else { return };
                let tls = wire.direct_tls.then(|| tls_info(wire, &self.server.certificate));
                let bindings =
                    vec![("tls-exporter", wire.exporter.clone()), ("tls-server-end-point", END_POINT.to_vec())];
                self.server.accept(link, wire.direct_tls, bindings);
                let alternatives = self.alternatives > 0;
                self.alternatives = self.alternatives.saturating_sub(1);
                self.handle(device, vec![Input::TransportOpen { account, connection, tls, alternatives }]);
            }
            Event::TlsDone(link) => {
                if !self.shakes_hands(link) {
                    return;
                }
                let Some(wire) = self.wires.get(&link).filter(|wire| wire.device_there) else { return };
                let (device, account, connection) = (wire.device, wire.account, wire.connection);
                let tls = tls_info(wire, &self.server.certificate);
                self.handle(device, vec![Input::TlsReady { account, connection, tls }]);
            }
            Event::ToServer(link, bytes) => self.server_reads(link, &bytes),
            Event::ToDevice(link, bytes) => self.device_reads(link, bytes),
            Event::ServerLoses(link) => {
                if let Some(wire) = self.wires.get_mut(&link) {
                    wire.server_there = false;
                    let over = !wire.device_there;
                    if over {
                        self.wires.remove(&link);
                    }
                }
                self.catch_up_server();
                self.server.lost(link);
                self.drain_server();
            }
            Event::DeviceLoses(link, error) => self.device_loses(link, error),
        }
    }

    /// The device's runtime looks at the server's certificate; false: it hung up.
    fn shakes_hands(&mut self, link: LinkId) -> bool {
        let Some(wire) = self.wires.get(&link).filter(|wire| wire.device_there) else { return false };
        let (device, account, connection) = (wire.device, wire.account, wire.connection);
        let certificate = self.server.certificate.clone();
        let accepted = match wire.pin {
            Some(pin) => certificate.sha256 == pin,
            None => certificate.problem.is_none(),
        };
        if !accepted || wire.pin.is_some() {
            self.handle(device, vec![Input::Certificate { account, connection, certificate }]);
        }
        if !accepted {
            self.schedule(self.time, Event::ServerLoses(link));
            self.device_loses(link, Some(TransportError::Certificate));
        }
        accepted
    }

    fn device_loses(&mut self, link: LinkId, error: Option<TransportError>) {
        let Some(wire) = self.wires.get_mut(&link).filter(|wire| wire.device_there) else { return };
        wire.device_there = false;
        let (device, account, connection) = (wire.device, wire.account, wire.connection);
        if !wire.server_there {
            self.wires.remove(&link);
        }
        if let Some(running) = self.phones[device].running.as_mut() {
            running.links.remove(&connection);
        }
        self.handle(device, vec![Input::TransportClosed { account, connection, error }]);
    }

    fn server_reads(&mut self, link: LinkId, bytes: &[u8]) {
        self.catch_up_server();
        let Some(wire) = self.wires.get_mut(&link).filter(|wire| wire.server_there) else { return };
        wire.server_reader.feed(bytes);
        while let Some(wire) = self.wires.get_mut(&link) {
            match wire.server_reader.next_frame() {
                Ok(Some(frame)) => self.server.receive(link, frame),
                Ok(None) => break,
                Err(_) => {
                    self.server.bad_wire(link);
                    break;
                }
            }
            // A fresh reader must be in place before anything more is read.
            self.drain_server();
        }
        self.drain_server();
    }

    /// Hands over everything that arrives at this moment in one call, as a runtime does with what it read at once.
    fn device_reads(&mut self, link: LinkId, bytes: Vec<u8>) {
        let mut bytes = bytes;
        while let Some((&key, Event::ToDevice(next, _))) = self.queue.first_key_value()
            && key.0 <= self.time
            && *next == link
        {
            if let Some(Event::ToDevice(_, more)) = self.queue.remove(&key) {
                bytes.extend(more);
            }
        }
        let Some(wire) = self.wires.get_mut(&link).filter(|wire| wire.device_there) else { return };
        let (device, account, connection) = (wire.device, wire.account, wire.connection);
        wire.device_reader.feed(&bytes);
        let mut inputs = Vec::new();
        loop {
            match wire.device_reader.next_frame() {
                Ok(Some(frame)) => inputs.push(Input::Frame { account, connection, frame }),
                Ok(None) => break,
                Err(error) => {
                    inputs.push(Input::BadWire { account, connection, error });
                    break;
                }
            }
        }
        if !inputs.is_empty() {
            self.handle(device, inputs);
        }
    }
}

const END_POINT: &[u8] = b"hash of the certificate";

fn tls_info(wire: &Wire, certificate: &Certificate) -> TlsInfo {
    TlsInfo {
        version: "TLSv1.3".to_owned(),
        exporter: Some(wire.exporter.clone()),
        server_end_point: Some(END_POINT.to_vec()),
        certificate: Some(Box::new(Certificate { problem: None, ..certificate.clone() })),
    }
}
