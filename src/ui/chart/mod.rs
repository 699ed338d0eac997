//! Charts: lines over simulated time, with a shared crosshair, and sparklines.
//!
//! In: a [`crate::session::Panel`], a range, annotations, where the cursor
//! stands. Out: where it was moved to, and which range was asked for. Charts
//! know nothing of the simulation: a value comes with its unit, and that is all.
//!
//! A chart is planned by pure code ([`plot`], [`ticks`], [`columns`],
//! [`format`], [`marks`], [`summary`]), then drawn twice: shapes by plotters
//! on a canvas, redrawn only when data, size or theme changed, and everything
//! that is text or that moves in an SVG over it.

pub mod color;
pub mod columns;
pub mod format;
pub mod marks;
pub mod plot;
pub mod spark;
pub mod summary;
pub mod ticks;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod annotate;
#[cfg(target_arch = "wasm32")]
mod axes;
#[cfg(target_arch = "wasm32")]
mod cursor;
#[cfg(target_arch = "wasm32")]
mod draw;
#[cfg(target_arch = "wasm32")]
pub mod hooks;
#[cfg(target_arch = "wasm32")]
mod legend;
#[cfg(target_arch = "wasm32")]
mod line_chart;
#[cfg(target_arch = "wasm32")]
mod pad;
#[cfg(target_arch = "wasm32")]
mod sparkline;
#[cfg(target_arch = "wasm32")]
pub mod theme;

#[cfg(target_arch = "wasm32")]
pub use line_chart::LineChart;
#[cfg(target_arch = "wasm32")]
pub use sparkline::sparkline;

/// The class that gives an element the colour of a series.
pub const fn series_class(series: usize) -> &'static str {
    match series % 6 {
        0 => "series-1",
        1 => "series-2",
        2 => "series-3",
        3 => "series-4",
        4 => "series-5",
        _ => "series-6",
    }
}
