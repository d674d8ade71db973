//! XEP-0082 times: what is read is written and read again as the same moment.

use linnet_messenger::session::clock::{format_stamp, parse_stamp};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(time) = parse_stamp(text) {
        let written = format_stamp(time);
        assert_eq!(parse_stamp(&written), Some(time), "{text} → {written}");
    }
}
