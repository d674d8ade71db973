//! One task per connection: bytes in, frames out, and the other way round.
//!
//! Invariants: what the core thread has not yet taken is bounded by bytes ([`BUDGET`]); above that the socket is not
//! read, while it is still written. Orders are carried out as they come. However the task ends, even by a panic, the
//! core thread hears of it exactly once.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use linnet_messenger::effect::{ConnectTarget, TransportError};
use linnet_messenger::ids::{AccountId, ConnectionId};
use linnet_messenger::input::{Certificate, Input, TlsInfo};
use linnet_messenger::wire::{Limits, Reader};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use crate::connect::{self, Found, Opened, PHASE};
use crate::dns::{self, SharedResolver};
use crate::places::Places;
use crate::thread::Inbox;
use crate::tls::{Failure, Purpose, Tls};

/// Bytes read from a connection that the core thread may still have before it.
const BUDGET: usize = 1 << 20;
/// One read: a TLS record.
const READ_BYTES: usize = 16 << 10;
/// What a close may take to flush.
const CLOSE: Duration = Duration::from_secs(2);

/// What connections of a client share.
pub(crate) struct Net {
    pub(crate) resolver: SharedResolver,
    pub(crate) tls: Tls,
    pub(crate) places: Places,
    /// Made up for this process.
    secret: String,
}

impl Net {
    pub(crate) fn new(resolver: SharedResolver, tls: Tls) -> Self {
        Self { resolver, tls, places: Places::default(), secret: crate::random::new_token() }
    }

    /// What an account calls itself before a proxy: another one each time the process runs, and for each account.
    pub(crate) fn login(&self, account: AccountId) -> String {
        format!("{}-{account}", self.secret)
    }
}

/// What the core thread wants of a connection.
#[derive(Debug)]
pub(crate) enum Order {
    Write(Vec<u8>),
    StartTls,
    RestartReader,
    Close,
    /// Answer when everything before this is written.
    #[cfg(feature = "sabotage")]
    Report(std::sync::mpsc::Sender<()>),
}

/// Starts a connection. Orders are taken until it has ended; dropping the sender closes it.
pub(crate) fn start(
    runtime: &tokio::runtime::Handle,
    net: Arc<Net>,
    inbox: Inbox,
    account: AccountId,
    connection: ConnectionId,
    target: ConnectTarget,
) -> UnboundedSender<Order> {
    let (sender, orders) = unbounded_channel();
    let port = Port { inbox, account, connection, end: Some(TransportError::Cut) };
    runtime.spawn(run(net, port, target, orders));
    sender
}

/// The connection's end of the way to the core thread.
struct Port {
    inbox: Inbox,
    account: AccountId,
    connection: ConnectionId,
    /// Why it ended, told when dropped; `None`: it was closed on purpose.
    end: Option<TransportError>,
}

impl Port {
    fn shows(&self, certificate: Certificate) {
        let (account, connection) = (self.account, self.connection);
        self.inbox.input(Input::Certificate { account, connection, certificate });
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let (account, connection) = (self.account, self.connection);
        self.inbox.input(Input::TransportClosed { account, connection, error: self.end });
        self.inbox.ended(connection);
    }
}

async fn run(net: Arc<Net>, mut port: Port, target: ConnectTarget, mut orders: UnboundedReceiver<Order>) {
    port.end = match converse(&net, &port, &target, &mut orders).await {
        Ok(()) => None,
        Err(Failure { error, certificate }) => {
            if let Some(certificate) = certificate {
                port.shows(*certificate);
            }
            Some(error)
        }
    };
}

/// The life of a connection. `Ok`: it was closed on purpose.
async fn converse(
    net: &Arc<Net>,
    port: &Port,
    target: &ConnectTarget,
    orders: &mut UnboundedReceiver<Order>,
) -> Result<(), Failure> {
    let (account, connection) = (port.account, port.connection);
    let Found { opened, alternatives } = tokio::select! {
        biased;
        () = closed(orders) => return Ok(()),
        found = connect::connect(net, account, target) => found?,
    };
    let open = |tls: Option<TlsInfo>| {
        port.inbox.input(Input::TransportOpen { account, connection, tls, alternatives });
    };
    let tcp = match opened {
        Opened::Tls(shaken) => {
            shaken.pinned.into_iter().for_each(|certificate| port.shows(certificate));
            open(Some(shaken.info));
            return Ok(encrypted(shaken.stream, port, orders).await?);
        }
        Opened::Plain(tcp) => tcp,
    };
    open(None);
    let End::StartTls(tcp) = Conversation::new(tcp, port, orders).run().await? else { return Ok(()) };

    let domain = dns::ascii_host(&target.domain).ok_or(TransportError::Certificate)?;
    let purpose = Purpose { domain: &domain, pin: target.pin, direct: false };
    let shaken = tokio::select! {
        biased;
        () = closed(orders) => return Ok(()),
        shaken = timeout(PHASE, net.tls.handshake(tcp, purpose)) => shaken.map_err(|_| TransportError::Timeout)??,
    };
    shaken.pinned.into_iter().for_each(|certificate| port.shows(certificate));
    port.inbox.input(Input::TlsReady { account, connection, tls: shaken.info });
    Ok(encrypted(shaken.stream, port, orders).await?)
}

async fn encrypted(
    stream: TlsStream<TcpStream>,
    port: &Port,
    orders: &mut UnboundedReceiver<Order>,
) -> Result<(), TransportError> {
    match Conversation::new(stream, port, orders).run().await? {
        End::Closed => Ok(()),
        End::StartTls(_) => {
            tracing::error!("TLS was wanted twice");
            Err(TransportError::Tls)
        }
    }
}

/// Waits for a `Close`; nothing else can be wanted of a transport that is not open.
async fn closed(orders: &mut UnboundedReceiver<Order>) {
    while let Some(order) = orders.recv().await {
        match order {
            Order::Close => return,
            #[cfg(feature = "sabotage")]
            Order::Report(_) => {}
            _ => tracing::error!("an order came before the transport was ready"),
        }
    }
}

/// A stream with its socket.
trait Socket: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// How a conversation over one transport ends.
enum End<S> {
    Closed,
    StartTls(S),
}

type Admission = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send>>;

/// Reading and writing at once over one transport.
struct Conversation<'a, S> {
    stream: S,
    port: &'a Port,
    orders: &'a mut UnboundedReceiver<Order>,
    reader: Reader,
    buffer: Box<[u8]>,
    /// Nothing is read any more: the bytes were no XMPP.
    deaf: bool,
    unwritten: Unwritten,
    budget: Arc<Semaphore>,
    /// Bytes fed to the reader since something was last handed over.
    uncharged: usize,
    /// Inputs that wait for the core thread to catch up; nothing is read meanwhile.
    held: Vec<Input>,
    admission: Option<Admission>,
}

/// One thing that a conversation can go on with.
enum Step {
    Order(Option<Order>),
    Admitted(Result<OwnedSemaphorePermit, AcquireError>),
    Read(io::Result<usize>),
    Broken(io::Error),
}

impl<'a, S: Socket> Conversation<'a, S> {
    fn new(stream: S, port: &'a Port, orders: &'a mut UnboundedReceiver<Order>) -> Self {
        Self {
            stream,
            port,
            orders,
            reader: Reader::new(Limits::default()),
            buffer: vec![0; READ_BYTES].into(),
            deaf: false,
            unwritten: Unwritten::default(),
            budget: Arc::new(Semaphore::new(BUDGET)),
            uncharged: 0,
            held: Vec::new(),
            admission: None,
        }
    }

    async fn run(mut self) -> Result<End<S>, TransportError> {
        loop {
            match poll_fn(|context| self.poll_step(context)).await {
                Step::Order(Some(Order::Write(bytes))) => self.unwritten.push(bytes),
                Step::Order(Some(Order::RestartReader)) => self.reader = Reader::new(Limits::default()),
                Step::Order(Some(Order::StartTls)) => {
                    self.flush().await?;
                    return Ok(End::StartTls(self.stream));
                }
                #[cfg(feature = "sabotage")]
                Step::Order(Some(Order::Report(done))) => {
                    self.flush().await?;
                    // Who waited too long is gone.
                    let _ = done.send(());
                }
                Step::Order(Some(Order::Close) | None) => {
                    self.close().await;
                    return Ok(End::Closed);
                }
                Step::Admitted(Ok(charge)) => {
                    self.admission = None;
                    self.port.inbox.frames(std::mem::take(&mut self.held), charge);
                }
                Step::Read(Ok(0)) => return Err(TransportError::Cut),
                Step::Read(Ok(count)) => self.take(count),
                Step::Read(Err(error)) | Step::Broken(error) => {
                    tracing::debug!(%error, "a connection was cut");
                    return Err(TransportError::Cut);
                }
                Step::Admitted(Err(_)) => return Err(TransportError::Cut),
            }
        }
    }

    /// Orders first, so that a flood of stanzas can't delay a close; writing always goes on.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        if let Poll::Ready(order) = self.orders.poll_recv(context) {
            return Poll::Ready(Step::Order(order));
        }
        if let Poll::Ready(Err(error)) = self.unwritten.poll_write(&mut self.stream, context) {
            return Poll::Ready(Step::Broken(error));
        }
        if let Some(admission) = &mut self.admission {
            return admission.as_mut().poll(context).map(Step::Admitted);
        }
        if self.deaf {
            return Poll::Pending;
        }
        let mut buffer = ReadBuf::new(&mut self.buffer);
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
        Poll::Ready(Step::Read(read.map(|()| buffer.filled().len())))
    }

    /// Feeds what was read and asks to hand over what came of it.
    fn take(&mut self, count: usize) {
        acknowledge_at_once(self.stream.tcp());
        self.reader.feed(self.buffer.get(..count).unwrap_or_default());
        self.uncharged += count;
        let (account, connection) = (self.port.account, self.port.connection);
        loop {
            match self.reader.next_frame() {
                Ok(Some(frame)) => self.held.push(Input::Frame { account, connection, frame }),
                Ok(None) => break,
                Err(error) => {
                    self.held.push(Input::BadWire { account, connection, error });
                    self.deaf = true;
                    break;
                }
            }
        }
        if !self.held.is_empty() {
            // A stanza may be larger than the budget: it then takes all of it.
            let charge = std::mem::take(&mut self.uncharged).min(BUDGET);
            let charge = u32::try_from(charge).unwrap_or(u32::MAX);
            self.admission = Some(Box::pin(Arc::clone(&self.budget).acquire_many_owned(charge)));
        }
    }

    async fn flush(&mut self) -> Result<(), TransportError> {
        let Self { unwritten, stream, .. } = self;
        poll_fn(|context| unwritten.poll_write(stream, context)).await.map_err(|_| TransportError::Cut)
    }

    /// Writes what is queued and says goodbye on the transport's level; the stream's own end is the engine's to write.
    async fn close(&mut self) {
        let goodbye = async {
            self.flush().await?;
            self.stream.shutdown().await.map_err(|_| TransportError::Cut)
        };
        if !matches!(timeout(CLOSE, goodbye).await, Ok(Ok(()))) {
            tracing::debug!("a connection was closed before everything was written");
        }
    }
}

/// The queue of one connection's writes.
#[derive(Default)]
struct Unwritten {
    queue: VecDeque<Vec<u8>>,
    /// Bytes of the first one that are written.
    written: usize,
    unflushed: bool,
}

impl Unwritten {
    fn push(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.queue.push_back(bytes);
        }
    }

    /// Ready when everything is written and flushed.
    fn poll_write(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(first) = self.queue.front() {
            let rest = first.get(self.written..).unwrap_or_default();
            if rest.is_empty() {
                self.queue.pop_front();
                self.written = 0;
                continue;
            }
            let count = ready!(Pin::new(&mut *stream).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            self.unflushed = true;
        }
        if self.unflushed {
            ready!(Pin::new(stream).poll_flush(context))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

/// A server that does not switch Nagle's algorithm off stalls about 40 ms a page, until our delayed acknowledgement.
/// The kernel forgets the switch, so it is set after each read.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn acknowledge_at_once(tcp: &TcpStream) {
    if let Err(error) = tcp.set_quickack(true) {
        tracing::trace!(%error, "acknowledgements may be delayed");
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn acknowledge_at_once(_tcp: &TcpStream) {}

#[cfg(test)]
mod tests;
