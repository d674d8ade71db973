//! `run`: Linnet, to be seen. A private server, alice and bob who know each other, and the real UI in two windows.
//!
//! With a display the windows are the user's, until both are closed. Without one the same windows open on a virtual
//! display, where a short chat is typed and clicked, and pictures are taken.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use linnet_servers::{Options, Registration, Server};

use crate::command::{mortal, program, run, target, top};
use crate::core;
use crate::screen::{Area, Look, Screen};
use crate::setup::{self, Purpose};

/// What `android/tools/build desktop` leaves.
const LAUNCHER: &str = "android/build/desktop/linnet";

const PASSWORD: &str = "a bird sings at dawn";
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A window's size, a phone's.
const WIDTH: u32 = 412;
const HEIGHT: u32 = 860;
const BETWEEN: u32 = 24;
/// What a screen says of itself stands above this line.
const HEAD: u32 = 64;
/// What is being typed stands in this much of the lower end.
const FOOT: u32 = 84;

/// `cargo xtask run`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    if let Some(unknown) = arguments.first() {
        return Err(format!("run does not know {unknown}"));
    }
    setup::packages(Purpose::Run, false)?;
    let display = std::env::var("DISPLAY").unwrap_or_default();
    show(if display.is_empty() { None } else { Some(&display) })
}

/// Builds what is missing and opens the windows: on this display, or on a virtual one with a chat of their own.
pub fn show(display: Option<&str>) -> Result<(), String> {
    println!("run: building the core; the first time takes some minutes");
    run(&mut core::build())?;
    println!("run: building the app; the first time fetches Compose from Maven Central");
    run(core::tell(&mut program("android/tools/build", &["desktop"])))?;
    println!("run: starting a private server on this machine");
    // Whoever wants to see how an account is made can make one.
    let server = Server::start(Options { registration: Registration::Open, ..Options::default() })?;
    for user in ["alice", "bob"] {
        server.add_user(user, PASSWORD)?;
    }
    server.befriend("alice", "bob")?;
    let stores = target().join("run");
    // The server is new, so must be what the apps know of it.
    if stores.exists() {
        std::fs::remove_dir_all(&stores).map_err(|e| format!("{}: {e}", stores.display()))?;
    }
    match display {
        Some(display) => shown(&server, &stores, display),
        None => alone(&server, &stores),
    }
}

/// Two windows for a person.
fn shown(server: &Server, stores: &Path, display: &str) -> Result<(), String> {
    let mut alice = Window::open("alice", 0, server, stores, display, &[])?;
    let mut bob = Window::open("bob", 1, server, stores, display, &[])?;
    println!("run: alice and bob are on {}; close both windows, or press Ctrl-C, to end", server.domain);
    alice.closed()?;
    bob.closed()
}

/// A short chat on a virtual display, with pictures.
fn alone(server: &Server, stores: &Path) -> Result<(), String> {
    println!("run: there is no display, so on a virtual one; a short chat is typed into it");
    let screen = Screen::open(2 * WIDTH + BETWEEN, HEIGHT)?;
    // One in the dark, so that both themes are seen.
    let mut alice = Window::open("alice", 0, server, stores, &screen.name, &["--language", "en", "--theme", "light"])?;
    let mut bob = Window::open("bob", 1, server, stores, &screen.name, &["--language", "en", "--theme", "dark"])?;
    let mut shots = Shots { screen: &screen, folder: target().join("pictures"), count: 0 };
    signed_in(server, &mut [&mut alice, &mut bob])?;
    for window in [&alice, &bob] {
        screen.appeared(window.title_bar())?;
    }
    shots.take("signed-in")?;

    // Alice looks Bob up by his address.
    let head = screen.at_rest(alice.title_bar())?;
    alice.click(&screen, WIDTH - 90, HEIGHT - 48)?;
    let head = screen.changed(alice.title_bar(), &head)?;
    screen.write(&format!("bob@{}", server.domain))?;
    screen.at_rest(alice.middle())?;
    shots.take("new-chat")?;
    screen.press("Return")?;
    screen.changed(alice.title_bar(), &head)?;

    // Bob sees her message come in, and opens the chat.
    let list = screen.at_rest(bob.middle())?;
    alice.say(&screen, "Hi Bob! Can you hear the birds this morning?")?;
    screen.changed(bob.middle(), &list)?;
    shots.take("first-message")?;
    let head = screen.at_rest(bob.title_bar())?;
    bob.click(&screen, WIDTH / 2, HEAD + 40)?;
    screen.changed(bob.title_bar(), &head)?;

    let chat: [(&Window, &Window, &str); 4] = [
        (&bob, &alice, "I do! A whole choir of them, right outside the window."),
        (&bob, &alice, "One of them sings louder than all the others."),
        (&alice, &bob, "That must be the linnet."),
        (&bob, &alice, "Small bird, big voice. See you at lunch?"),
    ];
    for (speaker, listener, text) in chat {
        let before = screen.at_rest(listener.middle())?;
        speaker.say(&screen, text)?;
        screen.changed(listener.middle(), &before)?;
    }
    shots.take("chat")?;
    println!(
        "run: {} messages went through the real server; pictures are in {}",
        chat.len() + 1,
        shots.folder.display()
    );
    Ok(())
}

/// Waits until the server knows both apps as signed in.
fn signed_in(server: &Server, windows: &mut [&mut Window]) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    let count =
        "(function() local n = 0; for _ in pairs(prosody.full_sessions) do n = n + 1 end; return tostring(n) end)()";
    while Instant::now() < deadline {
        for window in windows.iter_mut() {
            window.still_there()?;
        }
        if server.lua(count)? == format!("Result: {}", windows.len()) {
            return Ok(());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    Err(format!("the apps are not signed in after {} s", PATIENCE.as_secs()))
}

/// Pictures of both windows, numbered in the order of what happens.
struct Shots<'a> {
    screen: &'a Screen,
    folder: PathBuf,
    count: u32,
}

impl Shots<'_> {
    fn take(&mut self, name: &str) -> Result<(), String> {
        self.count += 1;
        let file = self.folder.join(format!("{}-{name}.png", self.count));
        self.screen.picture(Area { x: 0, y: 0, width: 2 * WIDTH + BETWEEN, height: HEIGHT }, &file)?;
        println!("run: {}", file.display());
        Ok(())
    }
}

/// One app: the real UI with the real core, in a process of its own.
struct Window {
    title: String,
    x: u32,
    app: Child,
}

impl Window {
    fn open(
        user: &str,
        column: u32,
        server: &Server,
        stores: &Path,
        display: &str,
        more: &[&str],
    ) -> Result<Self, String> {
        let title = format!("Linnet {user}");
        let x = column * (WIDTH + BETWEEN);
        let store = stores.join(user);
        std::fs::create_dir_all(&store).map_err(|e| format!("{}: {e}", store.display()))?;
        let mut command = mortal(&top().join(LAUNCHER).to_string_lossy());
        command.args(["--address", &format!("{user}@{}", server.domain), "--password", PASSWORD]);
        command.args(["--server", &format!("{}:{}", server.host, server.port), "--title", &title]);
        command.args(["--position", &format!("{x},0"), "--size", &format!("{WIDTH}x{HEIGHT}")]);
        command.arg("--store").arg(&store).arg("--ca").arg(&server.ca).args(more);
        core::tell(&mut command).env("DISPLAY", display).stdin(Stdio::null());
        let app = command.spawn().map_err(|e| format!("{user}'s window: {e}"))?;
        Ok(Self { title, x, app })
    }

    /// Where the screen says what it is.
    fn title_bar(&self) -> Area {
        Area { x: self.x, y: 0, width: WIDTH, height: HEAD }
    }

    /// Where the messages, or the chats, are.
    fn middle(&self) -> Area {
        Area { x: self.x, y: HEAD, width: WIDTH, height: HEIGHT - HEAD - FOOT }
    }

    fn click(&self, screen: &Screen, x: u32, y: u32) -> Result<(), String> {
        screen.focus(&self.title)?;
        screen.click(self.x + x, y)
    }

    /// Writes a message and sends it, once the own screen shows it.
    fn say(&self, screen: &Screen, text: &str) -> Result<Look, String> {
        let before = screen.at_rest(self.middle())?;
        self.click(screen, WIDTH / 3, HEIGHT - 34)?;
        screen.write(text)?;
        screen.press("Return")?;
        screen.changed(self.middle(), &before)
    }

    fn still_there(&mut self) -> Result<(), String> {
        match self.app.try_wait() {
            Ok(Some(status)) => Err(format!("{}: the app ended ({status})", self.title)),
            _ => Ok(()),
        }
    }

    /// Waits until the user closes the window.
    fn closed(&mut self) -> Result<(), String> {
        let status = self.app.wait().map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("{}: the app failed ({status})", self.title)) }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.app.kill();
        let _ = self.app.wait();
    }
}
