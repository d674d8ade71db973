//! What is particular to ejabberd: its configuration, its virtual machine, and its HTTP interface for administration.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::root::{self, DATA};
use crate::{Archive, PasswordHash, Registration, Server};

const CONFIGURATION: &str = include_str!("../ejabberd.yml");
const PATIENCE: Duration = Duration::from_secs(20);

/// The virtual machine itself: `ejabberdctl` wants a user and a port mapper of its own. The node's name is never told to
/// anybody, so any number may have the same.
const RUN: &str = "cd \"$HOME\"; for beams in /usr/lib/*/ejabberd-*/ebin; do ERL_LIBS=${beams%/*/*}; done; \
                   export ERL_LIBS; exec erl +sbwt none -noinput -sname linnet@localhost -start_epmd false \
                   -dist_listen false -mnesia dir \"\\\"$HOME/data/mnesia\\\"\" -s ejabberd";

/// The file the server writes its log to.
pub const LOG: &str = "ejabberd.log";

/// The file that has what can be read off the last picture.
pub const CAPTCHA: &str = "captcha.txt";

/// What draws the pictures: always the same one, so that nothing needs to be read.
const DRAW: &str = "#!/bin/sh\nprintf %s \"$1\" >\"${0%/*}/captcha.txt\"\ncat \"${0%/*}/captcha.gif\"\n";

/// One black pixel.
const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\
                         \x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

pub fn command(server: &Server) -> Result<Command, String> {
    let configuration = server.folder.join("ejabberd.yml");
    std::fs::write(&configuration, yaml(server)?).map_err(|e| format!("{}: {e}", configuration.display()))?;
    let draw = server.folder.join("captcha");
    std::fs::write(&draw, DRAW)
        .and_then(|()| std::fs::set_permissions(&draw, std::fs::Permissions::from_mode(0o755)))
        .and_then(|()| std::fs::write(server.folder.join("captcha.gif"), PICTURE))
        .map_err(|e| format!("{}: {e}", draw.display()))?;
    let mut command = root::command(&server.folder, server.as_root)?;
    command.args(["sh", "-ec", RUN]);
    command.env("EJABBERD_CONFIG_PATH", format!("{DATA}/ejabberd.yml"));
    command.env("EJABBERD_LOG_PATH", format!("{DATA}/{LOG}"));
    Ok(command)
}

/// What its log says once it listens.
pub fn listens(server: &Server, log: &str) -> bool {
    let open =
        |begin: &str, port: u16| log.contains(&format!("Start accepting {begin} connections at 127.0.0.1:{port} "));
    open("TCP", server.port)
        && server.admin_port.is_some_and(|port| open("TCP", port))
        && server.direct_tls_port.is_none_or(|port| open("TLS", port))
}

/// Whether somebody else has a port that it was to open.
pub fn port_taken(log: &str) -> bool {
    log.contains("Failed to open socket")
}

/// What the log says of a module that can't be loaded, if it does.
pub fn lacks(log: &str) -> bool {
    log.contains("Failed to start module") || log.contains("[critical]")
}

pub fn add_user(server: &Server, user: &str, password: &str) -> Result<(), String> {
    let account = json!({ "user": user, "host": server.domain, "password": password });
    let (status, answer) = ask(server, "register", &account)?;
    if status == 409 {
        let account = json!({ "user": user, "host": server.domain, "newpass": password });
        return done(ask(server, "change_password", &account)?);
    }
    done((status, answer))
}

/// `user` gets `contact` into its roster, subscribed both ways.
pub fn add_contact(server: &Server, user: &str, contact: &str) -> Result<(), String> {
    let item = json!({
        "localuser": user,
        "localhost": server.domain,
        "user": contact,
        "host": server.domain,
        "nick": "",
        "groups": [],
        "subs": "both",
    });
    done(ask(server, "add_rosteritem", &item)?)
}

pub fn sessions(server: &Server, user: &str) -> Result<usize, String> {
    let (_, answer) = ask(server, "user_resources", &json!({ "user": user, "host": server.domain }))?;
    answer.as_array().map(Vec::len).ok_or_else(|| format!("sessions of {user}: {answer}"))
}

/// The folder of its tokens: all else of importance is in SQLite.
pub fn tokens(server: &Server) -> PathBuf {
    server.folder.join("data/mnesia")
}

/// How many streams its log says are open: accepted and neither closed nor lost.
pub fn streams(log: &str) -> usize {
    let mut open = BTreeMap::new();
    for line in log.lines() {
        for (begin, is_open) in [
            ("Opened c2s session for ", true),
            ("Resumed session for ", true),
            ("Closing c2s connection for ", false),
            ("Closed c2s session for ", false),
        ] {
            if let Some((_, rest)) = line.split_once(begin) {
                let address = rest.split([':', ' ']).next().unwrap_or_default();
                open.insert(address, is_open);
            }
        }
    }
    open.values().filter(|open| **open).count()
}

fn done((status, answer): (u16, Value)) -> Result<(), String> {
    // A command that returns a code says 0 if it did what it should, else an error or a sentence.
    if status == 200 && (answer == json!(0) || answer.is_string()) { Ok(()) } else { Err(answer.to_string()) }
}

/// All accounts of the host, as ejabberd writes them (XEP-0227): the file in which they are, not the one that refers to it.
pub fn export_accounts(server: &Server) -> Result<Vec<u8>, String> {
    let told = |e: std::io::Error| format!("{}: {e}", server.folder.display());
    done(ask(server, "export_piefxis_host", &json!({ "dir": DATA, "host": server.domain }))?)?;
    let mut accounts = None;
    for entry in std::fs::read_dir(&server.folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        let text = if path.extension().is_some_and(|end| end == "xml") { std::fs::read(&path) } else { Ok(Vec::new()) };
        let text = text.map_err(told)?;
        if !text.is_empty() {
            // The next export is another one.
            std::fs::remove_file(&path).map_err(told)?;
        }
        if String::from_utf8_lossy(&text).contains("<user ") {
            accounts = Some(text);
        }
    }
    accounts.ok_or_else(|| "ejabberd wrote no file with accounts".into())
}

/// Has ejabberd read such a file.
pub fn import_accounts(server: &Server, file: &[u8]) -> Result<(), String> {
    let place = server.folder.join("import");
    std::fs::write(&place, file).map_err(|e| format!("{}: {e}", place.display()))?;
    done(ask(server, "import_piefxis", &json!({ "file": format!("{DATA}/import") }))?)
}

/// One command of its administration interface: the status and the answer's JSON.
pub fn ask(server: &Server, command: &str, arguments: &Value) -> Result<(u16, Value), String> {
    let told = |e: std::io::Error| format!("ejabberd's administration port: {e}");
    let port = server.admin_port.ok_or("this server has no administration port")?;
    let mut stream = TcpStream::connect((server.host.as_str(), port)).map_err(told)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(told)?;
    let body = arguments.to_string();
    let request = format!(
        "POST /api/{command} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        server.domain,
        body.len()
    );
    stream.write_all(request.as_bytes()).map_err(told)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(told)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("ejabberd said only: {answer}"))?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let value = serde_json::from_str(body).map_err(|e| format!("ejabberd said {body}: {e}"))?;
    Ok((status.ok_or_else(|| format!("ejabberd said: {head}"))?, value))
}

fn yaml(server: &Server) -> Result<String, String> {
    let options = &server.options;
    let mut listen = String::new();
    let c2s = "module: ejabberd_c2s, max_stanza_size: 10000000, access: all, shaper: none";
    let mut port = |port: u16, what: &str| {
        let _ = writeln!(listen, "  - {{port: {port}, ip: \"127.0.0.1\", {what}}}");
    };
    port(server.port, &format!("{c2s}, starttls: true, starttls_required: true"));
    if let Some(direct) = server.direct_tls_port {
        port(direct, &format!("{c2s}, tls: true"));
    }
    if let Some(admin) = server.admin_port {
        port(admin, "module: ejabberd_http, request_handlers: {/api: mod_http_api}");
    }
    let mut modules = String::new();
    match options.archive {
        Archive::None => {}
        // The largest page is 250 and can't be set.
        Archive::Sql => {
            let _ = writeln!(
                modules,
                "  mod_mam: {{assume_mam_usage: true, default: always, request_activates_archiving: false}}"
            );
        }
        Archive::Memory => return Err("ejabberd has no archive that lives in memory".into()),
    }
    if options.stream_management {
        let seconds = options.hibernation.as_secs();
        let _ = writeln!(
            modules,
            "  mod_stream_mgmt: {{resend_on_timeout: if_offline, resume_timeout: {seconds}, \
             max_resume_timeout: {seconds}}}"
        );
    }
    if options.fast {
        modules.push_str("  mod_auth_fast: {}\n");
    }
    match options.registration {
        Registration::Closed => {}
        Registration::Open => modules.push_str("  mod_register: {ip_access: all}\n"),
        Registration::Captcha => modules.push_str("  mod_register: {ip_access: all, captcha_protected: true}\n"),
        Registration::Invited => return Err("ejabberd 24.12 invites nobody".into()),
    }
    for module in &options.modules {
        let _ = writeln!(modules, "  {module}: {{}}");
    }
    let hash = match options.password_hash {
        PasswordHash::Sha1 => "sha",
        PasswordHash::Sha256 => "sha256",
    };
    let mut text = CONFIGURATION.to_owned();
    for (name, value) in [
        ("DOMAIN", server.domain.as_str()),
        ("FOLDER", DATA),
        ("LOG", if options.verbose { "debug" } else { "info" }),
        ("HASH", hash),
        ("LISTEN", listen.trim_end()),
        ("MODULES", modules.trim_end()),
    ] {
        text = text.replace(&format!("@{name}@"), value);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_streams_are_read_from_the_log() {
        let log = "Opened c2s session for a@x/1\nOpened c2s session for b@x/2\n\
                   (tls|<0.1.0>) Closing c2s connection for a@x/1: Connection failed: connection closed; waiting\n";
        assert_eq!(streams(log), 1);
        assert_eq!(streams(&format!("{log}Resumed session for a@x/1\n")), 2);
        assert_eq!(streams(&format!("{log}Closed c2s session for b@x/2: x\n")), 0);
    }
}
