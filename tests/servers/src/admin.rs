//! Prosody's own administration socket: Lua is run inside the server, so that accounts and rosters are made by the
//! server's own code, at any time, and what it keeps in memory is never at odds with its files.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// Evaluates `lua` with everything of the server in reach and returns what the shell says of the result.
pub fn evaluate(socket: &Path, lua: &str) -> Result<String, String> {
    let told = |e: std::io::Error| format!("Prosody's administration socket: {e}");
    let mut stream = UnixStream::connect(socket).map_err(told)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(told)?;
    let input = format!(
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='xmpp:prosody.im/admin'>\
         <repl-input>{}</repl-input>",
        escaped(&format!(">{lua}"))
    );
    stream.write_all(input.as_bytes()).map_err(told)?;
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk).map_err(told)?;
        if count == 0 {
            return Err(format!("Prosody closed its administration socket: {}", String::from_utf8_lossy(&answer)));
        }
        answer.extend(chunk.iter().take(count));
        let text = String::from_utf8_lossy(&answer);
        if let Some((_, result)) = text.split_once("<repl-result")
            && let Some(result) = finished(result)
        {
            return result;
        }
    }
}

/// The text of a `<repl-result>` once it has arrived whole; `rest` begins after the element's name.
fn finished(rest: &str) -> Option<Result<String, String>> {
    let (attributes, rest) = rest.split_once('>')?;
    let failed = attributes.contains("type='error'");
    if attributes.ends_with('/') {
        return Some(Ok(String::new()));
    }
    let (text, _) = rest.split_once("</repl-result>")?;
    let text = unescaped(text);
    Some(if failed { Err(text) } else { Ok(text) })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

/// `text` as a Lua string literal that no content can leave.
pub fn quoted(text: &str) -> String {
    let bytes: String = text.bytes().map(|byte| format!("\\{byte:03}")).collect();
    format!("\"{bytes}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_taken_only_when_it_is_whole() {
        assert_eq!(finished(" type='error'>no &lt;way&gt;</repl-result>"), Some(Err("no <way>".into())));
        assert_eq!(finished(">Result: 1</repl-res"), None);
        assert_eq!(finished("/>"), Some(Ok(String::new())));
    }

    #[test]
    fn a_lua_literal_holds_any_text() {
        assert_eq!(quoted("a\"]"), "\"\\097\\034\\093\"");
    }
}
