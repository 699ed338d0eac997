//! How many there were over time, with the range, marks and crosshair of every other chart.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::{Bars, Panel, Series, Unit, View};
use crate::ui::chart::LineChart;
use crate::ui::hooks::use_state_eq;
use crate::ui::workspace::{Times, use_annotations};

/// What the chart is given.
#[derive(PartialEq, Properties)]
pub struct OverTimeProps {
    /// The lab.
    pub view: Rc<View>,
    /// The time that is shown.
    pub times: Times,
    /// The counts.
    pub bars: Bars,
    /// Its title.
    pub title: &'static str,
    /// What all of them are called, and the bad ones.
    pub names: [&'static str; 2],
}

/// The chart.
#[component]
pub fn OverTime(props: &OverTimeProps) -> Html {
    let cursor = use_state_eq(|| None);
    let on_cursor = {
        let cursor = cursor.clone();
        use_callback((), move |at, ()| cursor.set(at))
    };
    let annotations = use_annotations(&props.view.timeline);
    let bars = &props.bars;
    let (from, step) = (bars.from.as_secs_f64(), bars.step.as_secs_f64());
    let line = |name: &str, count: fn(&(u32, u32)) -> u32| Series {
        name: name.to_owned(),
        points: (bars.counts.iter().enumerate())
            .map(|(place, counts)| {
                let middle = from + step * (place as f64 + 0.5);
                (middle, Some(f64::from(count(counts))))
            })
            .collect(),
    };
    let panel = Panel {
        id: props.title.to_owned(),
        title: props.title.to_owned(),
        about: String::new(),
        unit: Unit::Count,
        series: vec![
            line(props.names[0], |counts| counts.0),
            line(props.names[1], |counts| counts.1),
        ],
        threshold: None,
    };
    html! {
        <div class="panel">
            <LineChart {panel} {from} to={bars.until().as_secs_f64()} annotations={(*annotations).clone()} height={90}
                cursor={*cursor} {on_cursor} on_zoom={props.times.on_zoom.clone()} />
        </div>
    }
}
