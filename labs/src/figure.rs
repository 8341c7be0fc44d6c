//! A picture that a notebook shows, with the same in words for a terminal or a screen reader.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea, RGBColor, SVGBackend, WHITE};

/// Colours that differ for colour-blind eyes as well (Okabe and Ito), dark enough for white.
pub(crate) const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 128, 96), RGBColor(148, 83, 140)];

/// Width and height of a figure in pixels: it fits beside another notebook on a small screen.
pub(crate) const SIZE: (u32, u32) = (470, 300);

/// A picture and the same in words. As the last value of a cell, the notebook shows it.
#[derive(Clone, Debug)]
pub struct Figure {
    svg: String,
    text: String,
}

impl Figure {
    /// The picture as an SVG document. Its background is white, so it is legible on a dark page.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The same in words and numbers.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Shows the figure in a notebook; the kernel calls it for the last value of a cell.
    pub fn evcxr_display(&self) {
        println!("EVCXR_BEGIN_CONTENT image/svg+xml\n{}\nEVCXR_END_CONTENT", self.svg.trim_end());
        println!("EVCXR_BEGIN_CONTENT text/plain\n{}\nEVCXR_END_CONTENT", self.text.trim_end());
    }
}

/// Draws a picture of `SIZE` with the title and description of `text`'s first line.
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

/// What the drawing library reports, as an error of this crate.
pub(crate) fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the figure cannot be drawn: {error}")
}
