//! A line as small as a word.

use yew::prelude::*;

/// Width and height of the drawing; the page scales it.
const WIDTH: f64 = 72.0;
const HEIGHT: f64 = 20.0;

/// A tiny line with a dot at its end: values in order, where no value is a gap, and
/// what it shows, for those who do not see it.
pub fn sparkline(points: &[Option<f64>], label: String) -> Html {
    let (path, end) = super::spark::path(points, WIDTH, HEIGHT);
    html! {
        <svg class="spark" role="img" aria-label={label}
            width={WIDTH.to_string()} height={HEIGHT.to_string()} viewBox={format!("0 0 {WIDTH} {HEIGHT}")}>
            <path d={path} />
            { for end.map(|(x, y)| html! {
                <circle cx={format!("{x:.1}")} cy={format!("{y:.1}")} r="2" />
            }) }
        </svg>
    }
}
