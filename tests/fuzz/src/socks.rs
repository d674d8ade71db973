//! What a proxy says before it leads anywhere: our side follows RFC 1928 to the byte, and no byte behind the proxy's
//! answer is taken, as those are the server's.

use linnet_runtime::fuzz::socks;

const HOST: &str = "linnet.test";
const LOGIN: &str = "a login";

pub fn run(data: &[u8]) {
    let Some((taken, told)) = socks(data, HOST, LOGIN) else { return };
    // Read once more, from RFC 1928 3 and 6 and RFC 1929 2.
    let login = data[1] == 2;
    let reply = if login { 4 } else { 2 };
    assert_eq!((data[0], data[reply], data[reply + 1]), (5, 5, 0), "led by a refusal");
    let address = match data[reply + 3] {
        1 => 4,
        4 => 16,
        3 => 1 + usize::from(data[reply + 4]),
        other => panic!("an address of the kind {other}"),
    };
    assert_eq!(taken, reply + 4 + address + 2);
    let mut expected = vec![5, 2, 0, 2];
    if login {
        expected.extend([&[1, 7], LOGIN.as_bytes(), &[7], LOGIN.as_bytes()].concat());
    }
    expected.extend([&[5, 1, 0, 3, 11], HOST.as_bytes(), &5222_u16.to_be_bytes()].concat());
    assert_eq!(told, expected);
}
