//! Reads an account's archive with the independent client in `tests/oracle/archive.py`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::compare::Shown;

const SCRIPT: &str = include_str!("../../oracle/archive.py");

/// Reads the whole archive of an account, oldest first; keeps the raw lines in `keep` for people.
pub fn read_archive(
    host: &str,
    port: u16,
    ca: &Path,
    address: &str,
    password: &str,
    keep: &Path,
) -> Result<Vec<Shown>, String> {
    let told = |error: std::io::Error| format!("python3: {error}");
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT, host, &port.to_string()])
        .arg(ca)
        .arg(address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(told)?;
    let mut input = child.stdin.take().ok_or("python3: no input")?;
    writeln!(input, "{password}").map_err(told)?;
    drop(input);
    let output = child.wait_with_output().map_err(told)?;
    if !output.status.success() {
        return Err(format!("the archive of {address}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    std::fs::write(keep, &output.stdout).map_err(|error| format!("{}: {error}", keep.display()))?;
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    // A stanza without a body is archived too by some servers; it is no message to people.
    text.lines().filter_map(|line| archived(line).transpose()).collect()
}

fn archived(line: &str) -> Result<Option<Shown>, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(body) = text("body") else { return Ok(None) };
    let sender = text("from").ok_or("an archived message without sender")?;
    let time = value.get("time").and_then(Value::as_i64).ok_or("an archived message without time")?;
    Ok(Some(Shown { sender, body, time }))
}

#[cfg(test)]
mod tests {
    use linnet_servers::{Options, Server};

    use super::*;

    #[test]
    fn all_pages_of_an_archive_are_read_in_order() {
        let server = Server::start(Options { page_size: 5, ..Options::default() }).unwrap();
        for user in ["alice", "bob"] {
            server.add_user(user, "secret").unwrap();
        }
        let lua = "(function() local st = require \"util.stanza\"; for n = 1, 12 do \
                   prosody.core_post_stanza(prosody.hosts[\"linnet.test\"], st.message({ type = \"chat\", \
                   from = \"bob@linnet.test/phone\", to = \"alice@linnet.test\" }, \"a <b> & \" .. n)) \
                   end; return \"done\" end)()";
        server.lua(lua).unwrap();
        let keep = server.folder.join("archive.lines");
        let read = |user: &str| {
            let address = format!("{user}@linnet.test");
            read_archive(&server.host, server.port, &server.ca, &address, "secret", &keep).unwrap()
        };
        let archived = read("alice");
        let bodies: Vec<String> = (1..=12).map(|n| format!("a <b> & {n}")).collect();
        assert_eq!(archived.iter().map(|shown| shown.body.clone()).collect::<Vec<_>>(), bodies);
        assert!(archived.iter().all(|shown| shown.sender == "bob@linnet.test"));
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
        assert!(archived.iter().all(|shown| (now - 60_000..=now).contains(&shown.time)));
        assert!(read("bob").is_empty());
    }

    #[test]
    fn a_wrong_password_is_told() {
        let server = Server::start(Options::default()).unwrap();
        server.add_user("alice", "secret").unwrap();
        let keep = server.folder.join("archive.lines");
        let read = read_archive(&server.host, server.port, &server.ca, "alice@linnet.test", "wrong", &keep);
        assert!(read.unwrap_err().contains("not signed in"));
    }
}
