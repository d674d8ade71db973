//! A device's way to the real server: a port of its own that leads there, can be cut, and can be closed like a network
//! that is not there.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// See the module.
pub struct Link {
    shared: Arc<Shared>,
    port: u16,
}

struct Shared {
    target: SocketAddr,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    closed: bool,
    over: bool,
    connections: Vec<(TcpStream, TcpStream)>,
}

impl Link {
    /// Listens on a free loopback port.
    pub fn open(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { target, state: Mutex::default() });
        let accepting = Arc::clone(&shared);
        thread::Builder::new().name("link".to_owned()).spawn(move || {
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

    /// Where the device connects to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection; what is on its way is lost.
    pub fn cut(&self) {
        self.shared.lock().cut();
    }

    /// Lets nothing through, or everything again.
    pub fn set_closed(&self, closed: bool) {
        let mut state = self.shared.lock();
        state.closed = closed;
        if closed {
            state.cut();
        }
    }
}

impl Drop for Link {
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

    fn lead(&self, client: TcpStream) -> io::Result<()> {
        if self.lock().closed {
            return client.shutdown(Shutdown::Both);
        }
        let server = TcpStream::connect(self.target)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        pump(client.try_clone()?, server.try_clone()?)?;
        pump(server.try_clone()?, client.try_clone()?)?;
        self.lock().connections.push((client, server));
        Ok(())
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    thread::Builder::new().name("link-pump".to_owned()).spawn(move || {
        let mut bytes = [0_u8; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    })?;
    Ok(())
}
