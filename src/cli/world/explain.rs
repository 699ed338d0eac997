//! What a world does at its normal load, and where it is weak.

use std::io::Write;

use crate::base::Span;
use crate::cli::outcome::Failure;
use crate::cli::show::{length, percent};
use crate::cli::table::{Side, Table};
use crate::session::Scenario;
use crate::world::spec::{Service, Spec, Step};
use crate::world::{Forecast, ServiceForecast};

/// Busier than this, a little more load makes a long queue: one server has
/// u/(1 - u) requests on average (M/M/1), 1 at half and 4 at four fifths.
const BUSY: f64 = 0.8;
/// More attempts than this for one request turn a failure into a storm.
const STORM: f64 = 10.0;

/// Prints everything.
pub(super) fn write(scenario: &Scenario, out: &mut dyn Write) -> Result<(), Failure> {
    let spec = &scenario.world;
    let forecast = Forecast::of(spec);
    writeln!(out, "{}\n{}", spec.title, spec.about)?;
    if spec.scale > 1 {
        writeln!(
            out,
            "One simulated request stands for {} real ones; rates below are simulated.",
            spec.scale
        )?;
    }
    writeln!(
        out,
        "\nClients send {:.2} requests/s on average and {:.2} at the week's busiest; one takes {} \
         if nobody waits.",
        forecast.arrivals,
        forecast.busiest,
        length(forecast.response)
    )?;
    writeln!(out, "\nServices at the busiest")?;
    write!(out, "{}", services(spec, &forecast))?;
    writeln!(out, "\nPromises")?;
    if scenario.objectives.is_empty() {
        writeln!(out, "This world promises nothing.")?;
    }
    for objective in &scenario.objectives {
        writeln!(out, "{}: {}", objective.name, objective.sentence())?;
    }
    writeln!(out, "\nWorth knowing")?;
    let weak = weaknesses(spec, &forecast);
    if weak.is_empty() {
        writeln!(out, "Nothing stands out.")?;
    }
    for line in weak {
        writeln!(out, "- {line}")?;
    }
    Ok(())
}

fn services(spec: &Spec, forecast: &Forecast) -> Table {
    let mut table = Table::new([
        ("service", Side::Left),
        ("pods", Side::Right),
        ("workers", Side::Right),
        ("rate", Side::Right),
        ("response", Side::Right),
        ("holds a worker", Side::Right),
        ("busy", Side::Right),
        ("wait", Side::Right),
        ("most attempts", Side::Right),
    ]);
    for (service, found) in spec.services.iter().zip(&forecast.services) {
        table.row(vec![
            service.name.clone(),
            service.replicas.to_string(),
            found.workers.to_string(),
            format!("{:.2}/s", found.rate),
            length(found.response),
            length(found.held),
            percent(found.utilisation),
            found.wait.map_or("without end".to_owned(), length),
            format!("{:.0}", found.most_attempts),
        ]);
    }
    table
}

/// What an operator of this system would want to be told before the first page.
fn weaknesses(spec: &Spec, forecast: &Forecast) -> Vec<String> {
    let mut lines = Vec::new();
    for (service, found) in spec.services.iter().zip(&forecast.services) {
        lines.extend(weak_service(service, found));
        for route in &service.routes {
            let place = format!("{}/{}", service.name, route.name);
            timeouts(spec, forecast, &place, &route.script, &mut lines);
        }
    }
    lines
}

fn weak_service(service: &Service, found: &ServiceForecast) -> Vec<String> {
    let name = &service.name;
    let mut lines = Vec::new();
    if found.rate == 0.0 {
        lines.push(format!(
            "{name} is never asked: no route of users leads to it"
        ));
    }
    if found.utilisation >= 1.0 {
        lines.push(format!(
            "{name} cannot carry its normal load: its workers would have to be busy {} of the time",
            percent(found.utilisation)
        ));
    } else if found.utilisation >= BUSY {
        lines.push(format!(
            "{name} has little to spare: {} of its workers are busy",
            percent(found.utilisation)
        ));
    }
    if service.replicas == 1 && found.rate > 0.0 {
        lines.push(format!(
            "{name} has one pod: when that is gone, so is {name}"
        ));
    }
    if found.most_attempts >= STORM {
        lines.push(format!(
            "one request of a user can become {:.0} attempts at {name} when everything fails",
            found.most_attempts
        ));
    }
    lines
}

/// Timeouts that are shorter than what they wait for takes by itself.
fn timeouts(
    spec: &Spec,
    forecast: &Forecast,
    place: &str,
    script: &[Step],
    lines: &mut Vec<String>,
) {
    for step in script {
        match step {
            Step::Call(call) => {
                let callee = &spec.services[call.to.service];
                let route = &callee.routes[call.to.route];
                let takes = forecast.routes[call.to.service][call.to.route];
                if let Some(timeout) = call.timeout
                    && timeout < takes
                {
                    lines.push(format!(
                        "{place} waits {} for {}/{}, which takes {} on average",
                        timeout,
                        callee.name,
                        route.name,
                        length(takes)
                    ));
                }
                let patience = longest_wait(&route.script);
                if let Some(timeout) = call.timeout
                    && timeout < patience
                {
                    lines.push(format!(
                        "{place} gives up on {}/{} after {timeout}, which itself may wait \
                         {patience} for others: then work goes on for nobody",
                        callee.name, route.name
                    ));
                }
            }
            Step::Parallel(scripts) => {
                for script in scripts {
                    timeouts(spec, forecast, place, script, lines);
                }
            }
            Step::Branch(choices) => {
                for (_, script) in choices {
                    timeouts(spec, forecast, place, script, lines);
                }
            }
            Step::Lookup(lookup) => timeouts(spec, forecast, place, &lookup.miss, lines),
            Step::Work(_) | Step::Compute { .. } | Step::Lock(_) => {}
        }
    }
}

/// The longest that a script waits for others, retries included, as far as
/// timeouts limit it; nothing where none does.
fn longest_wait(script: &[Step]) -> Span {
    let mut sum = Span::ZERO;
    for step in script {
        let wait = match step {
            Step::Call(call) => {
                let again = call.retry.on_timeout;
                let tries = if again { call.retry.attempts } else { 1 };
                call.timeout.unwrap_or_default().scaled(f64::from(tries))
            }
            Step::Parallel(scripts) => longest(scripts.iter()),
            Step::Branch(choices) => longest(choices.iter().map(|(_, script)| script)),
            Step::Lookup(lookup) => {
                let ask = lookup.call.timeout.unwrap_or_default();
                ask + longest_wait(&lookup.miss)
            }
            Step::Lock(lock) => lock.wait,
            Step::Work(_) | Step::Compute { .. } => Span::ZERO,
        };
        sum = sum + wait;
    }
    sum
}

fn longest<'s>(scripts: impl Iterator<Item = &'s Vec<Step>>) -> Span {
    scripts
        .map(|script| longest_wait(script))
        .max()
        .unwrap_or_default()
}
