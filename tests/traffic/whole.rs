//! A session with everything at once: conservation, slices, what counts for whom.

use std::sync::Arc;

use xops_lab::base::{Digest, Money, Ratio, SimTime, Span};
use xops_lab::engine::Progress;
use xops_lab::session::{Author, Command, Scenario, Session};
use xops_lab::world::{Admission, SurgeKind, SurgeSpec, Who};

const WORLD: &str = "format: xops-world/1
title: busy
about: everything at once
scale: 100
traffic:
  rate: {weekly: {of: {diurnal: {low: 2/s, high: 6/s, peak: 1h}}, days: [1, 1, 1, 1, 1, 0.7, 0.6]}}
  patience: 3s
  mix: [{route: gateway/page, weight: 9}, {route: gateway/pay, value: 20}]
  shed: {over: 90%}
  classes:
    phones: {share: 2, device: phone}
    desks: {share: 1}
    partner: {rate: 1/s, tenant: acme, criticality: sheddable-plus, limit: {rate: 2/s, burst: 5}}
    shoppers:
      users:
        count: {ramp: {from: 5, to: 25, over: 1h}}
        think: {exponential: {mean: 8s}}
        click-again: {times: 2, after: {uniform: {min: 1s, max: 3s}}}
        journeys:
          - {weight: 3, steps: [gateway/page, gateway/page]}
          - {steps: [gateway/page, {route: gateway/pay, value: 35, think: 30s}]}
    crawler: {kind: bots, rate: 0.5/s}
    probe: {kind: probes, rate: 12/min, mix: [{route: gateway/pay}]}
services:
  gateway:
    kind: gateway
    about: front
    replicas: 2
    workers: 3
    queue: 10
    routes:
      page: [{work: {exponential: {mean: 300ms}}}]
      pay: [{work: {exponential: {mean: 500ms}}}]
    versions:
      v1: {note: flaky, errors: {page: 2%, pay: 5%}}
slos:
  availability: {title: Users, target: 99%, window: 1d, good: availability}
  black-box: {title: Probes, target: 99%, window: 1d, good: availability, of: probes}
";

fn session(seed: u64) -> Session {
    let (scenario, _) =
        Scenario::read("busy.yaml", WORLD).unwrap_or_else(|found| panic!("{found}"));
    Session::new(Arc::new(scenario), seed)
}

fn advance(session: &mut Session, secs: u64, budget: u64) {
    while session.advance(SimTime::from_secs(secs), budget) == Progress::OutOfBudget {}
}

fn play(seed: u64, budget: u64) -> Session {
    let mut session = session(seed);
    let act = |session: &mut Session, secs, command| {
        advance(session, secs, budget);
        session.apply(Author::Learner, command).expect("accepted");
    };
    let surge = |who, kind, mins| Command::Surge {
        surge: SurgeSpec {
            who,
            kind,
            duration: Some(Span::from_mins(mins)),
        },
    };
    let half_life = Span::from_mins(3);
    act(
        &mut session,
        300,
        surge(
            None,
            SurgeKind::FlashSale {
                times: 4.0,
                half_life,
            },
            20,
        ),
    );
    act(
        &mut session,
        600,
        surge(None, SurgeKind::Flood { rate: 900.0 }, 10),
    );
    let phones = Some(Who::Device("phone".to_owned()));
    act(
        &mut session,
        700,
        surge(phones, SurgeKind::Spike { times: 2.0 }, 5),
    );
    let who = Who::Class("crawler".to_owned());
    let rule = Admission::Limit {
        rate: 30.0,
        burst: Some(200.0),
    };
    act(&mut session, 900, Command::Admit { who, rule });
    let who = Who::Tenant("acme".to_owned());
    act(
        &mut session,
        1_000,
        Command::Admit {
            who,
            rule: Admission::Block,
        },
    );
    act(&mut session, 1_100, Command::SetLoad { factor: 1.5 });
    act(
        &mut session,
        1_200,
        Command::Shed {
            over: Ratio::new(0.8),
        },
    );
    act(&mut session, 1_300, Command::EndSurge { id: 0 });
    advance(&mut session, 3_600, budget);
    session
}

#[test]
fn every_slice_size_gives_the_same_digest() {
    for seed in 1..=3 {
        let whole: Digest = play(seed, u64::MAX).digest();
        for budget in [1, 997] {
            assert_eq!(
                play(seed, budget).digest(),
                whole,
                "seed {seed}, slices of {budget}"
            );
        }
    }
}

#[test]
fn what_was_offered_has_ended_or_is_in_flight() {
    for seed in 1..=5 {
        let session = play(seed, u64::MAX);
        let users = session.world().users();
        let ended: u64 = users.ended.iter().sum();
        assert_eq!(
            users.offered,
            ended + session.world().users_in_flight(),
            "seed {seed}"
        );
        assert!(session.world().is_settled());
        let view = session.view();
        assert_eq!(view.classes.len(), 6);
        assert!(
            view.classes.iter().all(|class| class.rate > 0.0),
            "{:?}",
            view.classes
        );
        assert_eq!(view.classes[2].rule.as_deref(), Some("blocked"));
        assert_eq!(view.classes[2].refused_ratio, Some(1.0));
        assert_eq!(view.classes[4].rule.as_deref(), Some("limited to 30/s"));
    }
}

#[test]
fn probes_and_bots_count_for_no_users_objective_and_no_revenue() {
    let mut session = session(1);
    advance(&mut session, 3_600, u64::MAX);
    let world = session.world();
    let ended = |class| world.class(class).ended.iter().sum::<u64>();
    let (users, probes) = ((0..4).map(ended).sum::<u64>(), ended(5));
    let now = session.now();
    let events = |name| session.slo(name).map(|slo| slo.budget(now).events);
    assert_eq!(events("availability"), Some(users));
    assert_eq!(events("black-box"), Some(probes));
    let sentence = &session.view().slos[1].sentence;
    assert_eq!(
        sentence,
        "99 % of probes' requests are answered without an error, over any 1d"
    );
    // One of every two or so probes' requests would cost 20 if it counted; but only users' do.
    let lost = session.truth().lost.cents();
    assert_eq!(
        lost % (100 * 500),
        0,
        "multiples of the scale times 5.00: {lost}"
    );
}

#[test]
fn an_objective_about_nobody_is_refused() {
    let text = WORLD.replace("kind: probes, ", "");
    let found = Scenario::read("busy.yaml", &text).expect_err("no probes");
    assert!(
        found.to_string().contains("`black-box` is about probes"),
        "{found}"
    );
}

#[test]
fn money_and_shown_rates_are_those_of_real_requests() {
    let mut session = session(2);
    advance(&mut session, 3_600, u64::MAX);
    let view = session.view();
    // Phones have two thirds of 4 to 6 simulated requests a second, each for 100 real ones.
    let phones = &view.classes[0];
    assert!((200.0..600.0).contains(&phones.rate), "{phones:?}");
    // One in ten buys for 20.00: some 20 simulated purchases a minute.
    let (sales, purchase) = (phones.sales.cents(), 100 * 2_000);
    assert!((5..60).contains(&(sales / purchase)), "{phones:?}");
    assert_eq!(sales % purchase, 0, "{phones:?}");
    assert!(view.classes[3].sales > Money::ZERO);
    assert!(view.classes[4..].iter().all(|c| c.sales == Money::ZERO));
    let shoppers = &view.classes[3];
    assert_eq!(shoppers.users, Some(2_500));
    let blocked = Command::Admit {
        who: Who::Class("shoppers".to_owned()),
        rule: Admission::Block,
    };
    let before = view.money_lost;
    session.apply(Author::Learner, blocked).expect("accepted");
    advance(&mut session, 7_200, u64::MAX);
    // Turned away at the door is lost revenue too.
    let view = session.view();
    assert!(view.money_lost > before);
    assert_eq!(view.classes[3].sales, Money::ZERO);
}
