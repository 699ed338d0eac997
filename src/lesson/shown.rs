//! What the dashboards showed, beside what was the case.
//!
//! Dashboards draw from scrapes: values at intervals, durations in buckets,
//! rates over a window, and nothing while a target does not answer. The truth
//! is the edge's own count of every request, which nobody has in life.

use crate::base::{SimTime, Span};
use crate::session::{
    Answer, MetricQuestion, Panel, Question, Series, Session, Unit, When, step_for,
};

/// Name of the line that dashboards drew.
const TOLD: &str = "dashboards";
/// Name of the line of the truth.
const TRUE: &str = "truth";

/// Requests as dashboards count them: one's own probes are left out.
const OF: &str = "kind!=\"probes\"";

/// One chart each of how long users waited and how many requests failed, from
/// `began` on: first the line of the dashboards, then that of the truth. None
/// where nothing was scraped.
pub(super) fn shown(session: &Session, began: SimTime) -> Vec<Panel> {
    let span = session.now().since(began);
    let metric = "edge_request_duration_seconds";
    let count = format!("sum(increase({metric}_count{{{OF}}}[WINDOW]))");
    let failed = format!("sum(increase({metric}_count{{{OF}, code!=\"200\"}}[WINDOW]))");
    let queries = [
        format!("histogram_quantile(0.99, sum by (le) (rate({metric}_bucket{{{OF}}}[WINDOW])))"),
        format!("({failed} or 0 * {count}) / {count}"),
    ];
    // Grafana's `$__rate_interval` at the step of the chart.
    let scrape = session.telemetry().interval();
    let step = step_for(span, scrape);
    let window = (step + scrape).max(Span::from_nanos(scrape.as_nanos() * 4));
    let window = format!("{}s", window.as_nanos() / 1_000_000_000);
    let question = Question::Metrics(MetricQuestion {
        queries: queries
            .map(|query| query.replace("WINDOW", &window))
            .to_vec(),
        when: When::Over {
            span,
            until: None,
            step: Some(step),
        },
        most: 1,
    });
    let Answer::Metrics(answer) = session.answer(&question) else {
        return Vec::new();
    };
    let told = answer.found.into_iter().map(|found| {
        let series = found.ok().and_then(|found| found.series.into_iter().next());
        series.map_or(Vec::new(), |series| series.points)
    });
    let drafts = [
        (
            "waited",
            "How long users waited, p99",
            "Dashboards know in which bucket a duration falls, and nothing between two scrapes.",
            Unit::Seconds,
        ),
        (
            "failed",
            "Requests that failed",
            "Dashboards draw the average of a window: short outages are flatter there, and later.",
            Unit::Share,
        ),
    ];
    let panels = told.zip(drafts).enumerate();
    let panels = panels.filter(|(_, (told, _))| !told.is_empty());
    panels
        .map(|(place, (told, (id, title, about, unit)))| Panel {
            id: id.to_owned(),
            title: title.to_owned(),
            about: about.to_owned(),
            unit,
            series: vec![
                line(TOLD, told),
                line(TRUE, truth(session, began, place == 0)),
            ],
            threshold: None,
        })
        .collect()
}

fn line(name: &str, points: Vec<(f64, Option<f64>)>) -> Series {
    Series {
        name: name.to_owned(),
        points,
    }
}

/// The 99th percentile of what users waited, or the share of requests that
/// failed, over every request since the point before.
fn truth(session: &Session, began: SimTime, waited: bool) -> Vec<(f64, Option<f64>)> {
    let telemetry = session.telemetry();
    let edge = telemetry.edge();
    let mut before = began;
    let instants = telemetry.instants(began, super::debrief::POINTS * 2);
    let points = instants.into_iter().map(|at| {
        let value = if waited {
            let percentiles = edge.percentiles().at(at).and_then(|found| found.get());
            percentiles.map(|[_, _, p99]| p99.as_secs_f64())
        } else {
            let grown = edge.increase(at, at.since(before));
            (grown.total > 0).then(|| grown.failed as f64 / grown.total as f64)
        };
        before = at;
        (at.as_secs_f64(), value)
    });
    points.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::{At, Report, yaml};
    use crate::lesson::sample::WORLD;
    use crate::session::{Author, Scenario, commands};

    fn act(session: &mut Session, command: &str) {
        let node = yaml::parse("commands", command, &yaml::Limits::default()).expect("sound YAML");
        let mut report = Report::new("commands", command);
        let read = commands(&mut report, &At::root(&node)).expect("commands");
        for command in read.into_iter().filter_map(|scripted| scripted.command) {
            session.apply(Author::Learner, command).expect("accepted");
        }
    }

    fn peak(series: &Series) -> f64 {
        let values = series.points.iter().filter_map(|point| point.1);
        values.fold(0.0, f64::max)
    }

    /// The oracle is how the fault is made: half of all requests fail for half a minute.
    #[test]
    fn dashboards_flatten_a_short_outage_that_the_truth_shows_in_full() {
        let world = WORLD.replace("6/min", "1200/min");
        let (scenario, _) = Scenario::read("world.yaml", &world).expect("a sound world");
        let mut session = Session::new(Arc::new(scenario), 1);
        let run = |session: &mut Session, seconds| {
            session.advance(session.now() + Span::from_secs(seconds), u64::MAX)
        };
        run(&mut session, 600);
        let began = session.now();
        run(&mut session, 60);
        act(
            &mut session,
            "[{inject: {service: one, errors: 50%, for: 30s}}]",
        );
        run(&mut session, 1_200);
        let panels = shown(&session, began);
        assert_eq!(panels.len(), 2, "{panels:?}");
        let [told, truth] = &panels[1].series[..] else {
            panic!("{panels:?}");
        };
        assert!((0.4..0.6).contains(&peak(truth)), "{truth:?}");
        assert!((0.1..0.35).contains(&peak(told)), "{told:?}");
        assert!(panels[0].series.iter().all(|series| peak(series) > 0.0));
    }
}
