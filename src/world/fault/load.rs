//! The kinds of fault that concern who comes: their lines of the catalogue, and
//! how they begin and end. They act on the clients that enter at the service,
//! class by class, and are surges with a fault's schedule.

use super::catalogue::{Entry, Group, Parameter, Unit, must};
use super::{FaultKind, Target};
use crate::base::{Ratio, Span};
use crate::engine::Agenda;
use crate::world::fault::Pods;
use crate::world::live::Live;
use crate::world::plan::Plan;
use crate::world::probe::Probe;
use crate::world::spec::{Class, ClassKind};
use crate::world::state::Event;
use crate::world::surge::SurgeKind;

const fn clients(
    kind: FaultKind,
    (name, title): (&'static str, &'static str),
    parameters: &'static [Parameter],
    does: &'static str,
) -> Entry {
    Entry {
        kind,
        name,
        title,
        does,
        group: Group::Load,
        parameters,
        lasting: true,
        by_request: false,
        only: None,
    }
}

const fn times(usual: f64) -> Parameter {
    must(
        "times",
        "Times the usual",
        Unit::Factor,
        (1.01, 100.0),
        usual,
    )
}

/// Their lines, in the order of [`FaultKind`].
pub(super) const KINDS: [Entry; 4] = [
    clients(
        FaultKind::Spike,
        ("spike", "Traffic spike"),
        &[times(3.0)],
        "So many times the usual users come until the fault ends, as after a mention on television.",
    ),
    clients(
        FaultKind::FlashSale,
        ("flash-sale", "Flash sale"),
        &[
            times(10.0),
            must(
                "half-life",
                "Halves every",
                Unit::Time,
                (1.0, 86_400.0),
                300.0,
            ),
        ],
        "So many times the usual users come at once, and the excess halves again and again.",
    ),
    clients(
        FaultKind::HotTenant,
        ("hot-tenant", "Hot tenant"),
        &[times(10.0)],
        "One tenant, or where none is named one class of users, sends so many times its usual traffic; chance says which.",
    ),
    clients(
        FaultKind::BotCrawl,
        ("bot-crawl", "Flood of bots"),
        &[must(
            "rate",
            "Requests a second",
            Unit::Count,
            (1.0, 100_000.0),
            500.0,
        )],
        "Bots send so many requests a second on top, as a crawl or an attack does: they bring nothing in, and gateways can limit or block them.",
    ),
];

/// Classes of a kind that ask something of a service.
fn entering(plan: &Plan, kind: FaultKind, service: usize) -> impl Iterator<Item = (u32, &Class)> {
    let wanted = match kind {
        FaultKind::BotCrawl => ClassKind::Bots,
        _ => ClassKind::Users,
    };
    (0..)
        .zip(&plan.spec.traffic.classes)
        .filter(move |(_, class)| {
            class.kind == wanted && class.mix.iter().any(|entry| entry.to.service == service)
        })
}

/// Why such a fault cannot be, if so.
pub(super) fn impossible(
    plan: &Plan,
    kind: FaultKind,
    target: &Target,
    service: usize,
) -> Option<&'static str> {
    if kind.entry().group != Group::Load {
        None
    } else if target.route.is_some()
        || target.version.is_some()
        || target.pods != Pods::All
        || target.share != Ratio::ONE
    {
        Some("it acts on clients: name no route, version, pods or share")
    } else if entering(plan, kind, service).next().is_none() {
        Some("no such clients come in at this service: name the one where they do")
    } else {
        None
    }
}

impl<P: Probe> Live<'_, P> {
    /// A fault that concerns who comes begins.
    pub(super) fn begin_load_fault(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        let fault = &self.state.faults[id as usize];
        let (kind, value) = (fault.spec.kind, fault.value(0));
        let (second, ramp) = (fault.value(1), fault.spec.schedule.ramp);
        let classes: Vec<(u32, &Class)> =
            entering(self.plan, kind, fault.service as usize).collect();
        let set = |chosen: &dyn Fn(&Class) -> bool| {
            let chosen = classes.iter().filter(|(_, class)| chosen(class));
            chosen.fold(0, |set, (place, _)| set | 1_u32 << place)
        };
        let all = set(&|_| true);
        let (classes, what) = match kind {
            FaultKind::Spike => (all, SurgeKind::Spike { times: value }),
            FaultKind::FlashSale => {
                let half_life = Span::from_secs_f64(second);
                let times = value;
                (all, SurgeKind::FlashSale { times, half_life })
            }
            FaultKind::HotTenant => {
                let mut tenants: Vec<&String> = classes
                    .iter()
                    .filter_map(|(_, class)| class.tenant.as_ref())
                    .collect();
                tenants.sort();
                tenants.dedup();
                let count = if tenants.is_empty() {
                    classes.len()
                } else {
                    tenants.len()
                };
                let drawn = self.state.fault_chance.below(count as u32) as usize;
                let hot = match tenants.get(drawn) {
                    Some(name) => set(&|class| class.tenant.as_ref() == Some(*name)),
                    None => 1 << classes[drawn].0,
                };
                (hot, SurgeKind::Spike { times: value })
            }
            FaultKind::BotCrawl => (all, SurgeKind::Flood { rate: value }),
            _ => return,
        };
        let scale = f64::from(self.plan.spec.scale);
        self.state
            .surges
            .begin_fault(id, classes, what, scale, agenda.now(), ramp);
        self.refresh_traffic(agenda);
    }

    /// It ends.
    pub(super) fn end_load_fault(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        if self.state.surges.end_fault(id) {
            self.refresh_traffic(agenda);
        }
    }
}
