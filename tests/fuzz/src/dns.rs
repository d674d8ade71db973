//! Answers about where a server is, written by whoever owns the zone or stands before it: what they lead to is a handful
//! of places that can be tried, each once.

use linnet_runtime::fuzz::{places_of_messages, places_of_records};

const RECORDS: u8 = 1;
/// The most places that one attempt looks at.
const MOST: usize = 16;

/// The first byte says whether whole messages or the data of records come; a length stands before each part.
pub fn run(data: &[u8]) {
    let Some((&shape, content)) = data.split_first() else { return };
    let parts = parts(content);
    let places = if shape & RECORDS != 0 {
        let (direct, start) = parts.split_at(parts.len() / 2);
        places_of_records(direct, start)
    } else {
        let empty = Vec::new();
        places_of_messages(parts.first().unwrap_or(&empty), parts.get(1).unwrap_or(&empty))
    };
    let Ok(places) = places else { return };
    assert!((1..=MOST).contains(&places.len()), "{} places", places.len());
    for (at, place) in places.iter().enumerate() {
        let (host, port, _) = place;
        assert!(!host.is_empty() && host.is_ascii() && host.len() <= 255, "{host:?}");
        assert_ne!(*port, 0, "{host}");
        assert!(!places[..at].contains(place), "{host} twice");
    }
}

/// Each with its length before it, in two bytes.
fn parts(mut content: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = content.split_first_chunk::<2>() {
        let (part, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len()));
        parts.push(part.to_vec());
        content = rest;
    }
    parts
}

/// The inverse of `parts`, for seeds.
pub fn whole(shape: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut whole = vec![shape];
    for part in parts {
        whole.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
        whole.extend_from_slice(part);
    }
    whole
}
