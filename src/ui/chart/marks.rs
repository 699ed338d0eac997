//! Annotations on the time axis: events gathered where they would overlap.

use crate::session::{EventKind, TimelineEvent};

/// One mark: one event, or several too close to tell apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Horizontal place in CSS pixels.
    pub x: f64,
    /// The most telling kind among its events.
    pub kind: EventKind,
    /// Places of its events in the list that was given, oldest first.
    pub events: Vec<usize>,
}

/// Least distance between two marks.
const APART: f64 = 14.0;

/// Marks for the events within `from..=to`; `x` places an instant.
pub fn gather(
    events: &[TimelineEvent],
    (from, to): (f64, f64),
    x: impl Fn(f64) -> f64,
) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let at = event.at.as_secs_f64();
        if !event.annotate || !(from..=to).contains(&at) {
            continue;
        }
        match marks.last_mut() {
            Some(last) if x(at) - last.x < APART => {
                last.events.push(place);
                if weight(event.kind) > weight(last.kind) {
                    last.kind = event.kind;
                }
            }
            _ => marks.push(Mark {
                x: x(at),
                kind: event.kind,
                events: vec![place],
            }),
        }
    }
    marks
}

/// What a mark shows where it stands for several kinds.
const fn weight(kind: EventKind) -> u8 {
    match kind {
        EventKind::Fault => 5,
        EventKind::Budget => 4,
        EventKind::Deploy => 3,
        EventKind::Action => 2,
        EventKind::Pod => 1,
        EventKind::Lesson | EventKind::Incident => 0,
    }
}

/// A kind as a word.
pub const fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Deploy => "Deploy",
        EventKind::Fault => "Fault",
        EventKind::Pod => "Pod",
        EventKind::Action => "Action",
        EventKind::Budget => "Alert",
        EventKind::Lesson => "Lesson",
        EventKind::Incident => "Incident",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;

    fn event(at: u64, kind: EventKind, annotate: bool) -> TimelineEvent {
        TimelineEvent {
            at: SimTime::from_secs(at),
            seq: 0,
            kind,
            service: None,
            text: String::new(),
            annotate,
        }
    }

    #[test]
    fn close_events_share_a_mark_that_shows_the_gravest() {
        let events = [
            event(10, EventKind::Pod, true),
            event(12, EventKind::Fault, true),
            event(50, EventKind::Deploy, true),
            event(60, EventKind::Deploy, false),
            event(500, EventKind::Deploy, true),
        ];
        let marks = gather(&events, (0.0, 100.0), |t| t);
        assert_eq!(
            marks,
            [
                Mark {
                    x: 10.0,
                    kind: EventKind::Fault,
                    events: vec![0, 1]
                },
                Mark {
                    x: 50.0,
                    kind: EventKind::Deploy,
                    events: vec![2]
                },
            ]
        );
    }
}
