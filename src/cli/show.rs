//! A finished run as tables.

use std::io::Write;

use super::outcome::Failure;
use super::story::Story;
use super::table::{Side, Table};
use crate::base::Span;
use crate::lesson::{Debrief, Lab, LessonView, StepState};
use crate::session::{Health, PodState, Session, Unit, View, Way};

/// Ways that are told one by one.
const MOST_WAYS: usize = 12;

/// Prints everything about a run.
pub(super) fn run(lab: &Lab, story: &Story, out: &mut dyn Write) -> Result<(), Failure> {
    let session = lab.session();
    let view = session.view();
    let lesson = lab.lesson_view();
    let title = lesson.as_ref().map_or(&view.world, |lesson| &lesson.title);
    let scale = view.requests_per_simulated;
    writeln!(out, "{title}: seed {}, {}", session.seed(), view.now)?;
    if scale > 1 {
        writeln!(out, "One simulated request stands for {scale}.")?;
    }
    writeln!(out, "\nStory")?;
    if story.is_empty() {
        writeln!(out, "Nothing happened but traffic.")?;
    } else {
        write!(out, "{}", story.table())?;
    }
    if story.left_out() > 0 {
        writeln!(out, "... and {} lines that are not told", story.left_out())?;
    }
    if let Some(lesson) = &lesson {
        write_lesson(lesson, out)?;
    }
    writeln!(out, "\nObjectives")?;
    if view.slos.is_empty() {
        writeln!(out, "This world promises nothing.")?;
    } else {
        write!(out, "{}", objectives(&view))?;
    }
    if view.classes.len() > 1 {
        writeln!(out, "\nClients, over the last minute")?;
        write!(out, "{}", clients(&view))?;
    }
    if !session.truth().paths.is_empty() {
        writeln!(out, "\nHow trouble reached users, from its first cause on")?;
        write!(out, "{}", ways(session))?;
    }
    writeln!(out, "\nServices, over the last minute")?;
    write!(out, "{}", services(&view))?;
    if view
        .services
        .iter()
        .any(|service| !service.figures.is_empty())
    {
        writeln!(out, "\nWhat services keep")?;
        write!(out, "{}", kept(&view))?;
        for note in view.services.iter().flat_map(|service| &service.notes) {
            writeln!(out, "{note}")?;
        }
    }
    let (events, digest) = (session.world().events(), session.digest());
    writeln!(out, "\nDigest {digest} after {events} events")?;
    Ok(())
}

/// The ways that most requests took which failed, or were answered later or
/// poorer; counts are of real requests.
fn ways(session: &Session) -> Table {
    let mut table = Table::new([
        ("failed", Side::Right),
        ("late or poor", Side::Right),
        ("by way of", Side::Left),
    ]);
    let world = session.world();
    let scale = u64::from(world.spec().scale);
    let ways = session.truth().ways();
    for way in ways.iter().take(MOST_WAYS) {
        table.row(vec![
            (way.failed * scale).to_string(),
            (way.poor * scale).to_string(),
            world.tell_path(way.path),
        ]);
    }
    if let Some(rest) = ways.get(MOST_WAYS..).filter(|rest| !rest.is_empty()) {
        let sum = |count: fn(&Way) -> u64| rest.iter().map(count).sum::<u64>() * scale;
        table.row(vec![
            sum(|way| way.failed).to_string(),
            sum(|way| way.poor).to_string(),
            format!("{} other ways", rest.len()),
        ]);
    }
    table
}

fn objectives(view: &View) -> Table {
    let looks: Vec<Span> = view
        .slos
        .iter()
        .max_by_key(|slo| slo.burn.len())
        .map_or(Vec::new(), |slo| {
            slo.burn.iter().map(|burn| burn.window).collect()
        });
    let heads = [
        ("objective".to_owned(), Side::Left),
        ("target".to_owned(), Side::Right),
        ("window".to_owned(), Side::Right),
        ("so far".to_owned(), Side::Right),
        ("bad of all".to_owned(), Side::Right),
        ("budget left".to_owned(), Side::Right),
    ];
    let burns = looks
        .iter()
        .map(|span| (format!("burn {span}"), Side::Right));
    let stands = [("stands".to_owned(), Side::Left)];
    let mut table = Table::new(heads.into_iter().chain(burns).chain(stands));
    for slo in &view.slos {
        let mut row = vec![
            slo.name.clone(),
            slo.target.to_string(),
            slo.window.to_string(),
            or_dash(slo.sli.map(|sli| format!("{sli:.3}"))),
            format!("{} of {}", slo.bad, slo.events),
            or_dash(slo.budget_left.map(percent)),
        ];
        row.extend(looks.iter().map(|look| {
            let burn = slo.burn.iter().find(|burn| burn.window == *look);
            or_dash(
                burn.and_then(|burn| burn.rate)
                    .map(|rate| format!("{rate:.2}")),
            )
        }));
        row.push(health(slo.health).to_owned());
        table.row(row);
    }
    table
}

fn clients(view: &View) -> Table {
    let mut table = Table::new([
        ("class", Side::Left),
        ("rate", Side::Right),
        ("errors", Side::Right),
        ("turned away", Side::Right),
        ("users", Side::Right),
        ("sales/min", Side::Right),
        ("rule", Side::Left),
        ("what", Side::Left),
    ]);
    for class in &view.classes {
        table.row(vec![
            class.name.clone(),
            format!("{:.1}/s", class.rate),
            or_dash(class.error_ratio.map(percent)),
            or_dash(class.refused_ratio.map(percent)),
            or_dash(class.users.map(|users| users.to_string())),
            format!("{:.2}", class.sales.cents() as f64 / 100.0),
            or_dash(class.rule.clone()),
            class.about.clone(),
        ]);
    }
    table
}

fn services(view: &View) -> Table {
    let mut table = Table::new([
        ("service", Side::Left),
        ("version", Side::Left),
        ("pods", Side::Right),
        ("rate", Side::Right),
        ("errors", Side::Right),
        ("p50", Side::Right),
        ("p95", Side::Right),
        ("p99", Side::Right),
        ("busy", Side::Right),
        ("queued", Side::Right),
        ("stands", Side::Left),
        ("why", Side::Left),
    ]);
    for service in &view.services {
        let ready = |state| state == PodState::Ready;
        let ready = service.pods.iter().filter(|pod| ready(pod.state)).count();
        let latency = |pick: fn(&crate::session::Latency) -> Span| {
            or_dash(service.latency.as_ref().map(|found| length(pick(found))))
        };
        table.row(vec![
            service.name.clone(),
            service.version.clone(),
            format!("{ready}/{}", service.replicas),
            format!("{:.1}/s", service.rate),
            or_dash(service.error_ratio.map(percent)),
            latency(|found| found.p50),
            latency(|found| found.p95),
            latency(|found| found.p99),
            or_dash(service.utilisation.map(percent)),
            service.queued.to_string(),
            health(service.health).to_owned(),
            service.reason.clone(),
        ]);
    }
    table
}

fn kept(view: &View) -> Table {
    let mut table = Table::new([
        ("service", Side::Left),
        ("figure", Side::Left),
        ("value", Side::Right),
        ("of", Side::Right),
    ]);
    for service in &view.services {
        for figure in &service.figures {
            let told = |value| quantity(value, figure.unit);
            table.row(vec![
                service.name.clone(),
                figure.title.to_lowercase(),
                or_dash(figure.value.map(told)),
                figure.limit.map_or_else(String::new, told),
            ]);
        }
    }
    table
}

fn quantity(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => percent(value),
        Unit::Seconds => length(Span::from_secs_f64(value)),
        Unit::PerSecond => format!("{value:.1}/s"),
        Unit::Count => format!("{value:.0}"),
    }
}

fn write_lesson(lesson: &LessonView, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "\nLesson")?;
    let mut table = Table::new([
        ("step", Side::Left),
        ("title", Side::Left),
        ("", Side::Left),
    ]);
    for (place, step) in lesson.steps.iter().enumerate() {
        let state = match step.state {
            StepState::Ahead => "ahead",
            StepState::Current => "here",
            StepState::Done => "done",
        };
        table.row(vec![
            (place + 1).to_string(),
            step.title.clone(),
            state.to_owned(),
        ]);
    }
    write!(out, "{table}")?;
    match &lesson.debrief {
        Some(debrief) => write_debrief(debrief, out),
        None => {
            for check in &lesson.checks {
                let sign = if check.met { "x" } else { " " };
                let missing = match check.missing.as_str() {
                    "" => String::new(),
                    missing => format!(" ({missing})"),
                };
                writeln!(out, "[{sign}] {}{missing}", check.text)?;
            }
            Ok(())
        }
    }
}

fn write_debrief(debrief: &Debrief, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "\nWho spent the budget")?;
    let heads = [
        ("cause", Side::Left),
        ("share", Side::Right),
        ("requests", Side::Right),
    ];
    let mut table = Table::new(heads);
    for spent in &debrief.spent {
        table.row(vec![
            spent.cause.clone(),
            percent(spent.share),
            spent.requests.to_string(),
        ]);
    }
    write!(out, "{table}")?;
    writeln!(out, "\nStars, after {}", debrief.took)?;
    for star in &debrief.stars {
        let sign = if star.earned { "*" } else { "-" };
        writeln!(out, "{sign} {}", star.reason)?;
    }
    Ok(())
}

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

/// A share as percent, finer where it is small.
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value.abs() >= 10.0 {
        format!("{value:.1} %")
    } else {
        format!("{value:.2} %")
    }
}

/// A duration in the unit that suits it, three digits at most.
pub(super) fn length(span: Span) -> String {
    let millis = span.as_millis_f64();
    match millis {
        ..1.0 => format!("{millis:.2} ms"),
        ..10.0 => format!("{millis:.1} ms"),
        ..1_000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.2} s", span.as_secs_f64()),
    }
}

fn health(health: Health) -> &'static str {
    match health {
        Health::Unknown => "no data",
        Health::Good => "good",
        Health::Watch => "watch",
        Health::Bad => "bad",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_as_fine_as_they_deserve() {
        assert_eq!(percent(0.1234), "12.3 %");
        assert_eq!(percent(-0.0007), "-0.07 %");
        assert_eq!(length(Span::from_micros(1_240)), "1.2 ms");
        assert_eq!(length(Span::from_millis(312)), "312 ms");
        assert_eq!(length(Span::from_millis(1_250)), "1.25 s");
    }
}
