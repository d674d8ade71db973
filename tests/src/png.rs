//! Files of pictures for scenarios, without a decoder: PNG whose pixels are stored, not compressed.

/// A PNG of this size in shades that follow from `shade`.
pub fn file(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        for x in 0..width {
            let level = (x * 255 / width.max(1)) as u8;
            rows.extend([level, shade.wrapping_mul(29), (y * 255 / height.max(1)) as u8]);
        }
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    chunk(&mut file, b"IHDR", &head);
    chunk(&mut file, b"IDAT", &stored(&rows));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// Width and height of a JPEG or PNG.
pub fn sides(file: &[u8]) -> (u32, u32) {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    if file.starts_with(b"\x89PNG") {
        return (number(&file[16..20]), number(&file[20..24]));
    }
    let mut at = 2;
    while !(0xC0..=0xC2).contains(&file[at + 1]) {
        at += 2 + number(&file[at + 2..at + 4]) as usize;
    }
    (number(&file[at + 7..at + 9]), number(&file[at + 5..at + 7]))
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    let from = file.len();
    file.extend(name);
    file.extend(data);
    let sum = !file[from..].iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    });
    file.extend(sum.to_be_bytes());
}

/// A zlib stream of stored blocks (RFC 1950, 1951).
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(0xFFFF).count();
    for (number, block) in data.chunks(0xFFFF).enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(number + 1 == blocks));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}
