//! Translates a code cell: its comments, and the texts that it shows. All other tokens stay.

use anyhow::{Context, Result, ensure};
use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

use super::words::Words;

/// The macros all of whose string literals are shown.
const SHOW: [&str; 6] = ["print", "println", "eprint", "eprintln", "bail", "anyhow"];

/// The macro whose string literals are shown after the condition.
const ENSURE: &str = "ensure";

/// The functions and methods of charts and diagrams whose string literals are shown.
const DRAW: [&str; 9] = [
    "Chart::new",
    "Lanes::new",
    "Layout::new",
    "line",
    "crosses",
    "groups",
    "bars",
    "limit",
    "draw",
];

/// The context of the helper crate's entry: the path of the trait that explains errors in the language.
const CRATE: &str = "udp_tutorial";
const TRAIT: &str = "Explain";

/// A piece of code.
#[derive(Clone, Debug, PartialEq)]
struct Token<'a> {
    kind: TokenKind,
    text: &'a str,
    /// Whether it is a string literal that a cell shows.
    is_shown: bool,
    /// Whether it names the trait that explains errors, where the helper crate is imported.
    is_trait: bool,
}

impl Token<'_> {
    fn is_blank(&self) -> bool {
        matches!(self.kind, TokenKind::Whitespace)
    }

    fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::LineComment { .. })
    }
}

/// The code with its comments and shown texts translated. What has no translation stays in English.
pub fn translated(code: &str, context: &str, words: &mut Words) -> Result<String> {
    let tokens = tokens(code);
    let mut text = String::new();
    let mut rest = &tokens[..];
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        if token.is_comment() {
            let lines = 1 + further_lines(after) / 2;
            text += &comment(&rest_of(token, after, lines), context, words, column(&text));
            rest = &after[further_lines(after)..];
        } else if token.is_shown {
            text += &literal(token.text, context, words)?;
        } else if token.is_trait {
            let path = words.say(CRATE, "the path of the trait that explains errors", TRAIT);
            text += path.as_deref().unwrap_or(TRAIT);
        } else {
            text += token.text;
        }
    }
    Ok(text)
}

/// The lines of a comment of `lines` lines, without their slashes.
fn rest_of(first: &Token, after: &[Token], lines: usize) -> String {
    let further = after.iter().filter(|token| token.is_comment()).take(lines - 1);
    let lines = std::iter::once(first).chain(further);
    let words = lines.map(|line| line.text.trim_start_matches('/').trim());
    words.collect::<Vec<_>>().join("\n")
}

/// How many of the tokens after a comment go on with it: line breaks, and comments on lines of their own.
fn further_lines(after: &[Token]) -> usize {
    let goes_on = |two: &&[Token]| {
        let [blank, line] = two else { return false };
        blank.is_blank() && blank.text.matches('\n').count() == 1 && line.is_comment()
    };
    2 * after.chunks(2).take_while(goes_on).count()
}

/// How far the last line of the text so far is indented, if it holds nothing else.
fn column(text: &str) -> Option<usize> {
    let line = text.rsplit('\n').next().unwrap_or_default();
    line.trim().is_empty().then_some(line.len())
}

fn comment(english: &str, context: &str, words: &mut Words, column: Option<usize>) -> String {
    let has_words = english.contains(char::is_alphabetic);
    let said = has_words.then(|| words.say(context, "comment", english)).flatten();
    let said = said.as_deref().unwrap_or(english);
    let lines: Vec<String> = said.lines().map(|line| format!("// {line}")).collect();
    lines.join(&format!("\n{}", " ".repeat(column.unwrap_or_default())))
}

/// A string literal in the other language, with the same placeholders.
fn literal(source: &str, context: &str, words: &mut Words) -> Result<String> {
    let inner = source.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let inner = inner.with_context(|| format!("{source} is not a plain string"))?;
    let english = joined(inner);
    let has_words =
        english.split(['{', '}']).step_by(2).any(|text| text.contains(char::is_alphabetic));
    if !has_words {
        return Ok(source.into());
    }
    let Some(said) = words.say(context, "text that the cell shows", &english) else {
        return Ok(source.into());
    };
    ensure!(
        placeholders(&said) == placeholders(&english),
        "{context}: {said:?} must have the placeholders of {english:?}"
    );
    Ok(format!("\"{said}\""))
}

/// A literal without its breaks: a backslash at the end of a line skips the blanks that follow.
fn joined(inner: &str) -> String {
    let mut lines = inner.split("\\\n");
    let first = lines.next().unwrap_or_default().to_string();
    lines.fold(first, |text, line| text + line.trim_start())
}

/// What the braces of a text hold, in alphabetical order.
fn placeholders(text: &str) -> Vec<String> {
    let text = text.replace("{{", "").replace("}}", "");
    let held = text.split('{').skip(1).filter_map(|after| after.split_once('}'));
    let mut all: Vec<String> = held.map(|(inside, _)| inside.to_string()).collect();
    all.sort();
    all
}

/// Whether two cells are the same but for comments, shown texts and the path of the trait that explains
/// errors. Placeholders of shown texts are the same, too.
pub fn is_same(source: &str, translation: &str, path: Option<&str>) -> bool {
    let translation = match path {
        Some(path) => translation.replacen(path, TRAIT, 1),
        None => translation.to_string(),
    };
    let plain = |code: &str| -> Vec<String> {
        let tokens = tokens(code).into_iter();
        let kept = tokens.filter(|token| !token.is_blank() && !token.is_comment());
        let plain = kept.map(|token| {
            if token.is_shown {
                placeholders(&joined(token.text)).join(" ")
            } else {
                token.text.into()
            }
        });
        plain.collect()
    };
    plain(source) == plain(&translation)
}

/// Code as tokens. An evcxr command such as `:dep` is one as well as Rust's.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut place = Place::default();
    let mut rest = code;
    let pieces = tokenize(code, FrontmatterAllowed::No);
    let mut all: Vec<Token> = Vec::new();
    for piece in pieces {
        let (text, after) = rest.split_at(piece.len as usize);
        rest = after;
        let is_string =
            matches!(piece.kind, TokenKind::Literal { kind: LiteralKind::Str { .. }, .. });
        let is_trait = text == TRAIT && place.imports_the_crate();
        let token =
            Token { kind: piece.kind, text, is_shown: is_string && place.is_shown(), is_trait };
        place.pass(&token);
        all.push(token);
    }
    all
}

/// Where a token stands: in which calls, and in which import.
#[derive(Default)]
struct Place<'a> {
    /// The last tokens that are not blank.
    last: Vec<&'a str>,
    /// For each open bracket, whether texts inside it are shown.
    open: Vec<Inside>,
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Shown,
    /// In `ensure!`, before the comma.
    Condition,
    Other,
}

impl<'a> Place<'a> {
    fn pass(&mut self, token: &Token<'a>) {
        match token.text {
            _ if token.is_blank() || token.is_comment() => return,
            "(" | "[" | "{" => {
                let inside = self.inside();
                self.open.push(inside);
            }
            ")" | "]" | "}" => drop(self.open.pop()),
            "," => {
                if let Some(last) = self.open.last_mut().filter(|last| **last == Inside::Condition)
                {
                    *last = Inside::Shown;
                }
            }
            ";" => self.last.clear(),
            _ => {}
        }
        self.last.push(token.text);
    }

    /// What a bracket that opens here holds.
    fn inside(&self) -> Inside {
        let outer = self.open.last().copied().unwrap_or(Inside::Other);
        let ends_with = |path: &str| {
            let path: Vec<&str> = path.split("::").flat_map(|name| [name, ":", ":"]).collect();
            self.last.ends_with(&path[..path.len() - 2])
        };
        match &self.last[..] {
            [.., name, "!"] if SHOW.contains(name) => Inside::Shown,
            [.., name, "!"] if *name == ENSURE => Inside::Condition,
            _ if DRAW.iter().any(|path| ends_with(path)) => Inside::Shown,
            _ if outer == Inside::Shown => Inside::Shown,
            _ => Inside::Other,
        }
    }

    fn is_shown(&self) -> bool {
        self.open.last() == Some(&Inside::Shown)
    }

    fn imports_the_crate(&self) -> bool {
        let begins = |three: &[&str]| *three == ["use", CRATE, ":"];
        self.last.windows(3).any(begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translation::words::{Message, catalogue};

    /// Translations that put each message into brackets.
    fn bracketed(messages: &[(&str, &str)]) -> Words {
        let message = |(context, text): &(&str, &str)| Message {
            context: (*context).into(),
            text: (*text).into(),
            kind: "",
        };
        let messages: Vec<Message> = messages.iter().map(message).collect();
        Words::of(catalogue(&messages, |message| format!("[{}]", message.text)))
    }

    fn asked(code: &str) -> Vec<String> {
        let mut words = Words::none();
        assert_eq!(translated(code, "a", &mut words).unwrap(), code, "nothing is translated");
        words.asked().iter().map(|message| message.text.clone()).collect()
    }

    #[test]
    fn comments_and_shown_texts_are_asked_for_and_nothing_else() {
        assert_eq!(asked("let a = 1; // one\n"), ["one"]);
        assert_eq!(asked("// one\n// two\n\n// three\nf();"), ["one\ntwo", "three"]);
        assert_eq!(asked("println!(\"{a}: {}\", f(\"x y\"));"), ["x y"]);
        assert_eq!(asked("ensure!(a == \"x\", \"y {a}\");"), ["y {a}"]);
        assert_eq!(asked("f(b\"x\", \"y\"); bail!(\"z\");"), ["z"]);
        assert_eq!(asked("Chart::new(\"a\", \"b\", \"c\").line(\"d\", &p);"), ["a", "b", "c", "d"]);
        assert_eq!(asked("println!(\"a \\\n    b\");"), ["a b"]);
        assert_eq!(asked("use udp_tutorial::{Explain, message};"), ["Explain"]);
        assert!(asked("fn f<'a>(x: &'a str) -> char { 'b' }").is_empty());
    }

    #[test]
    fn what_is_translated_keeps_its_place_and_its_tokens() {
        let mut words =
            bracketed(&[("a", "one\ntwo"), ("a", "shown {x}"), ("udp_tutorial", "Explain")]);
        let code = "use udp_tutorial::{Explain};\nif x {\n    // one\n    // two\n    \
                    println!(\"shown {x}\");\n}";
        let there = translated(code, "a", &mut words).unwrap();
        let expected = "use udp_tutorial::{[Explain]};\nif x {\n    // [one\n    // two]\n    \
                        println!(\"[shown {x}]\");\n}";
        assert_eq!(there, expected);
        assert!(is_same(code, &there, Some("[Explain]")));
        for wrong in ["{y}", "{x} {x}", ""] {
            assert!(!is_same(code, &there.replace("{x}", wrong), Some("[Explain]")), "{wrong}");
        }
        assert!(!is_same(code, &there.replace("if x", "if y"), Some("[Explain]")));
    }

    #[test]
    fn a_translation_with_other_placeholders_is_refused() {
        let message = Message { context: "a".into(), text: "{x} of {y}".into(), kind: "" };
        let mut words = Words::of(catalogue(&[message], |_| "{x}".into()));
        let error = translated("println!(\"{x} of {y}\");", "a", &mut words).unwrap_err();
        assert!(error.to_string().contains("must have the placeholders"), "{error}");
    }
}
