//! Both languages say everything: the same keys with the same arguments, on Android and on iOS.

use std::collections::BTreeMap;

use super::Source;

/// A table: key → the arguments its text takes, in the order of their numbers.
type Table = BTreeMap<String, Vec<String>>;

const LANGUAGES: [&str; 2] = ["en", "de"];

/// Texts that one language lacks, or that take other arguments.
pub fn lint(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        if let Some((folder, _)) = source.path.split_once("/values/strings.xml") {
            let german = format!("{folder}/values-de/strings.xml");
            compare(&mut findings, sources, source, &german, android);
        } else if let Some((folder, file)) = source.path.split_once("/en.lproj/") {
            if file.ends_with(".strings") {
                let german = format!("{folder}/de.lproj/{file}");
                compare(&mut findings, sources, source, &german, apple);
            }
        } else if source.is(&["xcstrings"]) {
            findings.extend(catalogue(source));
        }
    }
    findings
}

fn compare(findings: &mut Vec<String>, sources: &[Source], english: &Source, german: &str, read: fn(&str) -> Table) {
    let Some(other) = sources.iter().find(|source| source.path == german) else {
        findings.push(format!("{german} is missing"));
        return;
    };
    let (ours, theirs) = (read(&english.text), read(&other.text));
    for (key, arguments) in &ours {
        match theirs.get(key) {
            None => findings.push(format!("{german}: {key} is missing")),
            Some(other) if other != arguments => {
                findings.push(format!("{german}: {key} takes {other:?}, in English {arguments:?}"));
            }
            Some(_) => {}
        }
    }
    for key in theirs.keys().filter(|key| !ours.contains_key(*key)) {
        findings.push(format!("{german}: {key} is not in English"));
    }
}

/// `strings.xml`: `<string>`, and `<plurals>` whose `<item>`s count as one text each.
fn android(text: &str) -> Table {
    let mut table = Table::new();
    let mut plural = String::new();
    let mut open: Option<(String, Vec<String>)> = None;
    for element in uncommented(text).split('<').skip(1) {
        let Some((tag, content)) = element.split_once('>') else { continue };
        let attribute = |name: &str| -> Option<String> {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            rest.split('"').next().map(str::to_owned)
        };
        match tag.split_whitespace().next() {
            Some("string") if !tag.contains("translatable=\"false\"") => {
                open = attribute("name").map(|key| (key, Vec::new()));
            }
            Some("plurals") => plural = attribute("name").unwrap_or_default(),
            Some("item") => open = attribute("quantity").map(|quantity| (format!("{plural}/{quantity}"), Vec::new())),
            Some("/string" | "/item") => {
                if let Some((key, mut arguments)) = open.take() {
                    arguments.sort_unstable();
                    table.insert(key, arguments);
                }
            }
            _ => {}
        }
        // Behind an inner element, opened or closed, the same text goes on.
        if let Some((_, arguments)) = &mut open {
            arguments.extend(placeholders(content));
        }
    }
    table
}

fn uncommented(text: &str) -> String {
    let mut parts = text.split("<!--");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once("-->").map_or("", |(_, rest)| rest))
}

/// `Localizable.strings`: `"key" = "text";`
fn apple(text: &str) -> Table {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" = \""));
    lines
        .map(|(key, text)| {
            let mut arguments = placeholders(text);
            arguments.sort_unstable();
            (key.to_owned(), arguments)
        })
        .collect()
}

/// A string catalogue: every text has every language.
fn catalogue(source: &Source) -> Vec<String> {
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&source.text) else {
        return vec![format!("{}: not JSON", source.path)];
    };
    let mut findings = Vec::new();
    let strings = json.get("strings").and_then(|strings| strings.as_object());
    for (key, entry) in strings.into_iter().flatten() {
        if entry.get("shouldTranslate") == Some(&serde_json::Value::Bool(false)) {
            continue;
        }
        let mut texts = Vec::new();
        for language in LANGUAGES {
            match entry.pointer(&format!("/localizations/{language}")) {
                None => findings.push(format!("{}: {key} is missing in {language}", source.path)),
                Some(text) => {
                    // One text, or one a plural form; the forms of one language all take the same arguments.
                    let mut arguments = placeholders(&text.to_string());
                    arguments.sort_unstable();
                    arguments.dedup();
                    texts.push(arguments);
                }
            }
        }
        if texts.windows(2).any(|pair| pair.first() != pair.last()) {
            findings.push(format!("{}: {key} takes other arguments in another language", source.path));
        }
    }
    findings
}

/// The format arguments of a text: `%1$s`, `%d`, `%@`, `%lld`; `%%` is a percent sign.
fn placeholders(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(after) = after.strip_prefix('%') {
            rest = after;
            continue;
        }
        let length = after.find(|c: char| c.is_ascii_alphabetic() || c == '@').unwrap_or(0);
        let long = after.get(length..).unwrap_or_default().chars().take_while(|c| *c == 'l').count();
        let argument: String = after.chars().take(length + long + 1).collect();
        // A percent sign in running text stands alone.
        if !argument.contains(' ') {
            found.push(argument);
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_missing_text_and_a_missing_argument_are_found() {
        let plurals = |one: &str| format!("<plurals name=\"n\">{one}<item quantity=\"other\">%d</item></plurals>");
        let one = plurals("<item quantity=\"one\">%d one</item>");
        let hidden = "<!-- <string name=\"old\"> --><string name=\"app\" translatable=\"false\">L</string>";
        let b = "<string name=\"b\">B</string>";
        let english = format!("{hidden}<string name=\"a\">Hello <xliff:g id=\"who\">%1$s</xliff:g>!</string>{b}{one}");
        let good = format!("{b}\n<string name=\"a\">Na, <xliff:g id=\"who\">%1$s</xliff:g></string>{one}");
        let bad = format!("<string name=\"a\">Hallo</string>{}", plurals(""));
        let english = source("r/values/strings.xml", &english);
        let findings = |german: &str| {
            let german = source("r/values-de/strings.xml", german);
            lint(&[Source { path: english.path.clone(), text: english.text.clone() }, german])
        };
        assert_eq!(findings(&good), [""; 0]);
        assert_eq!(findings(&bad).len(), 3, "{:?}", findings(&bad));
        assert_eq!(lint(&[english]), ["r/values-de/strings.xml is missing"]);
    }

    #[test]
    fn a_catalogue_without_german_is_found() {
        let catalogue = |german: &str| {
            let text = |text: &str| format!(r#"{{"stringUnit":{{"state":"translated","value":"{text}"}}}}"#);
            let german = if german.is_empty() { String::new() } else { format!(r#","de":{}"#, text(german)) };
            let strings = format!(r#"{{"strings":{{"a":{{"localizations":{{"en":{}{german}}}}}}}}}"#, text("hi %@"));
            lint(&[source("ios/L.xcstrings", &strings)])
        };
        assert_eq!(catalogue("na %@"), [""; 0]);
        assert_eq!(catalogue("na").len(), 1);
        assert_eq!(catalogue("").len(), 1);
    }

    #[test]
    fn a_table_of_strings_is_read() {
        let table = apple("/* \"no\" = \"no\"; */\n\"greet\" = \"Hello %1$@, %lld of %%\";\n");
        assert_eq!(table.get("greet"), Some(&vec!["1$@".to_owned(), "lld".to_owned()]));
        assert_eq!(table.len(), 1);
    }
}
