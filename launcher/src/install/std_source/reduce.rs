//! Removes from Rust source what the types of variables do not depend on.
//!
//! A lexer finds the places, so that neither strings nor macros mislead. A macro's arguments and
//! patterns stay as they are, because a macro may depend on every token of theirs.

use std::ops::Range;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Attributes that change no type and no completion. `unstable` and `deprecated` stay, because
/// completion shows them.
const ATTRIBUTES: [&str; 11] = [
    "allow",
    "cold",
    "inline",
    "must_use",
    "optimize",
    "rustc_const_stable",
    "rustc_const_unstable",
    "rustc_diagnostic_item",
    "rustc_inherit_overflow_checks",
    "stable",
    "track_caller",
];

/// Bodies that are no longer than this, in bytes, are not worth a replacement.
const SHORT: usize = 24;

/// The source without those attributes and with `loop {}`, which has every type, in place of the
/// bodies of functions. Functions that may be `const` keep theirs, because the length of an array may
/// depend on it, and so do functions that are `async` or return `impl Trait`. Unless the source is
/// `documented`, comments on lines of their own go as well.
pub(super) fn reduced(source: &str, documented: bool) -> String {
    let is_kept = |line: &&str| documented || !line.trim_start().starts_with("//");
    let text: String = source.split_inclusive('\n').filter(is_kept).collect();
    let Ok(tokens) = TokenStream::from_str(&text) else { return text };
    let mut places = Places { documented, constant: false, cuts: Vec::new() };
    places.find(tokens);
    places.cut(&text)
}

/// The places to cut, in order, each with its replacement.
struct Places {
    documented: bool,
    /// Whether the place is in an `impl` or `trait` whose functions may be constant.
    constant: bool,
    cuts: Vec<(Range<usize>, &'static str)>,
}

impl Places {
    fn find(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut next = 0;
        while next < tokens.len() {
            next += match &tokens[next..] {
                [TokenTree::Punct(hash), TokenTree::Group(attribute), ..]
                    if hash.as_char() == '#' =>
                {
                    // A macro may repeat an attribute, but not nothing: `$(#[doc = $text])*`.
                    let is_alone = tokens.len() == 2;
                    if !is_alone && self.is_removed(attribute) {
                        self.cuts
                            .push((range(&tokens[next]).start..range(&tokens[next + 1]).end, ""));
                    }
                    2
                }
                [name, bang, TokenTree::Ident(_), TokenTree::Group(rules), ..]
                    if is(name, "macro_rules") && is(bang, "!") =>
                {
                    self.find_in_rules(rules);
                    4
                }
                [TokenTree::Ident(_), bang, TokenTree::Group(_), ..] if is(bang, "!") => 3,
                [function, ..] if is(function, "fn") => self.find_body(&tokens, next),
                [item, ..] if is(item, "impl") || is(item, "trait") => {
                    self.find_in_item(&tokens, next)
                }
                [TokenTree::Group(group), ..] => {
                    self.find(group.stream());
                    1
                }
                _ => 1,
            };
        }
    }

    /// Finds places on the right sides of a macro's rules.
    fn find_in_rules(&mut self, rules: &Group) {
        let tokens: Vec<TokenTree> = rules.stream().into_iter().collect();
        for rule in tokens.windows(3) {
            if let [equals, arrow, TokenTree::Group(right)] = rule
                && is(equals, "=")
                && is(arrow, ">")
            {
                self.find(right.stream());
            }
        }
    }

    /// Finds places in the `impl` or `trait` that is the token `start`; returns how many tokens it has.
    fn find_in_item(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let rest = &tokens[start..];
        let Some(end) = rest.iter().position(|token| is(token, ";") || is_braces(token)) else {
            return 1;
        };
        if let TokenTree::Group(body) = &rest[end] {
            let outside = self.constant;
            // Unlike in `impl<const N: usize>`, no name and colon follow.
            let is_const = |at: usize| {
                is(&rest[at], "const") && !rest.get(at + 2).is_some_and(|colon| is(colon, ":"))
            };
            self.constant |= is_constant(&tokens[..start]) || (0..end).any(is_const);
            self.find(body.stream());
            self.constant = outside;
        }
        end + 1
    }

    /// Finds the body of the function whose `fn` is the token `start`; returns how many tokens it has.
    fn find_body(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let rest = &tokens[start..];
        // In a macro, `${concat(...)}` is a name.
        let is_end =
            |at: &usize| is(&rest[*at], ";") || is_braces(&rest[*at]) && !is(&rest[at - 1], "$");
        let Some(end) = (1..rest.len()).find(is_end) else { return rest.len() };
        let TokenTree::Group(body) = &rest[end] else { return end + 1 };
        let is_named = !matches!(rest[1], TokenTree::Group(_));
        let has_body = is_named && !rest.get(end + 1).is_some_and(|next| is(next, ">"));
        let words = |from: &[TokenTree], word| from.iter().any(|token| is(token, word));
        let returns =
            rest[..end].windows(2).position(|pair| is(&pair[0], "-") && is(&pair[1], ">"));
        let is_inferred = returns.is_some_and(|arrow| words(&rest[arrow..end], "impl"));
        if !has_body || self.constant || is_constant(&tokens[..start]) || is_inferred {
            self.find(body.stream());
        } else if range(&rest[end]).len() > SHORT {
            self.cuts.push((range(&rest[end]), "{ loop {} }"));
        }
        end + 1
    }

    fn is_removed(&self, attribute: &Group) -> bool {
        let mut tokens = attribute.stream().into_iter();
        let Some(TokenTree::Ident(name)) = tokens.next() else { return false };
        match name.to_string().as_str() {
            // Not `doc(hidden)`, which completion heeds.
            "doc" => !self.documented && tokens.next().is_some_and(|token| is(&token, "=")),
            name => ATTRIBUTES.contains(&name),
        }
    }

    fn cut(self, text: &str) -> String {
        let mut kept = String::with_capacity(text.len());
        let mut done = 0;
        for (place, replacement) in self.cuts {
            kept += &text[done..place.start];
            kept += replacement;
            done = place.end;
        }
        kept + &text[done..]
    }
}

/// Whether the tokens before an item make it constant or asynchronous.
fn is_constant(before: &[TokenTree]) -> bool {
    before
        .iter()
        .rev()
        .take_while(|token| matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_)))
        .any(|token| is(token, "const") || is(token, "async"))
}

fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(name) => name == text,
        TokenTree::Punct(mark) => text.len() == 1 && text.starts_with(mark.as_char()),
        _ => false,
    }
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn range(token: &TokenTree) -> Range<usize> {
    token.span().byte_range()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reduces the source, without lines that have become empty.
    fn lines(source: &str) -> String {
        let reduced = reduced(source, false);
        let kept = reduced.lines().map(str::trim_end).filter(|line| !line.is_empty());
        kept.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn bodies_go_where_no_type_depends_on_them() {
        let long = "{ let answer = 6 * 7; answer }";
        let body = |head: &str| lines(&format!("{head} {long}"));
        for head in ["fn f() -> u8", "pub unsafe extern \"C\" fn f<const N: usize>() -> [u8; N]"] {
            assert_eq!(body(head), format!("{head} {{ loop {{}} }}"));
        }
        for head in [
            "pub const fn f() -> u8",
            "const unsafe fn f() -> u8",
            "async fn f() -> u8",
            "fn f() -> impl Iterator<Item = u8>",
        ] {
            assert_eq!(body(head), format!("{head} {long}"));
        }
        for item in ["impl const T for S", "const trait T", "unsafe impl<T> const T for S<T>"] {
            let constant = format!("{item} {{ fn f() -> u8 {long} }}");
            assert_eq!(lines(&constant), constant);
        }
        let lengths = format!("impl<const N: usize> T for [u8; N] {{ fn f() -> u8 {long} }}");
        assert_eq!(lines(&lengths), lengths.replace(long, "{ loop {} }"));
        assert_eq!(lines("fn f(&self);"), "fn f(&self);");
        assert_eq!(lines("fn f() { 1 }"), "fn f() { 1 }");
        assert_eq!(
            lines("struct S(fn(u8) -> u8);\nconst A: u8 = { 6 * 7 + 8 * 9 + 10 };"),
            "struct S(fn(u8) -> u8);\nconst A: u8 = { 6 * 7 + 8 * 9 + 10 };"
        );
        let within = "impl S { fn f() { let the_answer = 6 * 7; } const fn g() { let the_answer = 6 * 7; } }";
        assert_eq!(
            lines(within),
            "impl S { fn f() { loop {} } const fn g() { let the_answer = 6 * 7; } }"
        );
    }

    #[test]
    fn attributes_go_that_no_type_depends_on() {
        let kept = "#[unstable(feature = \"a\")] #[cfg(unix)] #[doc(hidden)] #![no_core] struct S;";
        assert_eq!(lines(kept), kept);
        let cut =
            "#[stable(feature = \"a\")] #[inline] #[doc = \"]\"] /* a */ struct S; // #[inline]";
        assert_eq!(lines(cut), "   /* a */ struct S; // #[inline]");
    }

    #[test]
    fn the_arguments_and_patterns_of_macros_stay() {
        let call = "int! { #[stable(since = \"1\")] fn f() -> u8 { let answer = 6 * 7; answer } }";
        assert_eq!(lines(call), call);
        let named =
            "macro_rules! m { () => { fn ${concat($a, _b)}() { let the_answer = 6 * 7; } } }";
        assert_eq!(lines(named), "macro_rules! m { () => { fn ${concat($a, _b)}() { loop {} } } }");
        let repeated = "macro_rules! m { () => { $(#[doc = $text])* struct S; } }";
        assert_eq!(lines(repeated), repeated);
        let pattern = "(#[stable($a:tt)] fn f() { let answer = 6 * 7; answer })";
        let rules = format!(
            "macro_rules! m {{ {pattern} => {{ #[inline] fn g() {{ let the_answer = 6 * 7; }} }} }}"
        );
        let reduced = format!("macro_rules! m {{ {pattern} => {{  fn g() {{ loop {{}} }} }} }}");
        assert_eq!(lines(&rules), reduced);
    }

    #[test]
    fn what_is_not_rust_stays() {
        assert_eq!(reduced("fn f( { \u{201c}", false), "fn f( { \u{201c}");
    }
}
