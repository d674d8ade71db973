//! A foreign client, tokio-xmpp, for the live tests: JSON lines in, JSON lines out, as `oracle/peer.py`.
//!
//! A process of its own, because it trusts only what the environment names (`SSL_CERT_FILE`).
//!
//! usage: linnet-tokio-xmpp HOST:PORT JID      (the password is the first line of the input)

#![forbid(unsafe_code)]

use std::io::{BufRead, Write};
use std::process::ExitCode;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, channel};
use tokio_xmpp::connect::DnsConfig;
use tokio_xmpp::jid::{BareJid, Jid};
use tokio_xmpp::parsers::message::{Lang, Message, MessageType};
use tokio_xmpp::parsers::presence::{Presence, Type};
use tokio_xmpp::xmlstream::Timeouts;
use tokio_xmpp::{Client, Event, Stanza, rustls};

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    match runtime.block_on(run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(why: &str) -> ExitCode {
    drop(writeln!(std::io::stderr(), "linnet-tokio-xmpp: {why}"));
    ExitCode::FAILURE
}

async fn run() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, address] = &arguments[..] else {
        return Err("usage: linnet-tokio-xmpp HOST:PORT JID".to_owned());
    };
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a second cryptography provider")?;
    let mut lines = input();
    let password = lines.recv().await.ok_or("no password")?;
    let address: BareJid = address.parse().map_err(|error| format!("{address}: {error}"))?;
    let mut client = Client::new_starttls(address, password, DnsConfig::addr(server), Timeouts::default());
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => command(&mut client, &line).await?,
                None => break,
            },
            event = client.next() => match event {
                Some(event) => heard(&mut client, event).await?,
                None => return Err("the stream ended".to_owned()),
            },
        }
    }
    client.send_end().await.map_err(|error| error.to_string())
}

fn input() -> Receiver<String> {
    let (send, lines) = channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

async fn command(client: &mut Client, line: &str) -> Result<(), String> {
    let command: Value = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
    let text = |name: &str| {
        let found = command.get(name).and_then(Value::as_str);
        found.ok_or_else(|| format!("{line}: {name} is missing"))
    };
    if text("do")? != "send" {
        return Err(format!("{line}: unknown"));
    }
    let to: Jid = text("to")?.parse().map_err(|error| format!("{line}: {error}"))?;
    let mut message = Message::new(Some(to));
    message.type_ = MessageType::Chat;
    message.bodies.insert(Lang::default(), text("body")?.to_owned());
    client.send_stanza(message.into()).await.map(drop).map_err(|error| error.to_string())
}

async fn heard(client: &mut Client, event: Event) -> Result<(), String> {
    match event {
        Event::Online { .. } => {
            client.send_stanza(Presence::new(Type::None).into()).await.map_err(|error| error.to_string())?;
            tell(&json!({ "online": true }))
        }
        Event::Stanza(Stanza::Message(message)) => {
            let body = message.bodies.values().next();
            let from = message.from.as_ref().map(|from| from.to_bare().to_string());
            match body {
                Some(body) => tell(&json!({ "message": { "from": from, "body": body } })),
                None => Ok(()),
            }
        }
        Event::Stanza(_) => Ok(()),
        Event::Disconnected(error) => Err(error.to_string()),
    }
}

fn tell(line: &Value) -> Result<(), String> {
    let mut output = std::io::stdout();
    writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|error| error.to_string())
}
