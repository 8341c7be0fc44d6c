//! A picture for a notebook, with a text version for a terminal or a screen reader.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea, RGBColor, SVGBackend, WHITE};

/// Colours that colour-blind readers can tell apart (Okabe and Ito), dark enough on white.
pub(crate) const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 128, 96), RGBColor(148, 83, 140)];

/// Width and height of a figure in pixels, small enough for half the width of a small screen.
pub(crate) const SIZE: (u32, u32) = (470, 300);

/// A picture and its text version.
#[derive(Clone, Debug)]
pub struct Figure {
    svg: String,
    text: String,
}

impl Figure {
    /// The picture as an SVG document. Its white background keeps it legible on a dark page.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture's content in words and numbers.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Shows the figure below a notebook's cell.
    // Not `evcxr_display`, which the kernel calls on a cell's last value: a kernel whose first `?` is in
    // that value does not find it, and shows the value's fields instead.
    pub fn show(&self) {
        println!("EVCXR_BEGIN_CONTENT image/svg+xml\n{}\nEVCXR_END_CONTENT", self.svg.trim_end());
        println!("EVCXR_BEGIN_CONTENT text/plain\n{}\nEVCXR_END_CONTENT", self.text.trim_end());
    }
}

/// Draws a picture as wide as `SIZE`. Screen readers read the first line of `text` as its label.
pub(crate) fn draw(
    text: String,
    height: u32,
    paint: impl FnOnce(&DrawingArea<SVGBackend, Shift>) -> Result<()>,
) -> Result<Figure> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (SIZE.0, height)).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    paint(&area)?;
    area.present().map_err(failed)?;
    drop(area);
    let title = text.lines().next().unwrap_or_default();
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let described = format!("role=\"img\" aria-label=\"{title}\" xmlns=");
    Ok(Figure { svg: svg.replacen("xmlns=", &described, 1), text })
}

/// Turns an error from the drawing library into one of this crate.
pub(crate) fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw the figure: {error}")
}
