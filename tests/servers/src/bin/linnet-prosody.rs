//! `linnet-prosody`: a private server for whoever is not written in Rust.
//!
//! Prints one line of JSON (host, ports, certificate authority, accounts) once the server answers, and runs until its
//! standard input closes.

#![forbid(unsafe_code)]

use std::io::{Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use linnet_servers::{Archive, Options, PasswordHash, Registration, Server};

const USAGE: &str = "linnet-prosody [--kind prosody|prosody13|ejabberd] [--user LOCAL]… \
[--friends LOCAL,LOCAL]… [--password TEXT] [--domain NAME]
               [--archive sql|memory|none] [--page-size N] [--no-stream-management] [--hibernation SECONDS]
               [--no-direct-tls] [--sha1] [--registration open|invited|captcha] [--module NAME]… [--verbose]
Starts Prosody, or another server, on free loopback ports, prints where as one line of JSON, and runs until its input closes.";

struct Wanted {
    options: Options,
    users: Vec<String>,
    friends: Vec<(String, String)>,
    password: String,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match wanted(&arguments).and_then(|wanted| serve(&wanted)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "linnet-prosody: {why}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(arguments: &[String]) -> Result<Wanted, String> {
    let mut wanted =
        Wanted { options: Options::default(), users: Vec::new(), friends: Vec::new(), password: "secret".into() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let options = &mut wanted.options;
        let mut value = || arguments.next().cloned().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--user" => wanted.users.push(value()?),
            "--friends" => {
                let pair = value()?;
                let (a, b) = pair.split_once(',').ok_or("--friends takes two names with a comma between")?;
                wanted.friends.push((a.into(), b.into()));
            }
            "--password" => wanted.password = value()?,
            "--kind" => options.kind = value()?.parse()?,
            "--domain" => options.domain = value()?,
            "--archive" => {
                options.archive = match value()?.as_str() {
                    "sql" => Archive::Sql,
                    "memory" => Archive::Memory,
                    "none" => Archive::None,
                    unknown => return Err(format!("no such archive: {unknown}")),
                }
            }
            "--page-size" => options.page_size = value()?.parse().map_err(|e| format!("--page-size: {e}"))?,
            "--no-stream-management" => options.stream_management = false,
            "--hibernation" => {
                options.hibernation = Duration::from_secs(value()?.parse().map_err(|e| format!("--hibernation: {e}"))?);
            }
            "--no-direct-tls" => options.direct_tls = false,
            "--sha1" => options.password_hash = PasswordHash::Sha1,
            "--registration" => {
                options.registration = match value()?.as_str() {
                    "open" => Registration::Open,
                    "invited" => Registration::Invited,
                    "captcha" => Registration::Captcha,
                    unknown => return Err(format!("no such registration: {unknown}")),
                }
            }
            "--module" => options.modules.push(value()?),
            "--verbose" => options.verbose = true,
            _ => return Err(format!("what is {argument}?\n{USAGE}")),
        }
    }
    Ok(wanted)
}

fn serve(wanted: &Wanted) -> Result<(), String> {
    let server = Server::start(wanted.options.clone())?;
    for user in &wanted.users {
        server.add_user(user, &wanted.password)?;
    }
    for (a, b) in &wanted.friends {
        server.befriend(a, b)?;
    }
    let users: Vec<String> = wanted.users.iter().map(|user| format!("{user}@{}", server.domain)).collect();
    let about = serde_json::json!({
        "kind": server.kind().name(),
        "host": server.host,
        "port": server.port,
        "direct_tls_port": server.direct_tls_port,
        "domain": server.domain,
        "ca": server.ca,
        "folder": server.folder,
        "pid": server.pid(),
        "users": users,
        "password": wanted.password,
    });
    let mut output = std::io::stdout();
    writeln!(output, "{about}").and_then(|()| output.flush()).map_err(|e| e.to_string())?;
    // What comes in means nothing; only its end does.
    let mut chunk = [0; 1024];
    while std::io::stdin().read(&mut chunk).is_ok_and(|count| count > 0) {}
    Ok(())
}
