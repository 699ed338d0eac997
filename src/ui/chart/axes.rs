//! The text and the fine lines over the canvas: axis labels, threshold, names
//! at the ends of lines. Hidden from assistive technology, which gets the
//! summary instead.

use yew::prelude::*;

use super::plot::{Plot, Threshold};

/// Labels of a chart.
pub fn axes(plot: &Plot) -> Html {
    let frame = plot.frame;
    let y_labels = plot.y_ticks.iter().map(|(y, label)| {
        html! { <text class="chart-y" x={px(frame.left - 8.0)} y={px(y + 3.5)}>{ label }</text> }
    });
    let x_labels = plot.x_ticks.iter().map(|(x, label)| {
        // The outermost labels stay within the chart.
        let half = label.chars().count() as f64 * 3.2;
        let x = x.clamp(half.min(frame.right), (frame.right + 12.0 - half).max(half));
        html! { <text class="chart-x" x={px(x)} y={px(frame.bottom + 16.0)}>{ label }</text> }
    });
    let ends = plot.lines.iter().filter_map(|line| {
        let (y, name) = line.label.as_ref()?;
        let class = classes!("chart-end", super::series_class(line.series));
        Some(html! {
            <g {class}>
                <line x1={px(frame.right + 3.0)} x2={px(frame.right + 9.0)} y1={px(*y)} y2={px(*y)} />
                <text x={px(frame.right + 13.0)} y={px(y + 3.5)}>{ name }</text>
            </g>
        })
    });
    html! {
        <g class="chart-axes">
            { for y_labels }
            { for x_labels }
            { for plot.threshold.iter().map(|threshold| threshold_line(plot, threshold)) }
            { for ends }
        </g>
    }
}

/// The threshold, or where it lies above everything shown, only its name.
fn threshold_line(plot: &Plot, threshold: &Threshold) -> Html {
    let frame = plot.frame;
    let (y, line, label) = match threshold.y {
        Some(y) => (
            if y - frame.top < 12.0 {
                y + 12.0
            } else {
                y - 5.0
            },
            Some(y),
            threshold.label.clone(),
        ),
        None => (
            frame.top + 9.0,
            None,
            format!("\u{2191} {}", threshold.label),
        ),
    };
    html! {
        <g class="chart-threshold">
            { for line.map(|y| html! {
                <line x1={px(frame.left)} x2={px(frame.right)} y1={px(y)} y2={px(y)} />
            }) }
            <text x={px(frame.left + 6.0)} y={px(y)}>{ label }</text>
        </g>
    }
}

/// A coordinate with a tenth of a pixel.
pub fn px(value: f64) -> String {
    format!("{value:.1}")
}
