//! A picture of a packet's bytes and their fields, four bytes to a row as in the RFCs.

use std::fmt::Write;

use anyhow::{Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::figure::{COLOURS, Figure, SIZE, draw, failed};

/// Bytes per row.
const ROW: usize = 4;

/// Where the rows begin, and the size of the box for one byte, in pixels.
const TOP: i32 = 30;
const LEFT: i32 = 58;
const WIDTH: i32 = (SIZE.0 as i32 - LEFT - 8) / ROW as i32;
const HEIGHT: i32 = 34;

/// The most rows in a picture. More would not be legible.
const ROWS: usize = 24;

/// A sequence of bytes, divided into fields.
///
/// ```
/// use udp_labs::Layout;
///
/// let figure = Layout::new("A port", &[0xc0, 0x00])
///     .part("UDP", &[("source port", 2)])
///     .draw()?;
/// assert!(figure.text().contains("UDP, source port: c0 00"));
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Layout {
    title: String,
    bytes: Vec<u8>,
    parts: Vec<(String, Vec<(String, usize)>)>,
}

/// One field: the part that it belongs to, its name, the row and the column where it begins, and
/// its bytes.
struct Field<'a> {
    part: usize,
    name: &'a str,
    row: usize,
    column: usize,
    bytes: &'a [u8],
}

impl Layout {
    /// A picture of `bytes` that has no fields yet.
    pub fn new(title: &str, bytes: &[u8]) -> Layout {
        Layout { title: title.into(), bytes: bytes.to_vec(), parts: Vec::new() }
    }

    /// Adds a part, which begins on a new row. Each of `fields` is a name and a number of bytes.
    #[must_use]
    pub fn part(mut self, name: &str, fields: &[(&str, usize)]) -> Layout {
        let fields = fields.iter().map(|(name, length)| (name.to_string(), *length)).collect();
        self.parts.push((name.into(), fields));
        self
    }

    /// Draws the picture, with a colour for each part.
    ///
    /// # Errors
    ///
    /// The fields' lengths do not add up to the number of bytes, a field has no bytes, or the
    /// picture needs more than 24 rows.
    pub fn draw(&self) -> Result<Figure> {
        let (fields, rows) = self.fields()?;
        let mut text = format!("{}\n", self.title);
        for Field { part, name, bytes, .. } in &fields {
            let _ = writeln!(text, "{}, {name}: {}", self.parts[*part].0, hexadecimal(bytes));
        }
        let height = TOP + HEIGHT * rows as i32 + 8;
        draw(text, height as u32, |area| {
            let write = |text: &str, place, size: u32, font: &str, side| {
                let style = (font, size).into_text_style(area).pos(Pos::new(side, VPos::Center));
                area.draw_text(text, &style, place).map_err(failed)
            };
            write(&self.title, (SIZE.0 as i32 / 2, 14), 17, "sans-serif", HPos::Center)?;
            for (index, field) in fields.iter().enumerate() {
                let y = TOP + HEIGHT * field.row as i32;
                if index == 0 || fields[index - 1].part != field.part {
                    let name = &self.parts[field.part].0;
                    write(name, (LEFT - 6, y + HEIGHT / 2), 13, "sans-serif", HPos::Right)?;
                }
                for (line, bytes) in field.rows().enumerate() {
                    let left = LEFT + WIDTH * if line == 0 { field.column as i32 } else { 0 };
                    let top = y + HEIGHT * line as i32;
                    let corners = [(left, top), (left + WIDTH * bytes.len() as i32, top + HEIGHT)];
                    let colour = COLOURS[field.part % COLOURS.len()];
                    area.draw(&Rectangle::new(corners, colour.mix(0.2).filled()))
                        .map_err(failed)?;
                    area.draw(&Rectangle::new(corners, colour.stroke_width(1))).map_err(failed)?;
                    let middle = (corners[0].0 + corners[1].0) / 2;
                    let hexadecimal = hexadecimal(bytes);
                    write(&hexadecimal, (middle, top + 11), 14, "monospace", HPos::Center)?;
                    write(field.name, (middle, top + 25), 11, "sans-serif", HPos::Center)?;
                }
            }
            Ok(())
        })
    }

    /// All fields with their positions, and the number of rows that they need.
    fn fields(&self) -> Result<(Vec<Field<'_>>, usize)> {
        let (mut fields, mut rest, mut row) = (Vec::new(), &self.bytes[..], 0);
        for (part, (_, named)) in self.parts.iter().enumerate() {
            let mut place = 0;
            for (name, length) in named {
                let there = rest.len();
                ensure!(*length > 0, "the field {name:?} has no bytes: give it at least 1");
                ensure!(
                    *length <= there,
                    "the field {name:?} has {length} bytes: only {there} are left"
                );
                let (bytes, after) = rest.split_at(*length);
                let (row, column) = (row + place / ROW, place % ROW);
                fields.push(Field { part, name, row, column, bytes });
                (rest, place) = (after, place + length);
            }
            row += place.div_ceil(ROW);
        }
        ensure!(rest.is_empty(), "{} bytes belong to no field: add one for them", rest.len());
        ensure!(row <= ROWS, "the picture needs {row} rows: the maximum is {ROWS}");
        Ok((fields, row))
    }
}

impl Field<'_> {
    /// The field's bytes, row by row.
    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let (first, rest) = self.bytes.split_at(self.bytes.len().min(ROW - self.column));
        std::iter::once(first).chain(rest.chunks(ROW))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn picture_and_text_show_every_field() {
        let bytes = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde];
        let layout = Layout::new("Seven <bytes>", &bytes)
            .part("head", &[("first", 1), ("second", 1)])
            .part("body", &[("all", 5)]);
        let figure = layout.draw().unwrap();
        assert_eq!(
            figure.text(),
            "Seven <bytes>\nhead, first: 12\nhead, second: 34\nbody, all: 56 78 9a bc de\n"
        );
        for words in ["first", "second", "56 78 9a bc", ">\nde\n<"] {
            assert!(figure.svg().contains(words), "{words} in {}", figure.svg());
        }
    }

    #[test]
    fn fields_that_do_not_match_the_bytes_are_refused() {
        let layout = |length| Layout::new("Four", &[1, 2, 3, 4]).part("all", &[("one", length)]);
        assert!(layout(4).draw().is_ok());
        for (length, message) in [(0, "no bytes"), (3, "1 bytes belong"), (5, "only 4 are left")] {
            let error = layout(length).draw().unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        let long = Layout::new("Long", &[0; 100]).part("all", &[("one", 100)]);
        assert!(long.draw().unwrap_err().to_string().contains("25 rows"));
    }

    proptest! {
        #[test]
        fn each_byte_is_in_one_row_of_one_field(
            parts in prop::collection::vec(prop::collection::vec(1usize..9, 1..5), 1..4),
        ) {
            let count: usize = parts.iter().flatten().sum();
            let bytes: Vec<u8> = (0..count).map(|number| number as u8).collect();
            let mut layout = Layout::new("Some", &bytes);
            for lengths in &parts {
                let fields: Vec<_> = lengths.iter().map(|length| ("field", *length)).collect();
                layout = layout.part("part", &fields);
            }
            let Ok((fields, _)) = layout.fields() else { return Ok(()) }; // too many rows
            let drawn: Vec<u8> = fields.iter().flat_map(|one| one.rows().flatten()).copied().collect();
            prop_assert_eq!(drawn, bytes);
            for field in &fields {
                prop_assert!(field.rows().all(|row| row.len() <= ROW));
                prop_assert!(field.column + field.rows().next().unwrap().len() <= ROW);
            }
        }
    }
}
