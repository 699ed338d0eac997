//! Draws grid and lines of a [`Plot`] on a canvas, through plotters.
//!
//! Only shapes: text stands in the SVG above, because plotters measures text
//! with inline styles, which the page's policy forbids.

use js_sys::Array;
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::color::Rgba;
use super::plot::{Plot, dash};
use super::theme::{Tokens, canvas_scale};

/// Width of the first line and of the others, in CSS pixels.
const FIRST: f64 = 1.75;
const OTHER: f64 = 1.5;
/// Width of a line that moves up and down within single pixels.
const DENSE: f64 = 1.0;

/// Draws `plot` on `canvas`, which covers `width` by `height` CSS pixels. None
/// where the browser gives no canvas context; the text alternative remains.
pub fn draw(canvas: &HtmlCanvasElement, plot: &Plot, (width, height): (f64, f64)) -> Option<()> {
    let scale = canvas_scale();
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    canvas.set_width((width * scale) as u32);
    canvas.set_height((height * scale) as u32);
    context.set_line_join("round");
    context.set_line_cap("round");

    let tokens = Tokens::of(canvas);
    let frame = &plot.frame;
    let px = |v: f64| (v * scale).round() as i32;
    let root = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    let grid = plotters_color(tokens.color("--grid")).filled();
    let base = plotters_color(tokens.color("--line-strong").faded(0.55)).filled();
    for (place, (y, _)) in plot.y_ticks.iter().enumerate() {
        let zero = place == 0 && frame.low >= 0.0;
        let top = px(y.round());
        let ends = [(px(frame.left), top), (px(frame.right), top + px(1.0))];
        root.draw(&Rectangle::new(ends, if zero { base } else { grid }))
            .ok()?;
    }
    let mut chart = ChartBuilder::on(&root)
        .margin_left(px(frame.left))
        .margin_top(px(frame.top))
        .margin_right(px(width) - px(frame.right))
        .margin_bottom(px(height) - px(frame.bottom))
        .build_cartesian_2d(frame.from..frame.to, frame.low..frame.high)
        .ok()?;
    let alone = plot.lines.len() == 1;
    for line in plot.lines.iter().rev() {
        let color = tokens.color(&format!("--series-{}", line.series % 6 + 1));
        let points: usize = line.pieces.iter().map(Vec::len).sum();
        let thickness = match line.series {
            _ if points as f64 > 1.5 * frame.width() => DENSE,
            0 => FIRST,
            _ => OTHER,
        };
        let stroke = plotters_color(color).stroke_width(px(thickness).unsigned_abs());
        for piece in &line.pieces {
            if let [(t, v)] = piece.as_slice() {
                let dot = Circle::new((*t, *v), px(1.75), plotters_color(color).filled());
                chart.draw_series([dot]).ok()?;
                continue;
            }
            if alone {
                let fill = plotters_color(color.faded(0.10));
                let base = frame.low.max(0.0);
                chart
                    .draw_series(AreaSeries::new(piece.iter().copied(), base, fill))
                    .ok()?;
            }
            if plot.dashed {
                set_dash(&context, dash(line.series), scale);
            }
            chart
                .draw_series(LineSeries::new(piece.iter().copied(), stroke))
                .ok()?;
            set_dash(&context, &[], scale);
        }
    }
    Some(())
}

fn plotters_color(color: Rgba) -> RGBAColor {
    RGBAColor(color.r, color.g, color.b, color.a)
}

fn set_dash(context: &CanvasRenderingContext2d, pattern: &[f64], scale: f64) {
    let pattern: Array = pattern.iter().map(|v| JsValue::from(v * scale)).collect();
    // Refused patterns leave a solid line: still a line.
    let _ = context.set_line_dash(&pattern);
}
