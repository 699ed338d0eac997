//! What is written is read as the same values.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::*;
use crate::base::Stream;
use crate::base::yaml::Tree;

/// Documents drawn at random, all that the specification allows.
struct Draw(Stream);

impl Draw {
    fn below(&mut self, bound: u32) -> u32 {
        self.0.below(bound)
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize].clone()
    }

    fn some<T>(&mut self, draw: fn(&mut Draw) -> T) -> Option<T> {
        self.coin().then(|| draw(self))
    }

    fn list<T>(&mut self, least: u32, most: u32, draw: fn(&mut Draw) -> T) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| draw(self)).collect()
    }

    fn name(&mut self) -> String {
        let inner: String = (0..self.below(8))
            .map(|_| self.pick(&['a', 'B', '7', '-', '.']))
            .collect();
        format!("n{inner}{}", self.below(10))
    }

    /// Texts that YAML has to quote, and some that it has not.
    fn text(&mut self) -> String {
        const SIGNS: &str = "ab c: #-?[]{}&*!|>%@`'\"\\,~09ü=.";
        let signs: Vec<char> = SIGNS.chars().collect();
        let text: String = (0..self.below(12)).map(|_| self.pick(&signs)).collect();
        let whole = [
            "true",
            "null",
            "12",
            "1e3",
            "0x1f",
            "2020-01-01",
            "<<",
            "- a",
            "a\n b\n",
            "a\n\nb",
        ];
        match self.below(4) {
            0 => self.pick(&whole).to_owned(),
            _ => format!("{text}{}", self.pick(&['x', ':', '#', '~'])),
        }
    }

    fn texts(&mut self) -> BTreeMap<String, String> {
        let entries = self.list(0, 2, |draw| (draw.key(), draw.text()));
        entries.into_iter().collect()
    }

    fn key(&mut self) -> String {
        let prefix = if self.coin() { "example.com/" } else { "" };
        format!("{prefix}k_{}", self.name())
    }

    fn metadata(&mut self) -> Metadata {
        let label = |draw: &mut Draw| match draw.coin() {
            true => LabelValue::One(draw.text()),
            false => LabelValue::Many(draw.list(0, 2, Draw::text)),
        };
        let keys = self.list(0, 2, Draw::key);
        Metadata {
            name: self.name(),
            display_name: self.some(Draw::text),
            labels: keys.into_iter().map(|key| (key, label(self))).collect(),
            annotations: self.texts(),
        }
    }

    fn link<T>(&mut self, spec: fn(&mut Draw) -> T) -> Link<T> {
        if self.coin() {
            return Link::Ref(self.name());
        }
        Link::Inline(Named {
            metadata: self.metadata(),
            spec: spec(self),
        })
    }

    /// Anything that YAML can say, as a source's own fields.
    fn free(&mut self, depth: u32) -> Tree {
        match self.below(if depth == 0 { 3 } else { 5 }) {
            0 => Tree::Null,
            1 => Tree::word(self.pick(&["1", "-2.5", "true"])),
            2 => Tree::Text(self.text()),
            3 => Tree::List((0..self.below(3)).map(|_| self.free(depth - 1)).collect()),
            _ => self.free_map(depth - 1),
        }
    }

    fn free_map(&mut self, depth: u32) -> Tree {
        let entries: BTreeMap<String, Tree> = (0..self.below(3))
            .map(|_| (self.text(), self.free(depth)))
            .collect();
        Tree::Map(entries.into_iter().collect())
    }

    fn source(&mut self) -> Source {
        Source {
            reference: self.some(Draw::name),
            source_type: self.some(Draw::text),
            spec: self.free_map(2),
        }
    }

    fn sli(&mut self) -> Sli {
        let ratio = |draw: &mut Draw| match draw.below(3) {
            0 => Ratio::Good {
                good: draw.source(),
                total: draw.source(),
            },
            1 => Ratio::Bad {
                bad: draw.source(),
                total: draw.source(),
            },
            _ => Ratio::Raw {
                kind: draw.pick(&[Raw::Success, Raw::Failure]),
                source: draw.source(),
            },
        };
        Sli {
            description: self.some(Draw::text),
            metric: match self.below(3) {
                0 => Metric::Threshold(self.source()),
                _ => Metric::Ratio {
                    counter: self.some(Draw::coin),
                    ratio: ratio(self),
                },
            },
        }
    }

    fn shorthand(&mut self, least: u32) -> Shorthand {
        Shorthand {
            count: least + self.below(Shorthand::MOST - least + 1),
            unit: self.pick(&Unit::ALL).1,
        }
    }

    /// A number of up to nine digits, which is read exactly.
    fn number(&mut self) -> f64 {
        let sign = if self.coin() { "-" } else { "" };
        let (digits, places) = (self.below(1_000_000_000), self.below(12));
        format!("{sign}{digits}e-{places}").parse().unwrap()
    }

    fn share(&mut self) -> f64 {
        f64::from(1 + self.below(999_999)) / 1e6
    }

    fn condition(&mut self) -> AlertCondition {
        AlertCondition {
            description: self.some(Draw::text),
            severity: self.text(),
            op: self.pick(&Op::ALL).1,
            threshold: self.number(),
            look_back: self.shorthand(1),
            after: self.shorthand(0),
        }
    }

    fn target(&mut self) -> NotificationTarget {
        NotificationTarget {
            description: self.some(Draw::text),
            target: self.text(),
        }
    }

    fn policy(&mut self) -> AlertPolicy {
        AlertPolicy {
            description: self.some(Draw::text),
            when_no_data: self.some(Draw::coin),
            when_resolved: self.some(Draw::coin),
            when_breaching: self.some(Draw::coin),
            condition: self.link(Draw::condition),
            targets: self.list(1, 2, |draw| draw.link(Draw::target)),
        }
    }

    fn window(&mut self) -> TimeWindow {
        let calendar = |draw: &mut Draw| Calendar {
            start: Moment {
                year: 1_970 + draw.below(200) as u16,
                month: 1 + draw.below(12) as u8,
                day: 1 + draw.below(28) as u8,
                hour: draw.below(24) as u8,
                minute: draw.below(60) as u8,
                second: draw.below(60) as u8,
            },
            zone: draw
                .pick(&["UTC", "America/New_York", "Etc/GMT+5"])
                .to_owned(),
        };
        TimeWindow {
            // No fixed length, so that every slice fits.
            duration: Shorthand {
                count: 1 + self.below(9),
                unit: self.pick(&[Unit::Month, Unit::Quarter, Unit::Year]),
            },
            calendar: self.some(calendar),
        }
    }

    fn slo(&mut self) -> Slo {
        let method = self.pick(&[
            Method::Occurrences,
            Method::Timeslices,
            Method::RatioTimeslices,
        ]);
        let indicator = self.link(Draw::sli);
        let is_composite = self.below(4) == 0;
        let is_threshold = matches!(&indicator, Link::Inline(sli)
            if matches!(sli.spec.metric, Metric::Threshold(_)));
        let most = if is_threshold && !is_composite { 1 } else { 3 };
        let count = 1 + self.below(most);
        let objectives = (0..count).map(|_| Objective {
            display_name: self.some(Draw::text),
            op: Some(self.pick(&Op::ALL).1),
            value: Some(self.number()),
            target: match self.coin() {
                true => Target::Share(self.share()),
                false => Target::Percent(f64::from(self.below(99_999)) / 1e3),
            },
            slice_target: (method == Method::Timeslices).then(|| self.share()),
            slice_window: (method != Method::Occurrences).then(|| self.shorthand(1)),
            part: is_composite.then(|| Indicated {
                indicator: self.link(Draw::sli),
                weight: self.some(|draw| f64::from(draw.below(100))),
            }),
        });
        Slo {
            objectives: objectives.collect(),
            description: self.some(Draw::text),
            service: self.text(),
            indicator: Some(indicator).filter(|_| !is_composite),
            window: self.some(Draw::window),
            method,
            alert_policies: self.list(0, 2, |draw| draw.link(Draw::policy)),
        }
    }

    fn document(&mut self) -> Document {
        let body = match self.below(7) {
            0 => Body::DataSource(DataSource {
                description: self.some(Draw::text),
                source_type: self.text(),
                connection: self.some(|draw| draw.free_map(2)),
            }),
            1 => Body::Service(Service {
                description: self.some(Draw::text),
            }),
            2 => Body::AlertCondition(self.condition()),
            3 => Body::AlertNotificationTarget(self.target()),
            4 => Body::Sli(self.sli()),
            5 => Body::AlertPolicy(self.policy()),
            _ => Body::Slo(Box::new(self.slo())),
        };
        Document {
            metadata: self.metadata(),
            body,
        }
    }
}

/// 3,000 files of one to three documents, seeds 0 to 2,999.
#[test]
fn export_then_import_is_the_identity() {
    for seed in 0..3_000 {
        let mut draw = Draw(Stream::named(seed, "documents"));
        let documents = draw.list(1, 3, Draw::document);
        let text = write(&documents);
        let read = read("a.yaml", &text).map_err(|problems| problems.to_string());
        assert_eq!(read, Ok(documents), "seed {seed}\n{text}");
    }
}

#[test]
fn durations_tell_minutes_from_months() {
    let read = |text: &str| Shorthand::read(text).map(|found| found.to_string());
    for text in ["5m", "12h", "4w", "1M", "1Q", "365d", "1Y"] {
        assert_eq!(read(text), Ok(text.to_owned()));
    }
    let days = |text: &str| {
        let span = Shorthand::read(text).unwrap().span();
        span.map(|span| span.as_secs() / 86_400)
    };
    assert_eq!(
        [days("2w"), days("48h"), days("1M")],
        [Some(14), Some(2), None]
    );
    for text in [
        "", "m", "5", "1.5h", "-1h", "1h30m", "5 m", "5s", "9999999m", "ä",
    ] {
        assert!(Shorthand::read(text).is_err(), "{text}");
    }
}

#[test]
fn only_days_that_are_in_the_calendar_are_moments() {
    let read = |text: &str| Moment::read(text).map(|found| found.to_string());
    for text in [
        "2020-02-29 12:30:00",
        "2000-02-29 00:00:00",
        "2021-12-31 23:59:59",
    ] {
        assert_eq!(read(text).as_deref(), Some(text));
    }
    for text in [
        "2021-02-29 12:30:00",
        "1900-02-29 00:00:00",
        "2021-04-31 00:00:00",
        "2021-13-01 00:00:00",
        "2021-00-01 00:00:00",
        "2021-01-01 24:00:00",
        "2021-01-01T00:00:00",
        "2021-01-01",
        "21-01-01 00:00:00",
        "2021-01-01 00:00:00Z",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

/// A label can be one text or several, and stays what it was.
#[test]
fn labels_of_one_and_of_several_texts_differ() {
    let text = "apiVersion: openslo/v1\nkind: Service\nmetadata:\n  name: shop\n  labels:\n    one: a\n    many: [a]\n    none: []\n";
    let found = read("a.yaml", text).unwrap();
    let expected = BTreeMap::from([
        ("one".to_owned(), LabelValue::One("a".to_owned())),
        ("many".to_owned(), LabelValue::Many(vec!["a".to_owned()])),
        ("none".to_owned(), LabelValue::Many(Vec::new())),
    ]);
    assert_eq!(found[0].metadata.labels, expected);
    assert_eq!(found[0].body, Body::Service(Service::default()));
}
