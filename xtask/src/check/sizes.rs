//! A file that needs scrolling hides its structure; a line that needs scrolling hides its end.

use super::Source;

const LISTED: usize = 600;
const FAILED: usize = 900;
const WIDTH: usize = 120;
const WIDEST: usize = 140;
const CODE: [&str; 5] = ["rs", "kt", "swift", "sql", "py"];

/// Files over the hard limit, lines over the width.
pub fn lint(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.is(&CODE)) {
        let lines = source.text.lines().count();
        if lines > FAILED {
            findings.push(format!("{}: {lines} lines, {FAILED} at the most", source.path));
        }
        for (at, line) in source.text.lines().enumerate() {
            let width = line.chars().count();
            // As SQLite writes it.
            if width > WIDEST && !source.path.ends_with("/schema.sql") {
                findings.push(source.at(at + 1, &format!("{width} characters, {WIDTH} are aimed at")));
            }
        }
    }
    findings
}

/// How many lines are over the aim, in how many files.
pub fn wide(sources: &[Source]) -> (usize, usize) {
    let wide = |source: &Source| source.text.lines().filter(|line| line.chars().count() > WIDTH).count();
    let counts = sources.iter().filter(|source| source.is(&CODE)).map(wide).filter(|count| *count > 0);
    counts.fold((0, 0), |(lines, files), count| (lines + count, files + 1))
}

/// Files over the aim, longest first.
pub fn long(sources: &[Source]) -> Vec<String> {
    let mut long: Vec<(usize, &str)> = sources
        .iter()
        .filter(|source| source.is(&CODE))
        .map(|source| (source.text.lines().count(), source.path.as_str()))
        .filter(|(lines, _)| (LISTED + 1..=FAILED).contains(lines))
        .collect();
    long.sort_unstable_by(|a, b| b.cmp(a));
    long.into_iter().map(|(lines, path)| format!("{path} ({lines} lines)")).collect()
}
