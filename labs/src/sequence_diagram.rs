//! A record and a diagram of what a [`BadNetwork`](crate::BadNetwork) did with each datagram.

use std::collections::HashSet;
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::figure::{COLOURS, Figure, SIZE, draw, failed};
use udp_tutorial::message;

/// The most events that a diagram shows. More would not be legible.
const SHOWN: usize = 30;

/// The path of one datagram, or of one copy of it, through the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it entered the network, counted from the network's start.
    pub entered: Duration,
    /// When it left the network for its receiver; `None` if it was lost.
    pub delivered: Option<Duration>,
    /// Whether the client sent it. If not, the server did.
    pub from_client: bool,
    /// Whether the network made it, as a copy.
    pub copy: bool,
    /// The relay's address that the server sees instead of the client's, at that moment.
    pub via: SocketAddr,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// Everything that happened, in the order in which the datagrams entered the network.
#[derive(Clone, Debug, Default)]
pub struct SequenceDiagram {
    /// One event for each datagram, and one for each copy that the network made.
    pub events: Vec<Event>,
}

impl SequenceDiagram {
    fn count(&self, holds: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| holds(event)).count()
    }

    /// How many datagrams entered the network, from both sides.
    pub fn entered(&self) -> usize {
        self.count(|event| !event.copy)
    }

    /// How many datagrams were lost.
    pub fn lost(&self) -> usize {
        self.count(|event| event.delivered.is_none())
    }

    /// How many copies the network made.
    pub fn duplicated(&self) -> usize {
        self.count(|event| event.copy)
    }

    /// How many datagrams left the network, copies included.
    pub fn delivered(&self) -> usize {
        self.count(|event| event.delivered.is_some())
    }

    /// Draws an arrow for each datagram, from the sender to the receiver, with time running down
    /// the page. The diagram shows the first 30 arrows only.
    ///
    /// # Errors
    ///
    /// The drawing library fails.
    #[expect(clippy::too_many_lines, reason = "one drawing, from the heading to the last arrow")]
    pub fn draw(&self, title: &str) -> Result<Figure> {
        let shown = &self.events[..self.events.len().min(SHOWN)];
        let mut moments: Vec<Duration> = shown.iter().map(|event| event.entered).collect();
        moments.extend(shown.iter().filter_map(|event| event.delivered));
        moments.sort();
        moments.dedup();
        let row = |moment: Duration| {
            let before = moments.partition_point(|earlier| *earlier < moment);
            76 + 13 * before as i32
        };
        let kinds = self.kinds();
        let height = 90 + 13 * moments.len() as u32;
        draw(self.text(title), height, |area| {
            let write = |text: &str, x, y, size: u32, colour: &RGBColor, side| {
                let style = ("sans-serif", size).into_text_style(area).color(colour);
                let style = style.pos(Pos::new(side, VPos::Center));
                area.draw_text(text, &style, (x, y)).map_err(failed)
            };
            let (left, right) = (118, SIZE.0 as i32 - 178);
            write(title, SIZE.0 as i32 / 2, 14, 17, &BLACK, HPos::Center)?;
            for (index, kind) in Kind::ALL.into_iter().enumerate() {
                let x = 60 + 116 * index as i32;
                write(kind.name(), x, 36, 12, &kind.colour(), HPos::Center)?;
            }
            for (name, x) in [("client", left), ("server", right)] {
                write(name, x, 56, 14, &BLACK, HPos::Center)?;
                let line = PathElement::new([(x, 66), (x, height as i32 - 10)], BLACK.mix(0.4));
                area.draw(&line).map_err(failed)?;
            }
            for (event, kind) in shown.iter().zip(&kinds) {
                let colour = kind.colour();
                let (from, to, margin, side) = if event.from_client {
                    (left, right, left - 6, HPos::Right)
                } else {
                    (right, left, right + 6, HPos::Left)
                };
                let start = row(event.entered);
                // The arrow of a lost datagram ends halfway.
                let end = match event.delivered {
                    Some(delivered) => (to, row(delivered)),
                    None => ((from + to) / 2, start + 8),
                };
                let arrow = PathElement::new([(from, start), end], colour.stroke_width(2));
                area.draw(&arrow).map_err(failed)?;
                match event.delivered {
                    Some(_) => area.draw(&Circle::new(end, 3, colour.filled())).map_err(failed)?,
                    None => {
                        let beyond = if event.from_client { 22 } else { -22 };
                        write("✕ lost", end.0 + beyond, end.1, 13, &colour, HPos::Center)?;
                    }
                }
                if !event.copy {
                    let time = event.entered.as_secs_f64() * 1000.0;
                    let label = format!("{time:.0} ms {}", message::text(&event.payload));
                    let label: String = label.chars().take(34).collect();
                    write(&label, margin, start, 11, &colour, side)?;
                }
            }
            Ok(())
        })
    }

    /// The kind of each event. A request with a payload that the client sent before is a retry.
    fn kinds(&self) -> Vec<Kind> {
        let mut asked = HashSet::new();
        let kind = |event: &Event| match (event.copy, event.from_client) {
            (true, _) => Kind::Copy,
            (_, false) => Kind::Reply,
            _ if asked.insert(event.payload.clone()) => Kind::Request,
            _ => Kind::Retry,
        };
        self.events.iter().map(kind).collect()
    }

    fn text(&self, title: &str) -> String {
        let mut text = format!("{title}\n");
        for (event, kind) in self.events.iter().zip(self.kinds()).take(SHOWN) {
            let way = if event.from_client { "client → server" } else { "server → client" };
            let time = event.entered.as_secs_f64() * 1000.0;
            let fate = match event.delivered {
                Some(delivered) => {
                    format!("arrives at {:.1} ms", delivered.as_secs_f64() * 1000.0)
                }
                None => "lost".into(),
            };
            let (kind, payload) = (kind.name(), message::text(&event.payload));
            let _ = writeln!(text, "{time:.1} ms, {way}, {kind}: {payload}, {fate}");
        }
        if self.events.len() > SHOWN {
            let _ = writeln!(text, "and {} more", self.events.len() - SHOWN);
        }
        text
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Request,
    Retry,
    Reply,
    Copy,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Request, Kind::Retry, Kind::Reply, Kind::Copy];

    fn name(self) -> &'static str {
        ["request", "retry", "reply", "duplicate"][self as usize]
    }

    fn colour(self) -> RGBColor {
        COLOURS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: u64, delivered: Option<u64>, from_client: bool, copy: bool) -> Event {
        let payload = if from_client { "1 Hello." } else { "1 Server accessed.(1)" };
        let (payload, via) = (payload.into(), ([127, 0, 0, 1], 49152).into());
        let delivered = delivered.map(Duration::from_millis);
        Event { entered: Duration::from_millis(at), delivered, from_client, copy, via, payload }
    }

    #[test]
    fn picture_and_text_show_every_kind_of_event() {
        let events = vec![
            event(0, None, true, false),
            event(50, Some(55), true, false),
            event(50, Some(70), true, true),
            event(56, Some(60), false, false),
        ];
        let sequence = SequenceDiagram { events };
        let counts =
            [sequence.entered(), sequence.lost(), sequence.duplicated(), sequence.delivered()];
        assert_eq!(counts, [3, 1, 1, 3]);
        let figure = sequence.draw("Two tries").unwrap();
        for words in ["request: 1 Hello., lost", "retry", "duplicate", "arrives at 60.0 ms"] {
            assert!(figure.text().contains(words), "{words} in {}", figure.text());
        }
        for word in ["Two tries", "client", "server", "✕ lost", "56 ms"] {
            assert!(figure.svg().contains(word), "{word}");
        }
    }

    #[test]
    fn a_long_sequence_says_that_it_is_cut_short() {
        let sequence = SequenceDiagram { events: vec![event(0, Some(1), true, false); SHOWN + 5] };
        assert!(sequence.draw("Long").unwrap().text().ends_with("and 5 more\n"));
        assert!(SequenceDiagram::default().draw("Empty").is_ok());
    }
}
