//! Translates a cell of Markdown, block by block.

use regex::{Captures, Regex};

use super::links::Links;
use super::words::Words;

/// The context of what the manifest and several notebooks say.
pub const EVERYWHERE: &str = "everywhere";

/// What the names of parts are, for the translator.
pub const NAMES: &str = "in a table of parts";

/// What changes with the length of the labs. Translations have a placeholder instead.
const LENGTHS: [(&str, &str); 3] = [
    (r"(takes about )(\d+)( minutes)", "{minutes}"),
    (r"(about )([\d½]+)( hours)", "{hours}"),
    (r"(^\*)(\d+)( minutes\.\*$)", "{minutes}"),
];

/// Where a block stands, and what it is translated with.
pub struct Cell<'a> {
    pub context: &'a str,
    pub words: &'a mut Words,
    pub links: &'a Links,
}

/// The text in the other language. A block without a translation stays in English, and says so.
pub fn translated(source: &str, cell: &mut Cell) -> String {
    let blocks = blocks(source);
    blocks.into_iter().map(|block| cell.block(block)).collect()
}

/// The blocks of a text, with the blank lines that follow each.
fn blocks(source: &str) -> Vec<&str> {
    let (mut starts, mut is_fenced, mut was_blank) = (vec![0], false, false);
    let mut place = 0;
    for line in source.split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        if was_blank && !is_blank && !is_fenced {
            starts.push(place);
        }
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        }
        was_blank = is_blank;
        place += line.len();
    }
    starts.push(source.len());
    starts.windows(2).map(|ends| &source[ends[0]..ends[1]]).collect()
}

/// The marker of a heading, with its number, and its words.
pub fn heading(line: &str) -> Option<(&str, &str)> {
    let marker = Regex::new(r"^#{1,6} (\d+ )?").expect("it is one");
    let found = marker.find(line)?;
    Some(line.split_at(found.end()))
}

impl Cell<'_> {
    fn block(&mut self, whole: &str) -> String {
        let block = whole.trim_end_matches('\n');
        let blanks = &whole[block.len()..];
        let tags = Regex::new("<[^>]*>").expect("it is one");
        let said = if let Some(inner) = fenced(block) {
            self.fence(block, inner)
        } else if !tags.replace_all(block, "").contains(char::is_alphabetic) {
            block.into()
        } else if let Some((marker, words)) = heading(block) {
            self.whole("heading", marker, words)
        } else if is_list_of_links(block) {
            self.list_of_links(block)
        } else if let Some(items) = items(block) {
            items
                .iter()
                .map(|(marker, item)| self.item(marker, item))
                .collect::<Vec<_>>()
                .join("\n")
        } else if let Some(quoted) = block.strip_prefix("> ") {
            self.whole("quotation", "> ", quoted)
        } else if block.starts_with('|') {
            self.whole("table", "", block)
        } else {
            self.whole("paragraph", "", block)
        };
        said + blanks
    }

    /// A block that is one message, below a marker that is not part of it.
    fn whole(&mut self, kind: &'static str, marker: &str, words: &str) -> String {
        let (asked, lengths) = without_lengths(words);
        let (said, is_english) = match self.words.say(self.context, kind, &asked) {
            Some(said) => (with_lengths(said, &lengths), false),
            None => (words.into(), true),
        };
        let block = format!("{marker}{}", self.links.lead(&said, self.words));
        if is_english { in_english(&block) } else { block }
    }

    fn item(&mut self, marker: &str, item: &str) -> String {
        match self.words.say(self.context, "item of a list", item) {
            Some(said) => format!("{marker}{}", self.links.lead(&said, self.words)),
            None => {
                format!("{marker}<span lang=\"en\">{}</span>", self.links.lead(item, self.words))
            }
        }
    }

    /// A diagram. Its first line says what kind it is.
    fn fence(&mut self, block: &str, inner: &str) -> String {
        match self.words.say(self.context, "diagram or code", inner) {
            Some(said) => block.replace(inner, &said),
            None => block.into(),
        }
    }

    /// A table in which each line begins with a link. The words of links to sections are those of the
    /// sections' headings; the others are the same in all notebooks.
    fn list_of_links(&mut self, block: &str) -> String {
        let mut lines = block.lines();
        let head = lines.next().unwrap_or_default();
        let head =
            self.words.say(EVERYWHERE, "head of a table", head).unwrap_or_else(|| head.into());
        let rule = lines.next().unwrap_or_default().to_string();
        let rows = lines.map(|row| {
            let columns = row.trim_matches('|').split('|').map(str::trim);
            let columns: Vec<String> = columns.map(|column| self.column(column)).collect();
            format!("| {} |", columns.join(" | "))
        });
        let rows: Vec<String> = rows.collect();
        [vec![head, rule], rows].concat().join("\n")
    }

    fn column(&mut self, column: &str) -> String {
        if column.parse::<u64>().is_ok() {
            return column.into();
        }
        let link = Regex::new(r"^\[(.*)\]\((.*)\)$").expect("it is one");
        let Some(link) = link.captures(column) else { return self.everywhere(column) };
        let (words, target) = (&link[1], &link[2]);
        let words = match self.links.words(target) {
            Some(heading) => heading.to_string(),
            None => self.everywhere(words),
        };
        self.links.lead(&format!("[{words}]({target})"), self.words)
    }

    fn everywhere(&mut self, words: &str) -> String {
        self.words.say(EVERYWHERE, NAMES, words).unwrap_or_else(|| words.into())
    }
}

/// A block that stays in English, for browsers and screen readers.
fn in_english(block: &str) -> String {
    format!("<div lang=\"en\">\n\n{block}\n\n</div>")
}

/// What stands between the fences of a block.
fn fenced(block: &str) -> Option<&str> {
    let (_, inner) = block.strip_prefix("```")?.split_once('\n')?;
    inner.strip_suffix("\n```")
}

fn is_list_of_links(block: &str) -> bool {
    let mut rows = block.lines().skip(2).peekable();
    block.starts_with('|') && rows.peek().is_some() && rows.all(|row| row.starts_with("| ["))
}

/// The items of a list, with their markers, if the block is one.
fn items(block: &str) -> Option<Vec<(String, String)>> {
    let marker = Regex::new(r"^(- |\d+\. )").expect("it is one");
    let mut items: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (marker.find(line), items.last_mut()) {
            (Some(found), _) => {
                let (marker, item) = line.split_at(found.end());
                items.push((marker.into(), item.into()));
            }
            (None, Some((_, item))) => *item += &format!("\n{line}"),
            (None, None) => return None,
        }
    }
    Some(items)
}

/// A text with placeholders for lengths, and the lengths.
fn without_lengths(text: &str) -> (String, Vec<(&'static str, String)>) {
    let mut lengths = Vec::new();
    let mut text = text.to_string();
    for (pattern, placeholder) in LENGTHS {
        let pattern = Regex::new(pattern).expect("it is one");
        let found = pattern.captures(&text).map(|found| found[2].to_string());
        if let Some(length) = found {
            lengths.push((placeholder, length));
            let with = |found: &Captures| format!("{}{placeholder}{}", &found[1], &found[3]);
            text = pattern.replace(&text, with).into_owned();
        }
    }
    (text, lengths)
}

fn with_lengths(text: String, lengths: &[(&str, String)]) -> String {
    lengths.iter().fold(text, |text, (placeholder, length)| text.replace(placeholder, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(source: &str) -> Vec<String> {
        let mut words = Words::none();
        let links = Links::default();
        translated(source, &mut Cell { context: "a", words: &mut words, links: &links });
        words.asked().iter().map(|message| message.text.clone()).collect()
    }

    #[test]
    fn a_text_falls_into_blocks() {
        let source = "## 4 Head\n\nOne\ntwo.\n\n- a\n- b\n  c\n\n```mermaid\nx\n\ny\n```\n\n\
                      <details><summary>S</summary>\n\n</details>\n\n> q\n\n| a |\n| - |\n| b |";
        assert_eq!(blocks(source).concat(), source);
        let expected = [
            "Head",
            "One\ntwo.",
            "a",
            "b\n  c",
            "x\n\ny",
            "<details><summary>S</summary>",
            "q",
            "| a |\n| - |\n| b |",
        ];
        assert_eq!(asked(source), expected);
    }

    #[test]
    fn lengths_are_no_part_of_a_message() {
        let (asked, lengths) = without_lengths("It takes about 22 minutes, all about 8½ hours.");
        assert_eq!(asked, "It takes about {minutes} minutes, all about {hours} hours.");
        let said = with_lengths("{hours}時間、{minutes}分".into(), &lengths);
        assert_eq!(said, "8½時間、22分");
    }

    #[test]
    fn english_is_marked_as_english() {
        let (mut words, links) = (Words::none(), Links::default());
        let mut cell = Cell { context: "a", words: &mut words, links: &links };
        let expected = "<div lang=\"en\">\n\nOne.\n\n</div>\n\n- <span lang=\"en\">a</span>";
        assert_eq!(translated("One.\n\n- a", &mut cell), expected);
    }
}
