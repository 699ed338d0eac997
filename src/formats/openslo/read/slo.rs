//! Service level objectives.

use super::{LONGEST, MOST, Reading};
use crate::base::{At, Span};
use crate::formats::openslo::link::{LinkAt, ObjectiveAt};
use crate::formats::openslo::shorthand::{self, Shorthand, Unit};
use crate::formats::openslo::{
    Calendar, Indicated, Kind, Link, Method, Metric, Moment, Objective, Op, Sli, Slo, Target,
    TimeWindow,
};

/// Bounds of a value that a metric is compared with: far beyond use.
const VALUES: std::ops::RangeInclusive<f64> = -1e18..=1e18;

impl<'n> Reading<'n> {
    pub(super) fn slo(&mut self, at: &At<'n>) -> Option<Slo> {
        const METHODS: [(&str, Method); 3] = [
            ("Occurrences", Method::Occurrences),
            ("Timeslices", Method::Timeslices),
            ("RatioTimeslices", Method::RatioTimeslices),
        ];
        let mut fields = self.report.fields(at)?;
        let description = fields.get("description");
        let service = fields.need(&mut self.report, "service");
        let inline = fields.get("indicator");
        let reference = fields.get("indicatorRef");
        let window = fields.get("timeWindow");
        let method = fields.need(&mut self.report, "budgetingMethod");
        let objectives = fields.need(&mut self.report, "objectives");
        let policies = fields.get("alertPolicies");
        fields.done(&mut self.report);
        let description = self.description(description);
        let service = service.and_then(|at| self.report.text(&at, 255));
        let method = method.and_then(|at| self.report.choice(&at, &METHODS));
        let window = match window {
            Some(at) => self.window(&at).map(Some),
            None => {
                let remedy = "add `timeWindow` with `duration: 28d` and `isRolling: true`";
                self.limits
                    .error(at, "there is no time window to keep a budget over", remedy);
                Some(None)
            }
        };
        let mut places = Vec::new();
        let length = window.as_ref().and_then(|w| w.as_ref()?.duration.span());
        let promised = objectives.as_ref().and_then(|at| {
            let items = self.report.items(at, MOST);
            if items.is_empty() && at.is_list() {
                let remedy = "add `- target: 0.99`";
                self.report.error(at, "nothing is promised", remedy);
            }
            let objective = |at: &At<'n>| {
                let found = self.objective(at, method, length)?;
                places.push(ObjectiveAt::new(at, &found));
                Some(found)
            };
            let all: Vec<Option<Objective>> = items.iter().map(objective).collect();
            all.into_iter().collect::<Option<Vec<Objective>>>()
        });
        let is_composite = promised
            .iter()
            .flatten()
            .any(|objective| objective.part.is_some());
        let indicator = match (inline, reference) {
            (Some(at), None) => self.indicator(&at, &places).map(Some),
            (None, Some(at)) => {
                let name = self.object_name(&at);
                let link = name.as_ref().map(|name| LinkAt::new(&at, Kind::Sli, name));
                self.links
                    .extend(link.map(|link| link.with_objectives(places)));
                name.map(|name| Some(Link::Ref(name)))
            }
            (Some(_), Some(at)) => {
                let problem = "both `indicator` and `indicatorRef` are given";
                self.report.error(&at, problem, "keep one of them");
                None
            }
            (None, None) if is_composite => Some(None),
            (None, None) => {
                let remedy = "add `indicator` with `metadata` and `spec`, or `indicatorRef`";
                self.report
                    .error(at, "nothing says what is measured", remedy);
                None
            }
        };
        if is_composite && let Some(at) = &objectives {
            if matches!(indicator, Some(Some(_))) {
                let problem = "indicators are given for the SLO and for its objectives";
                self.report.error(at, problem, "keep the one or the others");
            }
            let problem = "a composite SLO: OpenSLO gives its objectives weights, and leaves open how they make up one budget";
            let remedy = "write an SLO for each of its indicators";
            self.limits.error(at, problem, remedy);
        }
        let policies = policies.map_or(Some(Vec::new()), |at| {
            let items = self.report.items(&at, MOST);
            let policy =
                |at: &At<'n>| self.link(at, "alertPolicyRef", Kind::AlertPolicy, Self::policy);
            let all: Vec<_> = items.iter().map(policy).collect();
            all.into_iter().collect()
        });
        Some(Slo {
            description,
            service: service?,
            indicator: indicator?,
            window: window?,
            method: method?,
            objectives: promised?,
            alert_policies: policies?,
        })
    }

    /// An indicator inside an SLO: metadata and spec, without a kind.
    fn indicator(&mut self, at: &At<'n>, places: &[ObjectiveAt<'n>]) -> Option<Link<Sli>> {
        let mut fields = self.report.fields(at)?;
        fields.get("apiVersion");
        let kind = fields.get("kind");
        kind.and_then(|at| self.report.choice(&at, &[(Kind::Sli.name(), ())]));
        let sli = self.named(fields, Self::sli)?;
        let is_threshold = matches!(sli.spec.metric, Metric::Threshold(_));
        self.compare(is_threshold, places);
        Some(Link::Inline(sli))
    }

    fn objective(
        &mut self,
        at: &At<'n>,
        method: Option<Method>,
        window: Option<Span>,
    ) -> Option<Objective> {
        let mut fields = self.report.fields(at)?;
        let [
            display_name,
            op,
            value,
            target,
            percent,
            slice_target,
            slice_window,
        ] = [
            "displayName",
            "op",
            "value",
            "target",
            "targetPercent",
            "timeSliceTarget",
            "timeSliceWindow",
        ]
        .map(|name| fields.get(name));
        let [inline, reference, weight] =
            ["indicator", "indicatorRef", "compositeWeight"].map(|name| fields.get(name));
        fields.done(&mut self.report);
        let display_name = display_name.and_then(|at| self.report.text(&at, LONGEST));
        let op = op.and_then(|at| self.report.choice(&at, &Op::ALL));
        let value = value.and_then(|at| self.report.number(&at, VALUES));
        let target = match (target, percent) {
            (Some(at), None) => self.below(&at, 1.0).map(Target::Share),
            (None, Some(at)) => self.below(&at, 100.0).map(Target::Percent),
            (Some(_), Some(at)) => {
                let problem = "both `target` and `targetPercent` are given";
                self.report.error(&at, problem, "keep one of them");
                None
            }
            (None, None) => {
                let remedy = "add `target: 0.99` or `targetPercent: 99`";
                self.report.error(at, "no target is given", remedy);
                None
            }
        };
        let slices = matches!(method, Some(Method::Timeslices | Method::RatioTimeslices));
        let needs_target = method == Some(Method::Timeslices);
        for (is_missing, field, example) in [
            (
                needs_target && slice_target.is_none(),
                "timeSliceTarget",
                "0.95",
            ),
            (slices && slice_window.is_none(), "timeSliceWindow", "1m"),
        ] {
            if is_missing {
                let problem = format!("`{field}` is missing, which budgeting by slices needs");
                self.report
                    .error(at, problem, format!("add `{field}: {example}`"));
            }
        }
        let has_use = [(&slice_target, needs_target), (&slice_window, slices)];
        for (at, is_used) in has_use {
            if let (Some(at), false, Some(_)) = (at, is_used, method) {
                let problem = "this field has no effect with this `budgetingMethod`";
                self.report.warning(at, problem, "leave it out");
            }
        }
        let slice_target = slice_target.and_then(|at| {
            let share = self.report.number(&at, 0.0..=1.0)?;
            if share == 0.0 {
                let problem = "every slice would be good";
                self.report
                    .error(&at, problem, "give a share above 0, such as 0.95");
                return None;
            }
            Some(share)
        });
        let slice_window = slice_window.and_then(|at| self.slice(&at, window));
        let part = self.part(at, inline, reference, weight)?;
        Some(Objective {
            display_name,
            op,
            value,
            target: target?,
            slice_target,
            slice_window,
            part,
        })
    }

    /// A number from 0 to below `most`.
    fn below(&mut self, at: &At<'n>, most: f64) -> Option<f64> {
        let number = self.report.number(at, 0.0..=most)?;
        if number < most {
            return Some(number);
        }
        let remedy = if most < 2.0 {
            "give a share below 1, such as 0.999; 99.9 goes into `targetPercent`"
        } else {
            "give percent below 100, such as 99.9"
        };
        self.report
            .error(at, "this target leaves no error budget", remedy);
        None
    }

    /// A slice of time: a duration, or a number of minutes.
    fn slice(&mut self, at: &At<'n>, window: Option<Span>) -> Option<Shorthand> {
        let minutes = Shorthand::minutes(at.scalar().unwrap_or_default());
        let slice = match minutes.filter(|minutes| minutes.count > 0) {
            Some(minutes) => minutes,
            None => self.shorthand(at, 1)?,
        };
        self.can_look_back(at, slice);
        if let (Some(slice), Some(window)) = (slice.span(), window)
            && slice > window
        {
            let problem = "a slice is longer than the time window";
            self.report.error(at, problem, shorthand::FORM);
        }
        Some(slice)
    }

    /// An objective's own indicator; the outer option says whether it is sound.
    fn part(
        &mut self,
        objective: &At<'n>,
        inline: Option<At<'n>>,
        reference: Option<At<'n>>,
        weight: Option<At<'n>>,
    ) -> Option<Option<Indicated>> {
        let indicator = match (inline, reference) {
            (Some(at), None) => self.indicator(&at, &[])?,
            (None, Some(at)) => Link::Ref(self.reference(&at, Kind::Sli)?),
            (Some(_), Some(at)) => {
                let problem = "both `indicator` and `indicatorRef` are given";
                self.report.error(&at, problem, "keep one of them");
                return None;
            }
            (None, None) => {
                if weight.is_some() {
                    let problem = "a weight without an indicator of its own";
                    let remedy = "add `indicatorRef`, or leave `compositeWeight` out";
                    self.report.error(objective, problem, remedy);
                    return None;
                }
                return Some(None);
            }
        };
        let weight = weight.and_then(|at| self.report.number(&at, 0.0..=1e9));
        Some(Some(Indicated { indicator, weight }))
    }

    fn window(&mut self, at: &At<'n>) -> Option<TimeWindow> {
        let items = self.report.items(at, MOST);
        let [at] = items.as_slice() else {
            if at.is_list() {
                let problem = format!("{} time windows where one is allowed", items.len());
                self.report.error(at, problem, "give one");
            }
            return None;
        };
        let mut fields = self.report.fields(at)?;
        let duration_at = fields.need(&mut self.report, "duration");
        let is_rolling = fields.get("isRolling");
        let calendar = fields.get("calendar");
        fields.done(&mut self.report);
        let duration = duration_at.as_ref().and_then(|at| self.shorthand(at, 1));
        let is_rolling = is_rolling.and_then(|at| self.report.boolean(&at));
        let calendar = match (is_rolling, calendar) {
            (Some(true), None) => {
                if let (Some(duration), Some(at)) = (duration, &duration_at) {
                    self.can_look_back(at, duration);
                }
                None
            }
            (Some(true), Some(at)) => {
                let problem = "a window that rolls has no calendar";
                let remedy = "leave `calendar` out, or set `isRolling: false`";
                self.report.error(&at, problem, remedy);
                return None;
            }
            (_, None) => {
                let problem = "nothing says where the window begins";
                let remedy = "set `isRolling: true`, or add `calendar`";
                self.report.error(at, problem, remedy);
                return None;
            }
            (_, Some(at)) => {
                if let (Some(duration), Some(at)) = (duration, &duration_at) {
                    self.can_begin_anew(at, duration);
                }
                Some(self.calendar(&at)?)
            }
        };
        Some(TimeWindow {
            duration: duration?,
            calendar,
        })
    }

    /// That a window of the calendar is made of whole days or more.
    fn can_begin_anew(&mut self, at: &At<'n>, duration: Shorthand) {
        if matches!(duration.unit, Unit::Minute | Unit::Hour) {
            let problem = format!("a window of the calendar of {duration}");
            let remedy = match duration.unit {
                Unit::Minute => "give days, weeks or months: m is minutes, M is months",
                _ => "give days, weeks or months, such as 1d",
            };
            self.limits.error(at, problem, remedy);
        }
    }

    fn calendar(&mut self, at: &At<'n>) -> Option<Calendar> {
        let mut fields = self.report.fields(at)?;
        let start = fields.need(&mut self.report, "startTime");
        let zone = fields.need(&mut self.report, "timeZone");
        fields.done(&mut self.report);
        let start = start.and_then(|at| {
            let found = Moment::read(at.scalar().unwrap_or_default());
            if found.is_none() {
                let problem = "this is not a moment";
                let remedy = "write date and time such as 2020-01-21 12:30:00, without a zone";
                self.report.error(&at, problem, remedy);
            }
            found
        });
        let zone = zone.and_then(|at| self.zone(&at));
        Some(Calendar {
            start: start?,
            zone: zone?,
        })
    }

    /// A name of the IANA time zone database.
    fn zone(&mut self, at: &At<'n>) -> Option<String> {
        /// Zones that are Universal Time.
        const UNIVERSAL: [&str; 5] = ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Etc/Universal"];
        let name = self.report.text(at, 64)?;
        let letter = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(letter) {
            let problem = "this is no name of a time zone";
            self.report
                .error(at, problem, "write one such as UTC or Europe/Berlin");
            return None;
        }
        if !UNIVERSAL.contains(&name.as_str()) {
            let problem = "the lab's calendar runs on UTC alone";
            self.limits.error(
                at,
                problem,
                "write `timeZone: UTC`, with `startTime` in UTC",
            );
        }
        Some(name)
    }
}

impl Moment {
    /// Reads `2020-01-21 12:30:00`.
    pub fn read(text: &str) -> Option<Moment> {
        let (date, time) = text.split_once(' ')?;
        let [year, month, day] = parts(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = parts(time, ':', [2, 2, 2])?;
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let is_sound = (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
        is_sound.then_some(Moment {
            year,
            month: month as u8,
            day: day as u8,
            hour: hour as u8,
            minute: minute as u8,
            second: second as u8,
        })
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Moment {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        f.write_fmt(format_args!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
        ))
    }
}

/// Three numbers of so many digits each.
fn parts(text: &str, between: char, digits: [usize; 3]) -> Option<[u16; 3]> {
    let mut words = text.split(between);
    let mut next = |digits: usize| {
        let word = words.next()?;
        let is_number = word.len() == digits && word.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| word.parse().ok()).flatten()
    };
    let found = [next(digits[0])?, next(digits[1])?, next(digits[2])?];
    words.next().is_none().then_some(found)
}
