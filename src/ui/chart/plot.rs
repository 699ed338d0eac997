//! The plan of one chart: where everything goes, before anything is drawn.
//!
//! Comes in: a [`Panel`], the range, the size in CSS pixels and which series
//! are hidden. Goes out: a [`Plot`] that the canvas and the labels over it are
//! both drawn from. Pure, so that it can be tested without a browser.

use super::columns::{Point, reduce};
use super::format::tick;
use super::ticks;
use crate::base::order::sort_by;
use crate::session::{Panel, Unit};

/// Everything that is drawn of one chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Where the lines live.
    pub frame: Frame,
    /// Marks of the value axis: place and label.
    pub y_ticks: Vec<(f64, String)>,
    /// Marks of the time axis: place and label.
    pub x_ticks: Vec<(f64, String)>,
    /// The visible series.
    pub lines: Vec<Line>,
    /// The line across.
    pub threshold: Option<Threshold>,
    /// Whether lines must differ by dashes because names do not fit beside them.
    pub dashed: bool,
}

/// The rectangle of the lines and the ranges it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Left edge in CSS pixels.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
    /// Seconds at the left edge.
    pub from: f64,
    /// Seconds at the right edge.
    pub to: f64,
    /// Value at the bottom edge.
    pub low: f64,
    /// Value at the top edge.
    pub high: f64,
}

/// One visible series.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its place in the panel, which decides its colour.
    pub series: usize,
    /// Unbroken pieces.
    pub pieces: Vec<Vec<Point>>,
    /// Its name beside its right end: height of the text's middle.
    pub label: Option<(f64, String)>,
}

/// A line worth drawing across.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Its height; none where it lies above everything shown.
    pub y: Option<f64>,
    /// What it means.
    pub label: String,
}

impl Frame {
    /// Horizontal place of an instant.
    pub fn x(&self, t: f64) -> f64 {
        self.left + (t - self.from) / (self.to - self.from) * self.width()
    }

    /// Height of a value.
    pub fn y(&self, v: f64) -> f64 {
        self.bottom - (v - self.low) / (self.high - self.low) * self.height()
    }

    /// The instant at a horizontal place, kept within the range.
    pub fn time(&self, x: f64) -> f64 {
        let share = ((x - self.left) / self.width()).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }

    /// Width in CSS pixels, at least 1.
    pub fn width(&self) -> f64 {
        (self.right - self.left).max(1.0)
    }

    /// Height in CSS pixels, at least 1.
    pub fn height(&self) -> f64 {
        (self.bottom - self.top).max(1.0)
    }
}

/// Mean width of a character of the 11 px label font.
const CHARACTER: f64 = 6.1;
/// Least room for the labels of the value axis.
const LEFT: f64 = 56.0;
/// Least distance between the middles of two labels.
const LINE: f64 = 14.0;
/// Widest label beside a line, in characters.
const LONGEST: usize = 14;

/// Plans a chart `width` by `height` CSS pixels; `hidden` tells which series are off.
pub fn plan(
    panel: &Panel,
    (from, to): (f64, f64),
    (width, height): (f64, f64),
    hidden: impl Fn(&str) -> bool,
) -> Plot {
    let to = if to > from { to } else { from + 1.0 };
    let mut lines: Vec<Line> = panel
        .series
        .iter()
        .enumerate()
        .filter(|(_, series)| !hidden(&series.name))
        .map(|(place, series)| Line {
            series: place,
            pieces: reduce(&series.points, from, to, width.max(1.0) as usize),
            label: None,
        })
        .collect();
    let threshold = panel.threshold.as_ref().map(|(value, _)| *value);
    let (low, high, step) = value_range(&lines, threshold, panel.unit, height);
    let labels: Vec<(f64, String)> =
        ticks::values(low, high, ((high - low) / step).round() as usize)
            .at
            .iter()
            .map(|v| (*v, tick(*v, step, panel.unit)))
            .collect();
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0) as f64;
    let left = widest(&mut labels.iter().map(|(_, text)| text.chars().count())) * CHARACTER + 12.0;
    // Charts below one another line up while their labels are short.
    let left = left.max(LEFT);
    let named = lines.len() > 1;
    let name_room = widest(&mut lines.iter().map(|line| name(panel, line).chars().count()));
    let right = if named {
        name_room * CHARACTER + 18.0
    } else {
        12.0
    };
    let frame = Frame {
        left,
        top: 10.0,
        right: (width - right).max(left + 1.0),
        bottom: (height - 22.0).max(11.0),
        from,
        to,
        low,
        high,
    };
    let nothing = lines.iter().all(|line| line.pieces.is_empty());
    let all_named = named && name_ends(panel, &frame, &mut lines);
    let most = (frame.width() / 96.0).max(1.0) as usize;
    let times = ticks::times(from, to, most);
    let x_ticks = times
        .at
        .iter()
        .map(|t| frame.x(*t))
        .zip(ticks::time_labels(&times))
        .collect();
    Plot {
        y_ticks: labels
            .into_iter()
            .take(if nothing { 1 } else { usize::MAX })
            .map(|(v, text)| (frame.y(v), text))
            .collect(),
        x_ticks,
        // An empty chart keeps its place in time and says the rest in words.
        threshold: panel
            .threshold
            .as_ref()
            .filter(|_| !nothing)
            .map(|(value, label)| Threshold {
                y: (*value <= high && *value >= low).then(|| frame.y(*value)),
                label: label.clone(),
            }),
        dashed: named && !all_named,
        lines,
        frame,
    }
}

fn name(panel: &Panel, line: &Line) -> String {
    let full = panel
        .series
        .get(line.series)
        .map_or("", |s| s.name.as_str());
    if full.chars().count() <= LONGEST {
        return full.to_owned();
    }
    full.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Puts names beside the right ends; false where they do not all fit.
fn name_ends(panel: &Panel, frame: &Frame, lines: &mut [Line]) -> bool {
    let near_end = frame.to - 0.1 * (frame.to - frame.from);
    let mut ends: Vec<(usize, f64)> = lines
        .iter()
        .enumerate()
        .filter_map(|(place, line)| {
            let (t, v) = *line.pieces.last()?.last()?;
            (t >= near_end).then(|| (place, frame.y(v)))
        })
        .collect();
    sort_by(&mut ends, |a, b| a.1.total_cmp(&b.1));
    let wanted: Vec<f64> = ends.iter().map(|(_, y)| *y).collect();
    let Some(heights) = spread(&wanted, LINE, frame.top, frame.bottom) else {
        return false;
    };
    for ((place, _), y) in ends.iter().zip(heights) {
        if let Some(line) = lines.get_mut(*place) {
            line.label = Some((y, name(panel, line)));
        }
    }
    ends.len() == lines.iter().filter(|line| !line.pieces.is_empty()).count()
}

/// Dashes (on, off, ... in CSS pixels) that tell one series from another
/// where names do not fit; the first is solid.
pub const fn dash(series: usize) -> &'static [f64] {
    match series % 6 {
        0 => &[],
        1 => &[7.0, 4.0],
        2 => &[1.5, 4.0],
        3 => &[9.0, 4.0, 1.5, 4.0],
        4 => &[4.0, 3.0],
        _ => &[12.0, 4.0],
    }
}

/// Moves rising places apart to at least `gap`, within `low..=high`, as little
/// as a push down and a push back up allow; none where they do not fit.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Option<Vec<f64>> {
    if wanted.is_empty() {
        return Some(Vec::new());
    }
    if gap * (wanted.len() - 1) as f64 > high - low {
        return None;
    }
    let mut places = wanted.to_vec();
    let mut least = low;
    for place in &mut places {
        *place = place.max(least);
        least = *place + gap;
    }
    let mut most = high;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - gap;
    }
    Some(places)
}

/// Lowest and highest value of the axis and the distance of its labels. The
/// axis starts at 0 (lower where values are), and ends at a label.
fn value_range(lines: &[Line], threshold: Option<f64>, unit: Unit, height: f64) -> (f64, f64, f64) {
    let values = || lines.iter().flat_map(|l| &l.pieces).flatten().map(|p| p.1);
    let lowest = values().fold(0.0, f64::min);
    let highest = values().fold(0.0, f64::max);
    let near = threshold.filter(|t| highest <= 0.0 || *t <= 4.0 * highest);
    let mut top = highest.max(near.unwrap_or(0.0) * 1.15);
    if top <= 0.0 && lowest >= 0.0 {
        top = match unit {
            Unit::Seconds => 0.1,
            Unit::Share => 0.01,
            Unit::PerSecond | Unit::Count => 1.0,
        };
    }
    let rows = (height / 45.0).clamp(2.0, 6.0);
    let step = ticks::nice_step((top - lowest) / rows);
    let up = |v: f64| (v / step - 1e-6).ceil() * step;
    let low = -up(-lowest);
    (low, up(top).max(low + step), step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Series;
    use proptest::prelude::*;

    fn panel(values: &[&[f64]]) -> Panel {
        let series = values.iter().enumerate().map(|(i, values)| Series {
            name: format!("s{i}"),
            points: values
                .iter()
                .enumerate()
                .map(|(t, v)| (t as f64, Some(*v)))
                .collect(),
        });
        Panel {
            id: "p".into(),
            title: "P".into(),
            about: String::new(),
            unit: Unit::Seconds,
            series: series.collect(),
            threshold: Some((0.3, "300 ms".into())),
        }
    }

    fn planned(panel: &Panel) -> Plot {
        plan(panel, (0.0, 10.0), (600.0, 300.0), |_| false)
    }

    #[test]
    fn the_axis_ends_at_labels_and_holds_every_value() {
        let plot = planned(&panel(&[&[0.1, 0.42, 0.2]]));
        assert_eq!((plot.frame.low, plot.frame.high), (0.0, 0.5));
        assert_eq!(plot.y_ticks.first().map(|t| t.1.as_str()), Some("0"));
        assert_eq!(
            plot.y_ticks.last().map(|t| t.1.as_str()),
            Some("500\u{a0}ms")
        );
    }

    #[test]
    fn a_threshold_far_above_the_data_does_not_flatten_it() {
        let plot = planned(&panel(&[&[0.01, 0.02]]));
        assert_eq!(plot.threshold.and_then(|t| t.y), None);
        assert_eq!(plot.frame.high, 0.02);
    }

    #[test]
    fn an_empty_chart_keeps_its_time_axis_and_a_ground_line() {
        let plot = planned(&panel(&[]));
        assert!(plot.lines.is_empty() && plot.y_ticks.len() == 1 && plot.x_ticks.len() > 1);
    }

    #[test]
    fn values_below_zero_are_held() {
        let mut budget = panel(&[&[1.0, 0.2, -0.6]]);
        budget.unit = Unit::Share;
        let plot = planned(&budget);
        assert!(plot.frame.low <= -0.6 && plot.frame.high >= 1.0);
    }

    #[test]
    fn hidden_series_leave_but_keep_the_colours_of_the_others() {
        let both = panel(&[&[1.0], &[2.0]]);
        let plot = plan(&both, (0.0, 10.0), (600.0, 300.0), |name| name == "s0");
        assert_eq!(plot.lines.iter().map(|l| l.series).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn names_stand_beside_lines_that_reach_the_end() {
        let ten: Vec<f64> = vec![1.0; 11];
        let plot = planned(&panel(&[&ten, &ten]));
        assert!(!plot.dashed && plot.lines.iter().all(|l| l.label.is_some()));
        let short = planned(&panel(&[&ten, &[1.0]]));
        assert!(short.dashed);
    }

    #[test]
    fn places_and_instants_are_inverse() {
        let frame = planned(&panel(&[&[1.0]])).frame;
        assert!((frame.time(frame.x(3.7)) - 3.7).abs() < 1e-9);
        assert_eq!(frame.time(-50.0), 0.0);
    }

    proptest! {
        #[test]
        fn spread_labels_keep_order_distance_and_bounds(mut wanted in prop::collection::vec(0.0..200.0_f64, 0..12)) {
            wanted.sort_by(f64::total_cmp);
            let places = spread(&wanted, 14.0, 0.0, 200.0);
            prop_assert_eq!(places.is_some(), wanted.len() <= 15);
            let places = places.unwrap_or_default();
            prop_assert!(places.windows(2).all(|w| w[1] - w[0] >= 14.0 - 1e-9));
            prop_assert!(places.iter().all(|y| (-1e-9..=200.0 + 1e-9).contains(y)));
        }

        #[test]
        fn every_drawn_value_lies_in_the_frame(values in prop::collection::vec(-1e4..1e4_f64, 1..50)) {
            let plot = planned(&panel(&[&values]));
            for (t, v) in plot.lines.iter().flat_map(|l| &l.pieces).flatten() {
                prop_assert!(plot.frame.y(*v) >= plot.frame.top - 1e-6);
                prop_assert!(plot.frame.y(*v) <= plot.frame.bottom + 1e-6);
                prop_assert!(plot.frame.x(*t) >= plot.frame.left - 1e-6);
            }
        }
    }
}
