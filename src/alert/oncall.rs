//! Who is paged, who answers, and who is asked when nobody does.

use std::collections::BTreeMap;

use super::Labels;
use super::notify::Notification;
use crate::base::Span;

/// Pages kept; older ones go.
const MOST_PAGES: usize = 200;

/// A rotation and how long each of its people has to answer.
#[derive(Clone, Debug, PartialEq)]
pub struct OnCall {
    /// Who takes turns, in order.
    pub people: Vec<String>,
    /// How long a turn is.
    pub shift: Span,
    /// After how long without an answer the next person is paged.
    pub escalate: Span,
    /// Receivers whose notifications page.
    pub pagers: Vec<String>,
}

/// A call to somebody. Times are milliseconds since the run's start.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its number.
    pub id: u32,
    /// When it was opened.
    pub at: i64,
    /// What it is about.
    pub title: String,
    /// Who was paged and when, the latest last.
    pub paged: Vec<(i64, String)>,
    /// When somebody said that they work on it.
    pub acknowledged: Option<i64>,
    /// When it was over.
    pub resolved: Option<i64>,
    /// Until when it keeps still.
    pub snoozed: Option<i64>,
    /// Whether there was something to do, once somebody has said so.
    pub actionable: Option<bool>,
    /// When the next person is paged.
    due: Option<i64>,
    key: (String, Labels),
}

impl Page {
    /// Who has it now.
    pub fn person(&self) -> &str {
        self.paged.last().map_or("", |(_, person)| person)
    }

    /// Whether it rings: nobody answered yet.
    pub fn rings(&self) -> bool {
        self.acknowledged.is_none() && self.resolved.is_none() && self.snoozed.is_none()
    }
}

/// What one person had to bear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Times paged.
    pub pages: u32,
    /// Of these, between 22:00 and 06:00.
    pub nights: u32,
}

/// The desk at which pages arrive.
#[derive(Clone, Debug)]
pub struct Desk {
    rules: OnCall,
    pages: Vec<Page>,
    next: u32,
    load: BTreeMap<String, Load>,
}

impl Desk {
    /// Nobody has been paged.
    pub fn new(rules: OnCall) -> Desk {
        let load = rules
            .people
            .iter()
            .map(|name| (name.clone(), Load::default()));
        Desk {
            load: load.collect(),
            rules,
            pages: Vec::new(),
            next: 1,
        }
    }

    /// Every page that is kept, oldest first.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// What each person had to bear.
    pub fn load(&self) -> &BTreeMap<String, Load> {
        &self.load
    }

    /// Whose turn it is, so many people after the first.
    pub fn person(&self, now: i64, after: usize) -> &str {
        let people = &self.rules.people;
        let turn = now / self.rules.shift.as_millis().max(1);
        let place = (turn.max(0) as usize + after) % people.len().max(1);
        people.get(place).map_or("", String::as_str)
    }

    /// A notification arrives: the number of the page that it opens, or that is
    /// over by it; none where it pages nobody, or is known.
    pub fn take(&mut self, told: &Notification, title: &str) -> Option<u32> {
        if !self.rules.pagers.contains(&told.receiver) {
            return None;
        }
        let key = (told.receiver.clone(), told.group.clone());
        let open = |page: &&mut Page| page.resolved.is_none() && page.key == key;
        if let Some(page) = self.pages.iter_mut().find(open) {
            if told.firing.is_empty() {
                page.resolved = Some(told.at);
                page.due = None;
                return Some(page.id);
            }
            return None;
        }
        if told.firing.is_empty() {
            return None;
        }
        let id = self.next;
        self.next += 1;
        if self.pages.len() == MOST_PAGES {
            self.pages.remove(0);
        }
        self.pages.push(Page {
            id,
            at: told.at,
            title: title.to_owned(),
            paged: Vec::new(),
            acknowledged: None,
            resolved: None,
            snoozed: None,
            actionable: None,
            due: None,
            key,
        });
        self.call(self.pages.len() - 1, told.at);
        Some(id)
    }

    /// Pages the next person.
    fn call(&mut self, place: usize, at: i64) {
        let person = self.person(at, self.pages[place].paged.len()).to_owned();
        let page = &mut self.pages[place];
        page.paged.push((at, person.clone()));
        page.snoozed = None;
        page.due = Some(at + self.rules.escalate.as_millis().max(1_000));
        let hour = at.rem_euclid(86_400_000) / 3_600_000;
        let load = self.load.entry(person).or_default();
        load.pages += 1;
        load.nights += u32::from(!(6..22).contains(&hour));
    }

    /// Asks the next person wherever nobody answered; the numbers of the pages.
    /// After everybody was asked once, nobody is asked again.
    pub fn run(&mut self, now: i64) -> Vec<u32> {
        let mut called = Vec::new();
        for place in 0..self.pages.len() {
            while let Some(due) = self.pages[place].due.filter(|due| *due <= now) {
                let page = &mut self.pages[place];
                page.due = None;
                let woken = page.snoozed.take().is_some();
                if woken || page.paged.len() < self.rules.people.len() {
                    self.call(place, due);
                    called.push(self.pages[place].id);
                }
            }
        }
        called
    }

    /// Changes an open page; false if there is none of this number.
    fn change(&mut self, id: u32, change: impl FnOnce(&mut Page)) -> bool {
        let found = self
            .pages
            .iter_mut()
            .find(|p| p.id == id && p.resolved.is_none());
        found.map(change).is_some()
    }

    /// Somebody works on it.
    pub fn acknowledge(&mut self, id: u32, now: i64) -> bool {
        self.change(id, |page| {
            page.acknowledged = Some(now);
            page.snoozed = None;
            page.due = None;
        })
    }

    /// It is over.
    pub fn resolve(&mut self, id: u32, now: i64) -> bool {
        self.change(id, |page| {
            page.resolved = Some(now);
            page.due = None;
        })
    }

    /// It keeps still for a while, and then pages again.
    pub fn snooze(&mut self, id: u32, until: i64) -> bool {
        self.change(id, |page| {
            page.acknowledged = None;
            page.snoozed = Some(until);
            page.due = Some(until);
        })
    }

    /// Whether there was something to do; open or not.
    pub fn mark(&mut self, id: u32, actionable: bool) -> bool {
        let found = self.pages.iter_mut().find(|page| page.id == id);
        found
            .map(|page| page.actionable = Some(actionable))
            .is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::notify::Incoming;

    const MINUTE: i64 = 60_000;

    fn desk() -> Desk {
        Desk::new(OnCall {
            people: ["ana", "ben", "eve"].map(str::to_owned).to_vec(),
            shift: Span::from_days(7),
            escalate: Span::from_mins(5),
            pagers: vec!["pager".to_owned()],
        })
    }

    fn told(receiver: &str, at: i64, fires: bool) -> Notification {
        let alert = Incoming {
            labels: Labels::new(),
            annotations: Labels::new(),
            since: at,
            firing: fires,
        };
        Notification {
            at,
            receiver: receiver.to_owned(),
            group: Labels::new(),
            firing: if fires {
                vec![alert.clone()]
            } else {
                Vec::new()
            },
            resolved: if fires { Vec::new() } else { vec![alert] },
            repeated: false,
        }
    }

    #[test]
    fn whoever_does_not_answer_is_followed_by_the_next() {
        let mut desk = desk();
        assert_eq!(desk.take(&told("team", 0, true), "x"), None);
        assert_eq!(desk.take(&told("pager", 0, true), "x"), Some(1));
        assert_eq!(
            desk.take(&told("pager", MINUTE, true), "x"),
            None,
            "it is known"
        );
        assert_eq!(desk.run(4 * MINUTE), Vec::<u32>::new());
        assert_eq!(desk.run(12 * MINUTE), [1, 1]);
        let names: Vec<&str> = desk.pages()[0]
            .paged
            .iter()
            .map(|(_, name)| name.as_str())
            .collect();
        assert_eq!(names, ["ana", "ben", "eve"]);
        assert_eq!(
            desk.run(600 * MINUTE),
            Vec::<u32>::new(),
            "everybody was asked"
        );
        assert_eq!(
            desk.load()["ben"],
            Load {
                pages: 1,
                nights: 1
            }
        );
    }

    #[test]
    fn an_answer_a_snooze_and_an_end_stop_the_ringing() {
        let mut desk = desk();
        let noon = 12 * 60 * MINUTE + 8 * 86_400_000;
        desk.take(&told("pager", noon, true), "x");
        assert_eq!(desk.pages()[0].person(), "ben", "the second week");
        assert!(desk.acknowledge(1, noon + MINUTE) && !desk.pages()[0].rings());
        assert_eq!(desk.run(noon + 60 * MINUTE), Vec::<u32>::new());
        assert!(desk.snooze(1, noon + 90 * MINUTE));
        assert_eq!(desk.run(noon + 91 * MINUTE), [1], "it pages again");
        assert!(desk.pages()[0].rings());
        assert_eq!(
            desk.take(&told("pager", noon + 92 * MINUTE, false), "x"),
            Some(1)
        );
        assert!(
            !desk.acknowledge(1, noon) && desk.mark(1, false),
            "it is over, and was for nothing"
        );
        assert_eq!(desk.load()["ben"].nights, 0);
        assert_eq!(
            desk.take(&told("pager", noon + 93 * MINUTE, true), "x"),
            Some(2)
        );
    }
}
