//! How a text is shown: quotations, preformatted blocks, styles inside a line, links, and `/me`.
//!
//! The text comes from strangers: it is read once from left to right, whatever it holds, and what is nested is bounded.
//! Nothing is lost: the spans of a block are its text, styling characters included; only the marks of quotations, the
//! fences of preformatted blocks and a leading `/me ` are not repeated. A link is found before styles, so that the
//! underscores in an address style nothing.
//!
//! XEPs: 0245, 0393

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::view::item::{TextBlock, TextSpan};

/// A quotation inside so many others is text.
const DEEPEST: u32 = 20;
const FENCE: &str = "```";
const ME: &str = "/me ";
/// What a tap may open, whatever the case.
const SCHEMES: [&str; 6] = ["https://", "http://", "xmpp:", "mailto:", "tel:", "geo:"];

/// A text to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Styled {
    /// It says what its sender does.
    pub me: bool,
    pub blocks: Vec<TextBlock>,
}

/// What the text before has left open, where reading goes on inside of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// The first line has begun already, so deep in quotations, and is no start of a block.
    pub line: Option<u32>,
    /// A preformatted block, so deep in quotations.
    pub code: Option<u32>,
}

/// The whole body of a message; `unstyled` if its sender says that styling characters mean nothing.
pub fn read(body: &str, unstyled: bool) -> Styled {
    match after_me(body) {
        Some(rest) => Styled { me: true, blocks: resume(rest, unstyled, Open { line: Some(0), code: None }).0 },
        None => Styled { me: false, blocks: blocks(body, unstyled) },
    }
}

/// The same with a `/me ` in its place.
pub fn blocks(body: &str, unstyled: bool) -> Vec<TextBlock> {
    resume(body, unstyled, Open::default()).0
}

/// What someone does, if the text says that.
pub fn after_me(body: &str) -> Option<&str> {
    body.strip_prefix(ME)
}

/// The body where there is room for one line: what someone does, with his name.
pub fn brief<'a>(body: &'a str, name: &str) -> Cow<'a, str> {
    match after_me(body) {
        Some(rest) => Cow::Owned(format!("{name} {rest}")),
        None => Cow::Borrowed(body),
    }
}

/// A preformatted block that is open.
struct Code<'a> {
    quote: u32,
    /// The line that opened it, without marks of quotation; `None`: it stands in the text before.
    fence: Option<&'a str>,
    lines: Vec<&'a str>,
}

/// A part of a text that begins with this open, and what it leaves open if its last line goes on.
pub fn resume(part: &str, unstyled: bool, from: Open) -> (Vec<TextBlock>, Open) {
    let mut blocks = Blocks { unstyled, ..Blocks::default() };
    let mut code = from.code.map(|quote| Code { quote, fence: None, lines: Vec::new() });
    let mut deep = 0;
    for (number, line) in part.split('\n').enumerate() {
        let begun = from.line.filter(|_| number == 0);
        if let Some(mut open) = code.take() {
            let (depth, text) = if begun.is_some() { (open.quote, line) } else { unquoted(line, open.quote) };
            match text {
                // The quotation around it has ended, and it with that.
                _ if depth < open.quote => blocks.code(open, None),
                FENCE if begun.is_none() => {
                    deep = depth;
                    blocks.code(open, Some(FENCE));
                    continue;
                }
                text => {
                    deep = depth;
                    open.lines.push(text);
                    code = Some(open);
                    continue;
                }
            }
        }
        if unstyled || begun.is_some() {
            deep = begun.unwrap_or(0);
            blocks.plain(deep, line);
            continue;
        }
        let (quote, text) = unquoted(line, DEEPEST);
        deep = quote;
        if text.starts_with(FENCE) {
            code = Some(Code { quote, fence: Some(text), lines: Vec::new() });
        } else {
            blocks.plain(quote, text);
        }
    }
    let open = Open { line: Some(deep), code: code.as_ref().map(|code| code.quote) };
    if let Some(code) = code {
        blocks.code(code, None);
    }
    (blocks.done, open)
}

/// A line without the marks of the quotations it is in, at most so many, each with one whitespace after it; and how many
/// there were.
fn unquoted(line: &str, most: u32) -> (u32, &str) {
    let (mut depth, mut rest) = (0, line);
    while depth < most
        && let Some(quoted) = rest.strip_prefix('>')
    {
        rest = quoted.strip_prefix(char::is_whitespace).unwrap_or(quoted);
        depth += 1;
    }
    (depth, rest)
}

/// Blocks as they are put together.
#[derive(Default)]
struct Blocks {
    done: Vec<TextBlock>,
    unstyled: bool,
}

impl Blocks {
    /// One more line of plain text: it goes on the block before, if that is as deep.
    fn plain(&mut self, quote: u32, line: &str) {
        match self.done.last_mut() {
            Some(last) if !last.preformatted && last.quote == quote => push(last, "\n", &TextSpan::default()),
            _ => self.done.push(TextBlock { quote, preformatted: false, spans: Vec::new() }),
        }
        if let Some(block) = self.done.last_mut() {
            Line::new(line, !self.unstyled).read(block);
        }
    }

    /// A preformatted block has ended. One without a line is no block: three backticks would vanish from the screen.
    fn code(&mut self, code: Code<'_>, end: Option<&str>) {
        if code.lines.is_empty() {
            if let Some(fence) = code.fence {
                self.plain(code.quote, fence);
                end.into_iter().for_each(|end| self.plain(code.quote, end));
            }
            return;
        }
        let text = code.lines.join("\n");
        let spans = if text.is_empty() { Vec::new() } else { vec![TextSpan { text, ..TextSpan::default() }] };
        self.done.push(TextBlock { quote: code.quote, preformatted: true, spans });
    }
}

/// Adds text to a block; runs of equal style are one span.
fn push(block: &mut TextBlock, text: &str, style: &TextSpan) {
    match block.spans.last_mut() {
        Some(last) if same_style(last, style) => last.text.push_str(text),
        _ => block.spans.push(TextSpan { text: text.to_owned(), ..style.clone() }),
    }
}

fn same_style(one: &TextSpan, other: &TextSpan) -> bool {
    let flags = |span: &TextSpan| (span.strong, span.emphasis, span.strike, span.code, span.directive);
    // Two addresses side by side stay two.
    one.link.is_none() && other.link.is_none() && flags(one) == flags(other)
}

/// One line of spans.
struct Line {
    text: Vec<char>,
    /// First to last, of each the end and the address.
    links: VecDeque<(usize, usize)>,
    /// Where a span of each kind could close, first to last.
    closes: [VecDeque<usize>; 4],
    styled: bool,
}

/// The styling directives, as indexes of `Line::closes`.
fn directive(c: char) -> Option<usize> {
    ['*', '_', '~', '`'].iter().position(|known| *known == c)
}

impl Line {
    fn new(line: &str, styled: bool) -> Self {
        let text: Vec<char> = line.chars().collect();
        let links = links(&text);
        let mut closes: [VecDeque<usize>; 4] = Default::default();
        let mut inside = links.iter().peekable();
        for (at, c) in text.iter().enumerate().skip(1) {
            while inside.next_if(|(_, end)| *end <= at).is_some() {}
            let in_link = inside.peek().is_some_and(|(start, _)| *start <= at);
            let after_text = text.get(at - 1).is_some_and(|before| !before.is_whitespace());
            if !in_link
                && after_text
                && let Some(list) = directive(*c).and_then(|kind| closes.get_mut(kind))
            {
                list.push_back(at);
            }
        }
        Self { text, links, closes, styled }
    }

    /// Reads the line into a block, left to right; the spans that are open are a stack, each with its end.
    fn read(mut self, block: &mut TextBlock) {
        let mut open: Vec<(usize, usize)> = Vec::new();
        // Where the last opening directive stood, and which it was.
        let mut opened: Option<(usize, usize)> = None;
        let mut at = 0;
        while let Some(&c) = self.text.get(at) {
            if open.last().is_some_and(|(_, end)| *end == at) {
                push(block, c.encode_utf8(&mut [0; 4]), &style(&open, true));
                open.pop();
                at += 1;
                continue;
            }
            let limit = open.last().map_or(self.text.len(), |(_, end)| *end);
            if let Some(end) = self.link_at(at) {
                let address: String = self.text.get(at..end).unwrap_or_default().iter().collect();
                push(block, &address, &TextSpan { link: Some(address.clone()), ..style(&open, false) });
                at = end;
                continue;
            }
            match self.span_at(at, limit, opened) {
                Start::Text(length) => {
                    let text: String = self.text.get(at..at + length).unwrap_or_default().iter().collect();
                    push(block, &text, &style(&open, false));
                    at += length;
                }
                Start::Span(kind, end) => {
                    open.push((kind, end));
                    opened = Some((at, kind));
                    push(block, c.encode_utf8(&mut [0; 4]), &style(&open, true));
                    at += 1;
                    if kind == CODE {
                        let code: String = self.text.get(at..end).unwrap_or_default().iter().collect();
                        push(block, &code, &style(&open, false));
                        at = end;
                    }
                }
            }
        }
    }

    fn link_at(&mut self, at: usize) -> Option<usize> {
        while self.links.front().is_some_and(|(start, _)| *start < at) {
            self.links.pop_front();
        }
        self.links.pop_front_if(|(start, _)| *start == at).map(|(_, end)| end)
    }

    /// What begins here: a span that ends before `limit`, or text.
    fn span_at(&mut self, at: usize, limit: usize, opened: Option<(usize, usize)>) -> Start {
        let Some(kind) = self.text.get(at).and_then(|c| directive(*c)).filter(|_| self.styled) else {
            return Start::Text(1);
        };
        let at_start = match at.checked_sub(1) {
            None => true,
            Some(before) => {
                self.text.get(before).is_some_and(|c| c.is_whitespace())
                    || opened.is_some_and(|(place, other)| place == before && other != kind)
            }
        };
        let next = self.text.get(at + 1).filter(|_| at + 1 < limit);
        if !at_start || next.is_none_or(|next| next.is_whitespace()) {
            return Start::Text(1);
        }
        // Nothing between them: neither counts.
        if next.and_then(|next| directive(*next)) == Some(kind) {
            return Start::Text(2);
        }
        let Some(closes) = self.closes.get_mut(kind) else { return Start::Text(1) };
        while closes.front().is_some_and(|close| *close <= at) {
            closes.pop_front();
        }
        match closes.front() {
            Some(close) if *close < limit => Start::Span(kind, *close),
            _ => Start::Text(1),
        }
    }
}

const CODE: usize = 3;

enum Start {
    /// So many characters.
    Text(usize),
    /// A span of this kind, and where it closes.
    Span(usize, usize),
}

fn style(open: &[(usize, usize)], directive: bool) -> TextSpan {
    let has = |kind| open.iter().any(|(open, _)| *open == kind);
    TextSpan { strong: has(0), emphasis: has(1), strike: has(2), code: has(CODE), directive, ..TextSpan::default() }
}

/// The addresses in a line: where each starts and ends.
fn links(text: &[char]) -> VecDeque<(usize, usize)> {
    let mut found = VecDeque::new();
    let mut at = 0;
    while at < text.len() {
        let begins = at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|c| !c.is_alphanumeric());
        let length = if begins { scheme(text.get(at..).unwrap_or_default()) } else { None };
        let Some(length) = length else {
            at += 1;
            continue;
        };
        let rest = text.get(at + length..).unwrap_or_default();
        let end = at + length + rest.iter().take_while(|c| may_be_in_link(**c)).count();
        let last = trimmed(text, at + length, end);
        if text.get(at + length).is_some_and(|c| c.is_alphanumeric() || matches!(c, '[' | '+' | '-'))
            && last > at + length
        {
            found.push_back((at, last));
        }
        at = end.max(at + length);
    }
    found
}

fn scheme(text: &[char]) -> Option<usize> {
    SCHEMES.iter().map(|scheme| (scheme, scheme.len())).find_map(|(scheme, length)| {
        let start = text.get(..length)?;
        scheme.chars().zip(start).all(|(one, other)| one == other.to_ascii_lowercase()).then_some(length)
    })
}

/// Not what ends a link in a text, nor what would make it look like another one.
fn may_be_in_link(c: char) -> bool {
    let turns = matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !(c.is_whitespace() || c.is_control() || turns || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^'))
}

/// The end of a link without the punctuation of the sentence around it. A bracket that was opened inside stays.
fn trimmed(text: &[char], start: usize, end: usize) -> usize {
    let count = |c: char| text.get(start..end).unwrap_or_default().iter().filter(|other| **other == c).count();
    let mut spare = [(')', count(')').saturating_sub(count('('))), (']', count(']').saturating_sub(count('[')))];
    let mut end = end;
    while end > start
        && let Some(&last) = text.get(end - 1)
    {
        if let Some((_, spare)) = spare.iter_mut().find(|(bracket, _)| *bracket == last) {
            if *spare == 0 {
                break;
            }
            *spare -= 1;
        } else if !matches!(last, '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | '…' | '’' | '”' | '»')
        {
            break;
        }
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line a block: `>` a quotation, `|` preformatted; styles as letters in front of a span, links in brackets.
    fn picture(blocks: &[TextBlock]) -> String {
        let span = |span: &TextSpan| {
            let flags = [(span.strong, 's'), (span.emphasis, 'e'), (span.strike, 'd'), (span.code, 'c')];
            let flags: String = flags.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect();
            let mark = if span.directive { "'" } else { "" };
            match (&span.link, flags.is_empty() && !span.directive) {
                (Some(link), _) => format!("{flags}[{}={link}]", span.text),
                (None, true) => span.text.clone(),
                (None, false) => format!("{{{flags}{mark}:{}}}", span.text),
            }
        };
        let line = |block: &TextBlock| {
            let quote = ">".repeat(block.quote as usize);
            let kind = if block.preformatted { "|" } else { "" };
            format!("{quote}{kind}{}", block.spans.iter().map(span).collect::<String>())
        };
        blocks.iter().map(line).collect::<Vec<_>>().join("¶")
    }

    fn shown(body: &str) -> String {
        picture(&blocks(body, false))
    }

    #[test]
    fn spans_are_styled_as_the_specification_says() {
        let table = [
            ("plain span", "plain span"),
            ("*strong span*", "{s':*}{s:strong span}{s':*}"),
            ("plain _emphasis_ plain", "plain {e':_}{e:emphasis}{e':_} plain"),
            ("`pre` plain *strong*", "{c':`}{c:pre}{c':`} plain {s':*}{s:strong}{s':*}"),
            ("*strong* plain*", "{s':*}{s:strong}{s':*} plain*"),
            ("* plain *strong*", "* plain {s':*}{s:strong}{s':*}"),
            ("not strong*", "not strong*"),
            ("*not strong", "*not strong"),
            ("*not \n strong*", "*not \n strong*"),
            ("*not *strong", "*not *strong"),
            ("**", "**"),
            ("***", "***"),
            ("****", "****"),
            ("Two spans, both *alike in dignity*", "Two spans, both {s':*}{s:alike in dignity}{s':*}"),
            ("Everyone ~dis~likes cake.", "Everyone {d':~}{d:dis}{d':~}likes cake."),
            ("This is `*monospace*`", "This is {c':`}{c:*monospace*}{c':`}"),
            ("This is *`monospace and bold`*", "This is {s':*}{sc':`}{sc:monospace and bold}{sc':`}{s':*}"),
            ("There is no *formatting\nas spans* escape", "There is no *formatting\nas spans* escape"),
            (
                "_*both*_ and ~_*all*_~",
                "{e':_}{se':*}{se:both}{se':*}{e':_} and {d':~}{ed':_}{sed':*}{sed:all}{sed':*}{ed':_}{d':~}",
            ),
            ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
            ("*a `b* c`", "{s':*}{s:a `b}{s':*} c`"),
            ("*\u{A0}no*", "*\u{A0}no*"),
        ];
        for (body, expected) in table {
            assert_eq!(shown(body), expected, "{body:?}");
        }
    }

    #[test]
    fn blocks_are_read_as_the_specification_says() {
        let table = [
            ("```ignored\n(println)\n```\nThis should", "|(println)¶This should"),
            ("> ```\n> (println)\nplain", ">|(println)¶plain"),
            ("> That that is, is.\nSaid the old hermit", ">That that is, is.¶Said the old hermit"),
            (">> That that is, is.\n> Said the hermit.\nWho?", ">>That that is, is.¶>Said the hermit.¶Who?"),
            ("> > a\n> b", ">>a¶>b"),
            (">  two spaces", "> two spaces"),
            (" > no quotation", " > no quotation"),
            ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
            ("```\n*not strong*\n```not yet\n```", "|*not strong*\n```not yet"),
            ("```\nto the end", "|to the end"),
            ("```", "```"),
            ("```\n```", "```\n```"),
            ("> ```\n>> deep\n> ```\n> out", ">|> deep¶>out"),
            ("a ``` b", "a ``` b"),
        ];
        for (body, expected) in table {
            assert_eq!(shown(body), expected, "{body:?}");
        }
    }

    #[test]
    fn links_are_found_before_styles_and_without_the_sentence_around_them() {
        let table = [
            ("see https://a.example/b_c_d.", "see [https://a.example/b_c_d=https://a.example/b_c_d]."),
            ("(http://a.example/x_(y))", "([http://a.example/x_(y)=http://a.example/x_(y)])"),
            ("*https://a.example*", "{s':*}s[https://a.example=https://a.example]{s':*}"),
            ("HTTPS://A.example!", "[HTTPS://A.example=HTTPS://A.example]!"),
            ("xmpp:juliet@capulet.lit?join", "[xmpp:juliet@capulet.lit?join=xmpp:juliet@capulet.lit?join]"),
            ("mailto:a@b.c, tel:+49-1", "[mailto:a@b.c=mailto:a@b.c], [tel:+49-1=tel:+49-1]"),
            ("geo:52.5,13.4;u=5", "[geo:52.5,13.4;u=5=geo:52.5,13.4;u=5]"),
            (
                "hotel:x javascript:alert(1) file:///etc data:text/html,x",
                "hotel:x javascript:alert(1) file:///etc data:text/html,x",
            ),
            ("http:// and tel: and https://.", "http:// and tel: and https://."),
            ("https://a.example\u{202E}moc", "[https://a.example=https://a.example]\u{202E}moc"),
        ];
        for (body, expected) in table {
            assert_eq!(shown(body), expected, "{body:?}");
        }
        assert_eq!(picture(&blocks("*a* https://b.c", true)), "*a* [https://b.c=https://b.c]", "unstyled keeps links");
    }

    #[test]
    fn me_is_only_at_the_very_start() {
        let me = |body: &str| {
            let styled = read(body, false);
            (styled.me, picture(&styled.blocks))
        };
        assert_eq!(me("/me waves *twice*"), (true, "waves {s':*}{s:twice}{s':*}".to_owned()));
        assert_eq!(me("/me > is no quotation\n> but this"), (true, "> is no quotation¶>but this".to_owned()));
        for other in ["/me", " /me waves", "/meow ", "say /me "] {
            assert!(!read(other, false).me, "{other:?}");
        }
        assert_eq!(picture(&blocks("/me waves", false)), "/me waves");
        assert_eq!(brief("/me waves", "bob"), "bob waves");
    }
}
