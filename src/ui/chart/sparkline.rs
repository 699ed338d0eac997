//! A line as small as a word.

use yew::prelude::*;

/// Width and height of the drawing; the page scales it.
const WIDTH: f64 = 72.0;
const HEIGHT: f64 = 20.0;

/// Props of [`Sparkline`].
#[derive(Properties, PartialEq)]
pub struct SparklineProps {
    /// Values in order; no value is a gap.
    pub points: Vec<Option<f64>>,
    /// What it shows, for those who do not see it.
    pub label: String,
}

/// A tiny line with a dot at its end.
#[component]
pub fn Sparkline(props: &SparklineProps) -> Html {
    let (path, end) = super::spark::path(&props.points, WIDTH, HEIGHT);
    html! {
        <svg class="spark" role="img" aria-label={props.label.clone()}
            width={WIDTH.to_string()} height={HEIGHT.to_string()} viewBox={format!("0 0 {WIDTH} {HEIGHT}")}>
            <path d={path} />
            { for end.map(|(x, y)| html! {
                <circle cx={format!("{x:.1}")} cy={format!("{y:.1}")} r="2" />
            }) }
        </svg>
    }
}
