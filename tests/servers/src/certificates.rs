//! A private certificate authority and one server certificate, made by the `openssl` command.
//!
//! Elliptic keys, because an RSA key alone would take longer than the whole start of a server.

use std::path::Path;
use std::process::Command;

/// Writes `ca.crt`, `server.crt` and `server.key` into `folder`, for `domain` and its usual sub-domains.
pub fn make(folder: &Path, domain: &str) -> Result<(), String> {
    let names = format!(
        "DNS:{domain},DNS:conference.{domain},DNS:upload.{domain},DNS:proxy.{domain},DNS:pubsub.{domain},\
         DNS:localhost,IP:127.0.0.1"
    );
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(
        folder,
        &["req", "-x509", "-days", "3650"],
        &curve,
        &[
            ("-keyout", "ca.key"),
            ("-out", "ca.crt"),
            ("-subj", "/CN=Linnet test authority"),
            ("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        ],
    )?;
    openssl(
        folder,
        &["req"],
        &curve,
        &[("-keyout", "server.key"), ("-out", "server.csr"), ("-subj", &format!("/CN={domain}"))],
    )?;
    let extensions = format!("subjectAltName={names}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n");
    std::fs::write(folder.join("server.ext"), extensions).map_err(|e| format!("server.ext: {e}"))?;
    openssl(
        folder,
        &["x509", "-req", "-days", "3650"],
        &[],
        &[
            ("-in", "server.csr"),
            ("-CA", "ca.crt"),
            ("-CAkey", "ca.key"),
            ("-set_serial", "1"),
            ("-extfile", "server.ext"),
            ("-out", "server.crt"),
        ],
    )
}

fn openssl(folder: &Path, verb: &[&str], flags: &[&str], settings: &[(&str, &str)]) -> Result<(), String> {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(verb).args(flags);
    for (name, value) in settings {
        command.args([name, value]);
    }
    let done = command.output().map_err(|e| format!("openssl does not start: {e} (Debian package `openssl`)"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("openssl {}: {}", verb.join(" "), String::from_utf8_lossy(&done.stderr).trim()))
}
