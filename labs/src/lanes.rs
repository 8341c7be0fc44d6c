//! A diagram of datagrams between several programs, each with a lane of its own.

use std::fmt::Write;

use anyhow::{Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::figure::{COLOURS, Figure, SIZE, draw, failed};

/// The most arrows that a diagram shows. More would not be legible.
const SHOWN: usize = 40;

/// The height of an arrow's row in pixels.
const ROW: i32 = 17;

/// A diagram of arrows between lanes, from the first arrow at the top to the last one.
#[derive(Clone, Debug)]
pub struct Lanes {
    title: String,
    names: Vec<String>,
    arrows: Vec<Arrow>,
}

#[derive(Clone, Debug)]
struct Arrow {
    from: usize,
    to: usize,
    arrives: bool,
    label: String,
}

impl Lanes {
    /// A diagram with a lane for each name, from left to right.
    pub fn new(title: &str, names: &[&str]) -> Lanes {
        let names = names.iter().map(ToString::to_string).collect();
        Lanes { title: title.into(), names, arrows: Vec::new() }
    }

    /// Adds an arrow from one lane to another, by index. It ends in ✕ if it does not arrive. A diagram
    /// shows the first 40 arrows.
    #[must_use]
    pub fn arrow(mut self, from: usize, to: usize, arrives: bool, label: &str) -> Lanes {
        self.arrows.push(Arrow { from, to, arrives, label: label.into() });
        self
    }

    /// Draws the diagram.
    ///
    /// # Errors
    ///
    /// There are fewer than two lanes, an arrow names a lane that is not there, or the drawing library
    /// fails.
    pub fn draw(&self) -> Result<Figure> {
        let lanes = self.names.len();
        ensure!(lanes >= 2, "a diagram needs two lanes or more");
        let is_known = |arrow: &Arrow| arrow.from.max(arrow.to) < lanes && arrow.from != arrow.to;
        ensure!(self.arrows.iter().all(is_known), "an arrow needs two of the {lanes} lanes");
        let shown = &self.arrows[..self.arrows.len().min(SHOWN)];
        let height = 80 + ROW * shown.len() as i32;
        let across = |lane: usize| 50 + (SIZE.0 as i32 - 100) * lane as i32 / (lanes as i32 - 1);
        draw(self.text(), height as u32, |area| {
            let write = |text: &str, x, y, size: u32, colour: &RGBColor| {
                let style = ("sans-serif", size).into_text_style(area).color(colour);
                let style = style.pos(Pos::new(HPos::Center, VPos::Center));
                area.draw_text(text, &style, (x, y)).map_err(failed)
            };
            write(&self.title, SIZE.0 as i32 / 2, 14, 17, &BLACK)?;
            for (lane, name) in self.names.iter().enumerate() {
                write(name, across(lane), 40, 13, &BLACK)?;
                let line = [(across(lane), 52), (across(lane), height - 8)];
                area.draw(&PathElement::new(line, BLACK.mix(0.4))).map_err(failed)?;
            }
            for (row, arrow) in shown.iter().enumerate() {
                let y = 72 + ROW * row as i32;
                let colour = if arrow.arrives { COLOURS[0] } else { COLOURS[1] };
                let (from, to) = (across(arrow.from), across(arrow.to));
                let line = PathElement::new([(from, y), (to, y)], colour.stroke_width(2));
                area.draw(&line).map_err(failed)?;
                if arrow.arrives {
                    area.draw(&Circle::new((to, y), 3, colour.filled())).map_err(failed)?;
                } else {
                    write("✕", to, y, 15, &colour)?;
                }
                write(&arrow.label, (from + to) / 2, y - 7, 11, &colour)?;
            }
            Ok(())
        })
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for Arrow { from, to, arrives, label } in self.arrows.iter().take(SHOWN) {
            let fate = if *arrives { "" } else { " ✕" };
            let _ = writeln!(text, "{} → {}: {label}{fate}", self.names[*from], self.names[*to]);
        }
        if self.arrows.len() > SHOWN {
            let _ = writeln!(text, "and {} more", self.arrows.len() - SHOWN);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_and_text_show_lanes_arrows_and_what_is_lost() {
        let lanes = Lanes::new("A talk", &["A", "router", "B"]);
        let lanes = lanes.arrow(0, 1, true, "hello").arrow(1, 2, false, "lost");
        let figure = lanes.clone().draw().unwrap();
        assert_eq!(figure.text(), "A talk\nA → router: hello\nrouter → B: lost ✕\n");
        for word in ["A talk", "router", "hello", "✕"] {
            assert!(figure.svg().contains(word), "{word}");
        }
        assert!(lanes.clone().arrow(0, 3, true, "nowhere").draw().is_err());
        assert!(Lanes::new("One", &["A"]).draw().is_err());
        let many = (0..SHOWN + 5).fold(lanes, |lanes, _| lanes.arrow(0, 1, true, "again"));
        assert!(many.draw().unwrap().text().ends_with("and 7 more\n"));
    }
}
