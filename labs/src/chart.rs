//! Charts: lines over numbers, or bars over names.

use std::fmt::Write;

use anyhow::{Result, ensure};
use plotters::prelude::*;

use crate::figure::{COLOURS, Figure, SIZE, draw, failed};

/// A chart with a title, two titled axes, and a legend.
///
/// ```
/// use udp_labs::Chart;
///
/// let figure = Chart::new("Sent and received", "datagrams in a burst", "datagrams")
///     .line("sent", &[(64.0, 64.0), (512.0, 512.0)])
///     .line("received", &[(64.0, 64.0), (512.0, 256.0)])
///     .limit("full", 256.0)
///     .draw()?;
/// assert!(figure.svg().starts_with("<svg"));
/// assert!(figure.text().contains("received: 64 → 64, 512 → 256"));
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chart {
    titles: [String; 3],
    names: Vec<String>,
    series: Vec<(String, Vec<(f64, f64)>)>,
    crosses: Option<(String, Vec<(f64, f64)>)>,
    limit: Option<(String, f64)>,
    has_bars: bool,
}

impl Chart {
    /// An empty chart. Include the units in the axes' titles.
    pub fn new(title: &str, x_title: &str, y_title: &str) -> Chart {
        let titles = [title, x_title, y_title].map(String::from);
        let (names, series) = (Vec::new(), Vec::new());
        Chart { titles, names, series, crosses: None, limit: None, has_bars: false }
    }

    /// Adds a line through `points`, and marks each point.
    pub fn line(mut self, name: impl Into<String>, points: &[(f64, f64)]) -> Chart {
        self.series.push((name.into(), points.to_vec()));
        self
    }

    /// Marks each of `points`, if there are any, with a black cross.
    pub fn crosses(mut self, name: impl Into<String>, points: &[(f64, f64)]) -> Chart {
        self.crosses = Some((name.into(), points.to_vec()));
        self
    }

    /// Makes this a bar chart, with a group for each of `names`.
    pub fn groups(mut self, names: &[&str]) -> Chart {
        self.names = names.iter().map(|name| name.to_string()).collect();
        self
    }

    /// Adds a bar to each group.
    pub fn bars(mut self, name: impl Into<String>, heights: &[f64]) -> Chart {
        self.has_bars = true;
        let points = heights.iter().enumerate().map(|(group, y)| (group as f64, *y));
        self.line(name, &points.collect::<Vec<_>>())
    }

    /// Adds a horizontal line at `y`.
    pub fn limit(mut self, name: impl Into<String>, y: f64) -> Chart {
        self.limit = Some((name.into(), y));
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// The chart has no series or an empty one, it has bars without groups or groups without bars,
    /// or a number is negative or not finite.
    pub fn draw(&self) -> Result<Figure> {
        let points = || self.series.iter().chain(&self.crosses).flat_map(|(_, points)| points);
        let sound = |value: f64| value.is_finite() && value >= 0.0;
        let drawable =
            !self.series.is_empty() && self.series.iter().all(|(_, all)| !all.is_empty());
        ensure!(
            drawable,
            "the chart {:?} has nothing to draw: add a line or bars with numbers",
            self.titles[0]
        );
        ensure!(
            points().all(|(x, y)| sound(*x) && sound(*y)),
            "the chart {:?} cannot show a number that is negative or not finite",
            self.titles[0]
        );
        ensure!(
            self.has_bars != self.names.is_empty(),
            "the chart {:?} needs both bars and groups, or neither",
            self.titles[0]
        );
        let limit = self.limit.as_ref().map_or(0.0, |(_, y)| *y);
        // Leave room for the legend above the lines or bars.
        let top = points().map(|(_, y)| *y).fold(limit, f64::max).max(1.0)
            * if self.limit.is_some() { 1.5 } else { 1.4 };
        let right = points().map(|(x, _)| *x).fold(0.0, f64::max);
        let x_range =
            if self.names.is_empty() { 0.0..right * 1.04 + 0.1 } else { -0.5..right + 0.5 };
        draw(self.text(), SIZE.1, |area| {
            let mut builder = ChartBuilder::on(area);
            builder.caption(&self.titles[0], ("sans-serif", 17)).margin(8);
            let mut chart = builder
                .x_label_area_size(38)
                .y_label_area_size(58)
                .build_cartesian_2d(x_range, 0.0..top)
                .map_err(failed)?;
            self.paint(&mut chart).map_err(failed)
        })
    }

    #[expect(clippy::too_many_lines, reason = "one drawing: axes, series, crosses, limit, legend")]
    fn paint<'a>(&self, chart: &mut Context<'a>) -> Result<(), DrawingError> {
        let name = |x: &f64| {
            let group = (x.round() - x).abs() < 0.01;
            self.names.get(x.round() as usize).filter(|_| group).cloned().unwrap_or_default()
        };
        let number = |y: &f64| format!("{}", (y * 1e6).round() / 1e6); // 0.3, not 0.30000000000000004
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(&self.titles[1]).y_desc(&self.titles[2]).label_style(("sans-serif", 12));
        mesh.max_light_lines(0).y_label_formatter(&number);
        if self.names.is_empty() {
            mesh.x_label_formatter(&number).draw()?;
        } else {
            let ticks = self.names.len() * 2 + 1;
            mesh.disable_x_mesh().x_labels(ticks).x_label_formatter(&name).draw()?;
        }
        let width = 0.8 / self.series.len() as f64;
        for (index, (name, points)) in self.series.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            let drawn = if self.names.is_empty() {
                let marks = points.iter().map(|point| Circle::new(*point, 3, colour.filled()));
                chart.draw_series(marks)?;
                chart
                    .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
            } else {
                let left = |x: f64| x - 0.4 + width * index as f64;
                chart.draw_series(points.iter().map(|(x, y)| {
                    Rectangle::new([(left(*x), 0.0), (left(*x) + width * 0.9, *y)], colour.filled())
                }))?
            };
            drawn.label(name).legend(move |(x, y)| {
                Rectangle::new([(x, y - 4), (x + 12, y + 4)], colour.filled())
            });
        }
        if let Some((name, points)) = &self.crosses {
            let cross = |place: (f64, f64)| Cross::new(place, 4, BLACK.stroke_width(2));
            chart
                .draw_series(points.iter().map(|point| cross(*point)))?
                .label(name)
                .legend(|(x, y)| Cross::new((x + 6, y), 4, BLACK.stroke_width(2)));
        }
        if let Some((name, y)) = &self.limit {
            let (left, right) = (chart.x_range().start, chart.x_range().end);
            let line = LineSeries::new([(left, *y), (right, *y)], BLACK.stroke_width(1));
            chart
                .draw_series(line)?
                .label(name)
                .legend(|(x, y)| PathElement::new([(x, y), (x + 12, y)], BLACK));
        }
        let mut legend = chart.configure_series_labels();
        legend
            .position(SeriesLabelPosition::UpperMiddle)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3));
        legend.label_font(("sans-serif", 12)).draw()
    }

    fn text(&self) -> String {
        let [title, x_title, y_title] = &self.titles;
        let mut text = format!("{title} ({y_title} over {x_title})\n");
        for (name, points) in self.series.iter().chain(&self.crosses) {
            let point = |(x, y): &(f64, f64)| {
                let (x, y) = ((x * 100.0).round() / 100.0, (y * 10.0).round() / 10.0);
                match self.names.get(x as usize) {
                    Some(group) => format!("{group} → {y}"),
                    None => format!("{x} → {y}"),
                }
            };
            let points: Vec<String> = points.iter().map(point).collect();
            let _ = writeln!(text, "{name}: {}", points.join(", "));
        }
        if let Some((name, y)) = &self.limit {
            let _ = writeln!(text, "{name}: {y}");
        }
        text
    }
}

type Context<'a> = ChartContext<
    'a,
    SVGBackend<'a>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;
type DrawingError = DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_need_groups_and_groups_need_bars() {
        let chart = Chart::new("Titles", "x", "y");
        assert!(chart.clone().bars("one", &[1.0]).draw().is_err());
        assert!(chart.groups(&["one"]).line("one", &[(1.0, 1.0)]).draw().is_err());
    }

    #[test]
    fn picture_and_text_name_the_bars() {
        let figure = Chart::new("Flood", "defence", "datagrams")
            .groups(&["none", "token bucket"])
            .bars("answered", &[5.0, 20.0])
            .bars("dropped", &[900.0, 0.0])
            .draw()
            .unwrap();
        assert!(figure.text().contains("answered: none → 5, token bucket → 20"));
        for word in ["token bucket", "answered", "dropped", "datagrams", "defence"] {
            assert!(figure.svg().contains(word), "{word}");
        }
    }

    #[test]
    fn crosses_mark_points_or_nothing() {
        let line = Chart::new("Stream", "seconds", "part").line("sent", &[(0.0, 0.0), (0.3, 1.0)]);
        let with = |points: &[(f64, f64)]| line.clone().crosses("again", points).draw();
        let (none, two) = (with(&[]).unwrap(), with(&[(0.2, 0.0), (0.3, 1.0)]).unwrap());
        assert!(two.text().contains("again: 0.2 → 0, 0.3 → 1"));
        let strokes = |figure: &Figure| figure.svg().matches("<line").count();
        assert_eq!(strokes(&two), strokes(&none) + 4, "two crosses beside that in the legend");
        assert!(with(&[(0.0, -1.0)]).is_err());
    }

    #[test]
    fn unusable_data_is_refused() {
        let empty = Chart::new("Empty", "x", "y");
        assert!(empty.draw().unwrap_err().to_string().contains("nothing to draw"));
        assert!(empty.clone().line("none", &[]).draw().is_err());
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(empty.clone().line("odd", &[(0.0, value)]).draw().is_err());
        }
    }
}
