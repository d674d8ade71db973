//! Children that never outlive this process, however it ends.
//!
//! The kernel's parent-death signal does that, but it is tied to the *thread* that started the child: a server
//! started by one test and shared by others would die with the first test's thread. So one thread, which lives as long
//! as the process, starts them all.

use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

type Order = (Command, Sender<std::io::Result<Child>>);

/// Starts `command`, which must set the death signal itself (`setpriv --pdeathsig`).
pub fn spawn(command: Command) -> Result<Child, String> {
    static STARTER: OnceLock<Sender<Order>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (send, orders) = channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                // The one who asked may have given up: then nobody holds the child, and dropping it is right.
                let _ = answer.send(command.spawn());
            }
        });
        send
    });
    let name = command.get_program().to_string_lossy().into_owned();
    let (send, answer) = channel();
    starter.send((command, send)).map_err(|e| e.to_string())?;
    answer.recv().map_err(|e| e.to_string())?.map_err(|e| format!("{name} does not start: {e}"))
}

/// `kill -TERM`, which std does not offer.
pub fn terminate(child: &Child) {
    let _ = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &child.id().to_string()]).status();
}
