//! libFuzzer, as LLVM documents it for programs with a `main` of their own. Only what `cargo xtask fuzz` builds has it.

#![allow(unsafe_code)]

use std::ffi::{CString, c_char, c_int};
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::OnceLock;

use linnet_fuzz::Target;
use linnet_messenger::contact::address::Address;

unsafe extern "C" {
    fn LLVMFuzzerRunDriver(
        argc: *mut c_int,
        argv: *mut *mut *mut c_char,
        callback: extern "C" fn(*const u8, usize) -> c_int,
    ) -> c_int;
}

static TARGET: OnceLock<Target> = OnceLock::new();
static PLANTED: OnceLock<bool> = OnceLock::new();

/// Searches, as the arguments of this process say.
pub fn search(target: Target) -> ExitCode {
    TARGET.get_or_init(|| target);
    PLANTED.get_or_init(|| std::env::var_os("LINNET_FUZZ_PLANT").is_some());
    // A panic ends the process where it happens, also one that the engine would survive by rolling back.
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        told(panic);
        std::process::abort();
    }));
    let arguments: Vec<CString> = std::env::args().filter_map(|argument| CString::new(argument).ok()).collect();
    let mut pointers: Vec<*mut c_char> = arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
    let mut count = c_int::try_from(pointers.len()).unwrap();
    pointers.push(std::ptr::null_mut());
    let mut first = pointers.as_mut_ptr();
    // SAFETY: `count` texts that end with zero, then a null pointer, all alive until after the call; libFuzzer copies them.
    let status = unsafe { LLVMFuzzerRunDriver(&raw mut count, &raw mut first, one) };
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}

extern "C" fn one(data: *const u8, size: usize) -> c_int {
    // libFuzzer's empty input has no address.
    let data = if size == 0 {
        &[]
    } else {
        // SAFETY: libFuzzer gives the address of `size` bytes that nobody changes before we return.
        unsafe { std::slice::from_raw_parts(data, size) }
    };
    if let Some(target) = TARGET.get() {
        target(data);
    }
    if PLANTED.get() == Some(&true) {
        planted(data);
    }
    0
}

/// A bug that no blind chance finds, for the target `address`: three things in one link, none of which the seeds have
/// together. Each is a place of its own, so that whoever has some of them is kept and changed on.
fn planted(data: &[u8]) {
    let Ok(address) = std::str::from_utf8(data).map_err(drop).and_then(|text| Address::read(text).map_err(drop)) else {
        return;
    };
    let any = |holds: fn(&(String, String)) -> bool| black_box(address.parameters.iter().any(holds));
    if black_box(address.parameters.len()) < 4 {
        return;
    }
    if !any(|(key, _)| key.is_empty()) {
        return;
    }
    assert!(!any(|(_, value)| value.contains('%')), "the planted bug");
}
