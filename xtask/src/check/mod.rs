//! `check`: the lints that need no compiler, in well under a second.

mod layers;
mod links;
mod sizes;
mod store;
mod strings;
mod tracked;
mod xeps;

use std::path::Path;

use crate::command::{output, program, top};

/// A file of the repository as the lints see it.
pub struct Source {
    /// From the top, with `/`.
    pub path: String,
    /// Empty for what is not text.
    pub text: String,
}

type Lint = fn(&[Source]) -> Vec<String>;

impl Source {
    fn is(&self, endings: &[&str]) -> bool {
        Path::new(&self.path).extension().is_some_and(|ending| endings.iter().any(|known| ending == *known))
    }

    /// A finding at a line; lines count from 1.
    fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// `cargo xtask check [--write]`; `--write` brings `docs/xeps.md` up to date.
pub fn main(arguments: &[String]) -> Result<(), String> {
    if arguments.iter().any(|argument| argument == "--write") {
        xeps::write(&sources()?)?;
    }
    let sources = sources()?;
    let lints: [(&str, Lint); 7] = [
        ("sizes", sizes::lint),
        ("layers", layers::lint),
        ("xeps", xeps::lint),
        ("store", store::lint),
        ("strings", strings::lint),
        ("tracked", tracked::lint),
        ("links", links::lint),
    ];
    let mut count = 0;
    for (name, lint) in lints {
        for finding in lint(&sources) {
            println!("{name}: {finding}");
            count += 1;
        }
    }
    for long in sizes::long(&sources) {
        println!("sizes: to be split soon: {long}");
    }
    let (lines, files) = sizes::wide(&sources);
    if lines > 0 {
        println!("sizes: to be folded soon: {lines} lines in {files} files are over 120 characters");
    }
    match count {
        0 => {
            println!("check: {} files, nothing to complain of", sources.len());
            Ok(())
        }
        count => Err(format!("{count} findings")),
    }
}

/// Everything that is, or is about to be, under version control.
fn sources() -> Result<Vec<Source>, String> {
    let listed = output(&mut program("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let mut sources = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // A file deleted but not yet committed is still listed.
        if let Ok(bytes) = std::fs::read(top().join(path)) {
            sources.push(Source { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
        }
    }
    Ok(sources)
}
