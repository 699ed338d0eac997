//! What happened, from the simulator's own truth, beside what would have
//! happened otherwise.

use crate::base::SimTime;
use crate::base::order::sort_by;
use crate::engine::Progress as Run;
use crate::session::{Author, Command, Panel, Series, Session, Unit, Way};
use crate::world::{Admission, Cause, RegionAct};

use super::Play;
use super::figure::Filler;
use super::goal::Action;
use super::play::Progress;
use super::shown::shown;
use super::view::{Debrief, SpentBy, Star};

/// Points of a line in the comparison.
pub(super) const POINTS: u64 = 120;

impl Play {
    /// The debrief of a lesson whose last step is done.
    pub(super) fn debrief(&self) -> Debrief {
        let names = self.names();
        let facts = self.facts();
        let session = &self.now.session;
        let spec = &self.lesson.debrief;
        let began = facts.lesson.now();
        let stars = spec
            .stars
            .iter()
            .map(|star| {
                let earned = star.goal.met(&facts);
                let reason = if earned { &star.earned } else { &star.missed };
                Star {
                    earned,
                    reason: reason.clone(),
                }
            })
            .collect();
        let actions = session
            .journal()
            .iter()
            .skip(facts.lesson.journal().len())
            .filter(|entry| Action::Any.matches(&entry.command))
            .map(|entry| (entry.at, tell(&entry.command)))
            .collect();
        Debrief {
            spent: self.spent(facts.lesson),
            comparison: self.comparison(),
            shown: shown(session, began),
            actions,
            stars,
            took: session.now().since(began),
            body: Filler {
                facts,
                names: &names,
            }
            .fill(&spec.text),
        }
    }

    /// Who spent the budget: before the learner came, and by cause since.
    fn spent(&self, lesson: &Session) -> Vec<SpentBy> {
        let session = &self.now.session;
        let scale = u64::from(session.world().spec().scale);
        let slo = &self.lesson.debrief.slo;
        let Some(place) = session
            .slos()
            .iter()
            .position(|s| s.objective().name == *slo)
        else {
            return Vec::new();
        };
        let allowed = session.slos()[place].budget(session.now()).allowed;
        let share = |count: u64| {
            if allowed > 0.0 {
                count as f64 / allowed
            } else {
                0.0
            }
        };
        let count = |session: &Session| {
            let causes = session.truth().bad.get(place);
            causes.map_or(0, |causes| causes.values().sum::<u64>())
        };
        let before = count(lesson);
        let truth = session.truth().since(lesson.truth());
        let ways = truth.ways();
        let world = session.world();
        let way = |cause: Option<Cause>| {
            let same = |way: &&Way| world.first_cause(way.path) == cause;
            let main = ways.iter().find(same).map(|way| way.path);
            main.filter(|path| !world.hops(*path).is_empty())
                .map_or(String::new(), |path| world.tell_path(path))
        };
        let mut spent: Vec<SpentBy> = truth
            .bad
            .get(place)
            .into_iter()
            .flatten()
            .map(|(cause, count)| SpentBy {
                cause: cause
                    .map_or_else(|| "by its own nature".to_owned(), |cause| world.tell(cause)),
                way: way(*cause),
                share: share(*count),
                requests: count * scale,
            })
            .collect();
        sort_by(&mut spent, |a, b| b.share.total_cmp(&a.share));
        let first = SpentBy {
            cause: "before you came".to_owned(),
            way: String::new(),
            share: share(before),
            requests: before * scale,
        };
        [first].into_iter().chain(spent).collect()
    }

    /// The budget over the lesson: as it was played, with nobody doing
    /// anything, and by the reference solution.
    fn comparison(&self) -> Panel {
        let now = &self.now.session;
        let slo = &self.lesson.debrief.slo;
        let title = now
            .slo(slo)
            .map_or("", |slo| slo.objective().title.as_str());
        let began = self
            .marks
            .first()
            .map_or(SimTime::ZERO, |mark| mark.session.now());
        let mut series = vec![line("you", now, slo, began)];
        if let Some(first) = self.marks.first() {
            let idle = idle(first, &self.now.scripted, now.now());
            series.push(line("doing nothing", &idle, slo, began));
            let mut reference = Play {
                lesson: self.lesson.clone(),
                marks: vec![first.clone()],
                now: first.clone(),
            };
            if reference.perform_without_debrief() {
                series.push(line("reference", reference.session(), slo, began));
            }
        }
        Panel {
            id: "comparison".to_owned(),
            title: format!("{title}: error budget left"),
            about: "The same story three times: as you played it, with nobody doing anything, \
                    and by the reference solution."
                .to_owned(),
            unit: Unit::Share,
            series,
            threshold: Some((0.0, "gone".to_owned())),
        }
    }

    /// Plays the reference solution up to its last step; false if it is refused.
    fn perform_without_debrief(&mut self) -> bool {
        self.restart_step();
        let solution = self.lesson.solution.clone();
        let end = solution
            .iter()
            .rposition(|scripted| scripted.command == Some(Command::Continue))
            .unwrap_or(solution.len());
        self.perform(solution.get(..end).unwrap_or_default())
            .is_ok()
    }
}

/// The story from the lesson's start with its scripts at their instants and no learner.
fn idle(first: &Progress, scripted: &[(SimTime, Command, bool)], until: SimTime) -> Session {
    let mut session = first.session.clone();
    for (at, command, hidden) in scripted {
        if *at >= session.now() && session.advance(*at, u64::MAX) == Run::Reached {
            // What the learner's actions made possible may be refused here.
            let _ = session.apply(Author::Lesson { hidden: *hidden }, command.clone());
        }
    }
    session.advance(until, u64::MAX);
    session
}

fn line(name: &str, session: &Session, slo: &str, from: SimTime) -> Series {
    let instants = session.telemetry().instants(from, POINTS);
    let points = instants
        .iter()
        .map(|at| {
            let left = session.slo(slo).and_then(|slo| slo.budget(*at).left);
            (at.as_secs_f64(), left)
        })
        .collect();
    Series {
        name: name.to_owned(),
        points,
    }
}

/// A command in words.
fn tell(command: &Command) -> String {
    match command {
        Command::Inject { fault } => format!("started a fault{}", fault.target),
        Command::EndFault { id } => format!("ended fault {id}"),
        Command::Deploy {
            service, version, ..
        } => format!("deployed {service} {version}"),
        Command::RollBack { service } => format!("rolled {service} back"),
        Command::Rollout { service, .. } => format!("steered the roll-out of {service}"),
        Command::Autoscaler { service, .. } => format!("set the autoscaler of {service}"),
        Command::Node { node, .. } => format!("acted on node {node}"),
        Command::Zone { zone, lost: true } => format!("lost zone {zone}"),
        Command::Zone { zone, .. } => format!("brought zone {zone} back"),
        Command::Region { region, act } => match act {
            RegionAct::Withdraw => format!("withdrew region {region}"),
            RegionAct::Restore => format!("restored region {region}"),
        },
        Command::Restart { service } => format!("restarted {service}"),
        Command::Scale { service, replicas } => format!("scaled {service} to {replicas} pods"),
        Command::SetCall { service, to, set } => format!("set {service} calls {to}: {set}"),
        Command::SetGuard { service, set } => format!("set {service}: {set}"),
        Command::SetLoad { factor } => format!("set traffic to {factor} times the usual"),
        Command::Surge { .. } => "let more traffic come".to_owned(),
        Command::EndSurge { id } => format!("ended surge {id}"),
        Command::Admit { who, rule } => match rule {
            Admission::Allow => format!("let {who} in"),
            Admission::Block => format!("blocked {who}"),
            Admission::Limit { .. } => format!("limited {who}"),
        },
        Command::Shed { over: Some(over) } => format!("let gateways shed from a load of {over}"),
        Command::Shed { over: None } => "stopped shedding".to_owned(),
        Command::Alert { act } => act.tell(),
        Command::Objective { change } => format!("set objective {}", change.name),
        Command::AlertRule { act } => act.tell(),
        Command::Incident { .. } => "worked on an incident".to_owned(),
        Command::Answer { question, .. } => format!("answered {question}"),
        Command::Hint => "opened a hint".to_owned(),
        Command::Continue => "went on".to_owned(),
    }
}
