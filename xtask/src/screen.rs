//! A display without a display: Xvfb, hands (xdotool) and eyes (ImageMagick).
//!
//! Nothing here waits for a time: a picture is taken again and again until it shows something new and has come to rest.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{mortal, output, program};

const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(150);
/// So often in a row must a picture be the same to count as at rest: animations end within half a second.
const AT_REST: u32 = 4;

/// A part of the screen, in pixels.
#[derive(Clone, Copy)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// What an area showed at some moment, three bytes a pixel.
pub struct Look(Vec<u8>);

impl Look {
    /// Whether both show the same, but for a cursor that blinks.
    fn is(&self, other: &Self) -> bool {
        const CURSOR: usize = 100;
        let differing = self.0.chunks(3).zip(other.0.chunks(3)).filter(|(a, b)| a != b).count();
        self.0.len() == other.0.len() && differing <= CURSOR
    }
}

/// A virtual display; it ends when this is dropped.
pub struct Screen {
    /// What `DISPLAY` must say.
    pub name: String,
    server: Child,
}

impl Screen {
    /// Opens a display of this size under a free number.
    pub fn open(width: u32, height: u32) -> Result<Self, String> {
        let mut command = mortal("Xvfb");
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-wr", "-screen", "0", &format!("{width}x{height}x24")]);
        let mut server =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|e| format!("Xvfb: {e}"))?;
        let mut number = String::new();
        let told = server.stdout.take().ok_or("Xvfb has no output")?;
        BufReader::new(told).read_line(&mut number).map_err(|e| format!("Xvfb: {e}"))?;
        if number.trim().is_empty() {
            return Err("Xvfb does not start".into());
        }
        Ok(Self { name: format!(":{}", number.trim()), server })
    }

    /// Waits until a window of this title is there, and gives it the keyboard.
    pub fn focus(&self, title: &str) -> Result<(), String> {
        let found = self.xdotool(&["search", "--sync", "--onlyvisible", "--name", title])?;
        let window = found.lines().next().ok_or_else(|| format!("no window {title}"))?.to_owned();
        self.xdotool(&["windowraise", &window, "windowfocus", "--sync", &window]).map(drop)
    }

    /// Clicks at a point.
    pub fn click(&self, x: u32, y: u32) -> Result<(), String> {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]).map(drop)
    }

    /// Types into the window that has the keyboard.
    pub fn write(&self, text: &str) -> Result<(), String> {
        self.xdotool(&["type", "--delay", "12", "--", text]).map(drop)
    }

    /// Presses one key.
    pub fn press(&self, key: &str) -> Result<(), String> {
        self.xdotool(&["key", key]).map(drop)
    }

    /// Waits until the area shows something else than `before` and has come to rest.
    pub fn changed(&self, area: Area, before: &Look) -> Result<Look, String> {
        self.settled(area, Some(before))
    }

    /// Waits until the area shows more than one colour and has come to rest.
    pub fn appeared(&self, area: Area) -> Result<Look, String> {
        let first = self.look(area)?;
        let plain = Look(first.0.chunks(3).next().unwrap_or_default().repeat(first.0.len() / 3));
        if first.is(&plain) { self.changed(area, &plain) } else { self.at_rest(area) }
    }

    /// Waits until the area has come to rest.
    pub fn at_rest(&self, area: Area) -> Result<Look, String> {
        self.settled(area, None)
    }

    /// Saves what the area shows.
    pub fn picture(&self, area: Area, file: &Path) -> Result<(), String> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        output(self.import(area).arg(file)).map(drop)
    }

    fn settled(&self, area: Area, before: Option<&Look>) -> Result<Look, String> {
        let deadline = Instant::now() + PATIENCE;
        let mut last = self.look(area)?;
        let mut same = 0;
        while Instant::now() < deadline {
            std::thread::sleep(LOOK_AGAIN);
            let now = self.look(area)?;
            same = if now.is(&last) { same + 1 } else { 0 };
            last = now;
            if same >= AT_REST && before.is_none_or(|before| !before.is(&last)) {
                return Ok(last);
            }
        }
        Err(format!("the screen shows nothing new after {} s", PATIENCE.as_secs()))
    }

    fn look(&self, area: Area) -> Result<Look, String> {
        let mut command = self.import(area);
        command.args(["-depth", "8", "rgb:-"]);
        let done = command.output().map_err(|e| format!("import: {e}"))?;
        if done.stdout.is_empty() {
            return Err(format!("import: {}", String::from_utf8_lossy(&done.stderr).trim()));
        }
        Ok(Look(done.stdout))
    }

    fn import(&self, area: Area) -> Command {
        let crop = format!("{}x{}+{}+{}", area.width, area.height, area.x, area.y);
        let mut command = program("import", &["-silent", "-window", "root", "-crop", &crop, "+repage"]);
        command.env("DISPLAY", &self.name);
        command
    }

    fn xdotool(&self, arguments: &[&str]) -> Result<String, String> {
        // A window that never comes must not be waited for without end.
        let mut command = program("timeout", &[&PATIENCE.as_secs().to_string(), "xdotool"]);
        output(command.args(arguments).env("DISPLAY", &self.name))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
