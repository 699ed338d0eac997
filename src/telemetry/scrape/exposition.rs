//! The last scrape as text: Prometheus' exposition format 0.0.4, as a server
//! gives it to another one that federates it.

use super::{Metrics, family_of};
use crate::telemetry::store::{Labels, Matcher, NAME, Sample, Store, is_plain_label, is_stale};
use std::fmt::Write as _;

impl Metrics {
    /// Every series that the last scrape wrote, with its value and its time in
    /// milliseconds, under HELP and TYPE of its metric.
    pub fn exposition(&self, store: &Store) -> String {
        let time = self.time();
        let mut out = String::new();
        let mut last = "";
        let mut samples: Vec<Sample> = Vec::new();
        let all: &[Matcher] = &[];
        for (id, labels) in ordered(store.select(all)) {
            samples.clear();
            store.read(id, time, time, &mut samples);
            let Some(sample) = samples.last().filter(|sample| !is_stale(sample.value)) else {
                continue;
            };
            let family = family_of(labels.name());
            let name = family.map_or(labels.name(), |family| family.name);
            if name != last {
                last = name;
                if let Some(family) = family {
                    // A text that is grown in memory never refuses.
                    let _ = writeln!(out, "# HELP {name} {}", family.help);
                    let _ = writeln!(out, "# TYPE {name} {}", family.kind.word());
                } else {
                    let _ = writeln!(out, "# TYPE {name} untyped");
                }
            }
            write_series(&mut out, labels);
            let _ = writeln!(out, " {} {}", number(sample.value), sample.time);
        }
        out
    }
}

/// Series of one metric stand together; those of a histogram also with one another.
fn ordered<T>(mut series: Vec<(T, &Labels)>) -> Vec<(T, &Labels)> {
    let key = |labels: &Labels| -> (&'static str, Labels, u64, u8) {
        let name = labels.name();
        let family = family_of(name).map_or("", |family| family.name);
        let part = match name.strip_prefix(family) {
            Some("_sum") => 1,
            Some("_count") => 2,
            _ => 0,
        };
        let bound = match labels.get("le") {
            "+Inf" => f64::INFINITY,
            bound => crate::base::parse::real(bound).unwrap_or(0.0),
        };
        let rest = labels.keep(|label| label != NAME && label != "le");
        // Bounds are not negative, so that their bits are in their order.
        (family, rest, bound.to_bits(), part)
    };
    series.sort_by_cached_key(|(_, labels)| {
        let (family, rest, bound, part) = key(labels);
        let alone = if family.is_empty() {
            labels.name().to_owned()
        } else {
            String::new()
        };
        (family, alone, rest, part, bound)
    });
    series
}

fn write_series(out: &mut String, labels: &Labels) {
    out.push_str(labels.name());
    let mut between = '{';
    for (name, value) in labels.iter() {
        if name == NAME || !is_plain_label(name) {
            continue;
        }
        out.push(between);
        between = ',';
        out.push_str(name);
        out.push_str("=\"");
        for c in value.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                c => out.push(c),
            }
        }
        out.push('"');
    }
    if between == ',' {
        out.push('}');
    }
}

/// As Go reads it.
fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}
