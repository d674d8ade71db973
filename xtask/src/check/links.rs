//! Every relative link in a Markdown page leads to a file.

use std::path::{Component, Path, PathBuf};

use super::Source;

/// Links that lead nowhere.
pub fn lint(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.is(&["md"])) {
        let folder = Path::new(&source.path).parent().unwrap_or(Path::new(""));
        for (at, line) in source.text.lines().enumerate() {
            for target in targets(line) {
                let path = plain(&folder.join(target.split('#').next().unwrap_or_default()));
                let exists = |prefix: &Path| sources.iter().any(|other| Path::new(&other.path).starts_with(prefix));
                if !target.starts_with('#') && !exists(&path) {
                    findings.push(source.at(at + 1, &format!("{target} leads nowhere")));
                }
            }
        }
    }
    findings
}

fn targets(line: &str) -> Vec<&str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .collect()
}

fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_missing_file_is_found() {
        let page = |text: &str| Source { path: "docs/a.md".into(), text: text.into() };
        let readme = Source { path: "README.md".into(), text: String::new() };
        assert!(lint(&[page("[x](../README.md#top) [y](https://example.org/z)"), readme]).is_empty());
        assert_eq!(lint(&[page("[x](b.md)")]), ["docs/a.md:1: b.md leads nowhere"]);
    }
}
