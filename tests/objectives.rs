//! Objectives and rules that come, change and go while a lab runs, held against
//! the same written into the world's file from the start.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::sync::Arc;

use xops_lab::base::{At, Report, SimTime, Span, yaml};
use xops_lab::session::{Author, EventKind, Scenario, Session, commands};

/// The corner shop with objectives and whole sections added.
fn corner(slos: &str, more: &str) -> Session {
    let text = fs::read_to_string(support::project().join("lessons/worlds/corner.yaml")).unwrap();
    let text = text.replacen("slos:\n", &format!("slos:\n{slos}"), 1);
    let found = Scenario::read("corner.yaml", &format!("{text}\n{more}"));
    let scenario = found.unwrap_or_else(|problems| panic!("{problems}")).0;
    Session::new(Arc::new(scenario), 7)
}

fn act(session: &mut Session, text: &str) -> Result<(), String> {
    let node = yaml::parse("act.yaml", text, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("act.yaml", text);
    let read = commands(&mut report, &At::root(&node));
    for scripted in read.unwrap_or_else(|| panic!("{}", report.finish())) {
        session.advance(session.now() + scripted.after, u64::MAX);
        let Some(command) = scripted.command else {
            continue;
        };
        let done = session.apply(Author::Learner, command);
        done.map_err(|refusal| format!("{}: {}", refusal.problem, refusal.remedy))?;
    }
    Ok(())
}

fn run_to(session: &mut Session, at: Span) {
    session.advance(SimTime::ZERO + at, u64::MAX);
}

const TROUBLE: &str = "
- {after: 20m, inject: {service: shop, errors: 20%, for: 10m}}
- {after: 30m, restart: shop}
- {after: 20m, inject: {service: shop, latency: 300ms, for: 5m}}
- {after: 50m, scale: {service: shop, replicas: 4}}
";

/// Those that a metric tells apart: what a command makes at two hours knows
/// the past, at the edge to the last request; at a service, whose pods restart
/// and begin to count anew, all but what they counted after their last scrape.
#[test]
fn an_objective_that_comes_later_knows_what_was_measured() {
    let forms = [
        "{title: T, target: 99%, window: 7d, good: availability}",
        "{title: T, target: 99%, window: 1h, good: {latency: {under: 250ms}}}",
        "{title: T, target: 99%, window: 7d, good: availability, at: shop}",
        "{title: T, target: 99%, window: 30d, good: {latency: {under: 100ms}}, at: shop/browse}",
        "{title: T, target: 99%, window: day, good: availability, budget: {slices: {of: 1m, good: 95%}}}",
        "{title: T, target: 90%, window: 7d, good: {threshold: {query: 'sum(server_queue_requests)', under: 1}}}",
    ];
    for form in forms {
        let mut early = corner(&format!("  twin: {form}\n"), "");
        let mut late = corner("", "");
        act(&mut early, TROUBLE).unwrap();
        act(&mut late, TROUBLE).unwrap();
        let set = form.replacen('{', "- objective: {name: twin, ", 1);
        act(&mut late, &set).unwrap();
        for minutes in [0, 1, 30] {
            let at = Span::from_hours(2) + Span::from_mins(minutes);
            run_to(&mut early, at);
            run_to(&mut late, at);
            let budget = |session: &Session| session.slo("twin").unwrap().budget(session.now());
            assert!(budget(&early).events > 0, "{form}");
            let (late, early) = (budget(&late), budget(&early));
            if form.contains("at: shop") {
                // What a pod counted after its last scrape went with it.
                let lost = early.events.abs_diff(late.events) as f64 / early.events as f64;
                assert!(lost < 0.01, "{form} after {minutes}m: {late:?}, {early:?}");
            } else {
                assert_eq!(late, early, "{form} after {minutes}m");
            }
        }
    }
}

/// Quality has no metric: counting begins with the command, which says so.
#[test]
fn an_objective_that_nothing_measured_begins_its_window_now() {
    let mut session = corner("", "");
    run_to(&mut session, Span::from_hours(1));
    act(
        &mut session,
        "- objective: {name: full, target: 99%, good: quality}",
    )
    .unwrap();
    let told = session.timeline().last().unwrap().text.clone();
    assert!(told.contains("its window starts now"), "{told}");
    let now = session.now();
    let slo = session.slo("full").unwrap();
    assert_eq!((slo.since(), slo.budget(now).events), (now, 0));
    run_to(&mut session, Span::from_hours(2));
    let slo = session.slo("full").unwrap();
    let budget = slo.budget(session.now());
    // The rest of the window is assumed to be like this hour: 720 of them.
    let expected = budget.events as f64 * 0.01 * 720.0;
    assert!((budget.allowed / expected - 1.0).abs() < 1e-9, "{budget:?}");
}

/// A target that changes judges the same counts anew: the budget is as if it
/// had been so from the start.
#[test]
fn a_new_target_judges_the_past_anew() {
    let slo = |target: &str| {
        format!("  twin: {{title: T, target: {target}, window: 7d, good: availability}}\n")
    };
    let mut session = corner(&slo("99%"), "");
    let mut other = corner(&slo("99.9%"), "");
    act(&mut session, TROUBLE).unwrap();
    act(&mut other, TROUBLE).unwrap();
    let left = |session: &Session| session.slo("twin").unwrap().budget(session.now()).left;
    assert_ne!(left(&session), left(&other));
    act(&mut session, "- objective: {name: twin, target: 99.9%}").unwrap();
    assert_eq!(left(&session), left(&other));
    act(&mut session, "- objective: {name: twin, remove: true}").unwrap();
    assert!(session.slo("twin").is_none());
}

#[test]
fn what_cannot_be_promised_is_refused_and_changes_nothing() {
    let mut session = corner("", "");
    run_to(&mut session, Span::from_mins(30));
    let before = session.digest();
    for (text, problem) in [
        ("{name: new, target: 99%}", "has no `good`"),
        ("{name: new, good: availability}", "has no `target`"),
        (
            "{name: new, target: 99%, good: availability, at: shp}",
            "shop",
        ),
        (
            "{name: new, target: 99%, good: availability, at: shop/brwse}",
            "browse",
        ),
        (
            "{name: new, target: 99%, good: availability, of: probes}",
            "nobody of that kind",
        ),
        ("{name: nothing, remove: true}", "no objective `nothing`"),
    ] {
        let found = act(&mut session, &format!("- objective: {text}")).unwrap_err();
        assert!(found.contains(problem), "{text}: {found}");
    }
    for (text, problem) in [
        ("{name: New}", "has no query"),
        ("{name: Gone, remove: true}", "no rule `Gone`"),
        ("{derive: nothing}", "no objective `nothing`"),
        (
            "{name: New, expr: up, slo: nothing}",
            "no objective `nothing`",
        ),
    ] {
        let found = act(&mut session, &format!("- alert-rule: {text}")).unwrap_err();
        assert!(found.contains(problem), "{text}: {found}");
    }
    assert_eq!(session.digest(), before);
    assert!(session.view().alerts.is_none());
}

fn fires(session: &Session, name: &str) -> bool {
    let alerts = session.view().alerts.unwrap();
    let mut rules = alerts.rules.iter();
    rules.any(|rule| rule.name == name && rule.state == "firing")
}

/// A rule that a person makes goes through every state: pending for its `for`,
/// a page, on for its `keep-firing-for`, and gone when it is removed.
#[test]
fn a_rule_that_is_made_pages_and_can_be_taken_away() {
    let mut session = corner("", "");
    run_to(&mut session, Span::from_mins(10));
    let rule = "- alert-rule: {name: Failing, expr: 'sum(rate(edge_request_duration_seconds_count{code!=\"200\"}[2m])) / sum(rate(edge_request_duration_seconds_count[2m])) > 0.1', for: 3m, keep-firing-for: 10m, severity: page, summary: Requests fail}
- inject: {service: shop, errors: 50%, for: 10m}";
    act(&mut session, rule).unwrap();
    run_to(&mut session, Span::from_mins(13));
    assert!(!fires(&session, "Failing"));
    run_to(&mut session, Span::from_mins(19));
    assert!(fires(&session, "Failing"));
    let alerts = session.view().alerts.unwrap();
    assert_eq!(alerts.pages.len(), 1);
    assert_eq!(alerts.pages[0].title, "Requests fail");
    // The fault ends at 20m, the rate at 22m, and it goes on for 10 more.
    run_to(&mut session, Span::from_mins(30));
    assert!(fires(&session, "Failing"));
    run_to(&mut session, Span::from_mins(36));
    assert!(!fires(&session, "Failing"));
    act(&mut session, "- alert-rule: {name: Failing, remove: true}").unwrap();
    assert!(session.view().alerts.unwrap().rules.is_empty());
    assert!(
        session
            .timeline()
            .any(|e| e.kind == EventKind::Action && e.text.contains("Failing is gone"))
    );
}

/// Deriving by a command makes the rules that the world's file makes by itself.
#[test]
fn derived_rules_are_those_of_the_file() {
    let mut by_hand = corner("", "alerting: {from-slos: false}");
    let mut by_file = corner("", "alerting: {}");
    run_to(&mut by_hand, Span::from_mins(5));
    run_to(&mut by_file, Span::from_mins(5));
    let rules = |session: &Session| -> Vec<String> {
        let alerts = session.view().alerts.unwrap();
        alerts.rules.iter().map(|rule| rule.expr.clone()).collect()
    };
    assert!(rules(&by_hand).is_empty());
    let names: Vec<String> = (by_hand.slos().iter())
        .map(|slo| slo.objective().name.clone())
        .collect();
    for name in &names {
        act(&mut by_hand, &format!("- alert-rule: {{derive: {name}}}")).unwrap();
    }
    assert_eq!(rules(&by_hand), rules(&by_file));
    // 0.02 x 720 h / 1 h and so on are those of 30 days; of 7 days 3.36.
    act(
        &mut by_hand,
        &format!("- objective: {{name: {}, window: 7d}}", names[0]),
    )
    .unwrap();
    assert!(
        rules(&by_hand)[0].contains("> 3.36"),
        "{:?}",
        rules(&by_hand)
    );
    act(
        &mut by_hand,
        &format!("- objective: {{name: {}, remove: true}}", names[0]),
    )
    .unwrap();
    assert!(
        !rules(&by_hand)
            .iter()
            .any(|rule| rule.contains(&format!("\"{}\"", names[0])))
    );
    act(
        &mut by_file,
        "- objective: {name: new, target: 99%, good: availability}",
    )
    .unwrap();
    assert!(rules(&by_file).iter().any(|rule| rule.contains("\"new\"")));
}

/// Both commands are in the journal: a run of it gives the same state.
#[test]
fn a_replay_makes_the_same_objectives_and_rules() {
    let mut first = corner("", "");
    act(&mut first, TROUBLE).unwrap();
    let more = "
- objective: {name: pay, title: Paying, target: 99.5%, window: 7d, good: availability, at: shop}
- alert-rule: {derive: pay}
- {after: 5m, alert-rule: {name: Slow, expr: 'up == 0', for: 1m, slo: pay, severity: ticket}}
- {after: 5m, objective: {name: pay, target: 99.9%}}
- {after: 20m, inject: {service: shop, errors: 60%, for: 5m}}
- {after: 30m}";
    act(&mut first, more).unwrap();
    let mut second = corner("", "");
    for entry in first.journal() {
        let text = serde_json::to_string(&entry.command).unwrap();
        second.advance(entry.at, u64::MAX);
        let command = serde_json::from_str(&text).unwrap();
        second.apply(Author::Learner, command).unwrap();
    }
    second.advance(first.now(), u64::MAX);
    assert_eq!(second.digest(), first.digest());
    assert_eq!(second.view(), first.view());
}

/// What bad requests lost, as objectives have it, is what the world counted
/// request by request; and a pod more costs what the world's prices say.
#[test]
fn the_money_at_stake_is_that_of_the_requests_that_failed() {
    let mut session = corner("", "");
    act(&mut session, TROUBLE).unwrap();
    let view = session.view();
    let availability = view.slos.iter().find(|slo| slo.name == "availability");
    let slo = availability.unwrap();
    let each = slo.terms.stakes.lost_each.unwrap();
    let lost = session.truth().lost.cents();
    assert!(lost > 0);
    assert_eq!((each * slo.bad as f64).round(), lost as f64);
    // Two hours went by, so that a day would have lost twelve times as much.
    let had = slo.terms.bad_per_day.unwrap();
    let gain = slo
        .terms
        .stakes
        .gain((had, had / 10.0), slo.sli, slo.target);
    assert_eq!(gain.lost.cents(), lost * 12);
    assert!(
        (gain.saved.cents() - lost * 108 / 10).abs() <= 1,
        "{gain:?}"
    );
    // Nothing has a price in the corner shop.
    assert_eq!(slo.terms.stakes.spare_per_day, None);

    let text = fs::read_to_string(support::project().join("lessons/worlds/startup.yaml")).unwrap();
    let (scenario, _) = Scenario::read("startup.yaml", &text).unwrap();
    let mut session = Session::new(Arc::new(scenario), 7);
    let name = session.view().services[1].name.clone();
    let commands = format!(
        "- objective: {{name: inside, target: 99%, good: availability, at: {name}}}
- {{after: 1m, inject: {{service: {name}, errors: 100%, for: 5m}}}}
- {{after: 20m}}"
    );
    act(&mut session, &commands).unwrap();
    let view = session.view();
    let stakes = &view.slos.last().unwrap().terms.stakes;
    let service = &view.services[1];
    let day = service.cost_per_hour / service.pods.len() as f64 * 24.0;
    assert!(day > 0.0);
    assert_eq!((stakes.through, stakes.lost_each), (1, None));
    assert_eq!(
        stakes.spare_per_day.unwrap().cents(),
        (day * 100.0).round() as i64
    );
}

/// A fault that begins and ends is one outage, with what was lost meanwhile; the
/// credits are those that would not be owed without it.
#[test]
fn an_outage_has_its_revenue_and_its_penalty() {
    let sla = "  paid: {title: T, target: 99.9%, window: 7d, good: availability, sla: {target: 99%, fee: 1000.00, credits: [{below: 99%, credit: 10%}]}}\n";
    let mut session = corner(sla, "");
    run_to(&mut session, Span::from_mins(60));
    let before = session.truth().lost.cents();
    let fault = "- {inject: {service: gateway, errors: 100%, for: 10m}}";
    act(&mut session, fault).unwrap();
    run_to(&mut session, Span::from_mins(75));
    let lost = session.truth().lost.cents() - before;
    run_to(&mut session, Span::from_mins(150));
    let view = session.view();
    let slo = view.slos.iter().find(|slo| slo.name == "paid").unwrap();
    let [outage] = slo.terms.outages.as_slice() else {
        panic!("{:?}", slo.terms.outages);
    };
    assert_eq!(outage.from, SimTime::ZERO + Span::from_mins(60));
    assert!(
        (10..=15).contains(&(outage.length.as_secs() / 60)),
        "{outage:?}"
    );
    assert!(lost > 0);
    assert_eq!(outage.lost.cents(), lost);
    // A tenth of the fee of 1,000.00.
    assert_eq!(outage.credit.unwrap().cents(), 10_000);
    let spent = outage.bad as f64 / slo.allowed;
    assert!((outage.spent.unwrap() - spent).abs() < 1e-9);
    let without = view.slos.iter().find(|slo| slo.name == "latency").unwrap();
    assert!(
        without
            .terms
            .outages
            .iter()
            .all(|outage| outage.credit.is_none())
    );
}

/// One simulated request of the corner shop stands for 250. Slices are slices,
/// and a counter of the metric store counts real requests already.
#[test]
fn what_is_shown_is_slices_or_real_requests() {
    let forms = "  slices: {title: T, target: 99%, window: 7d, good: availability, budget: {slices: {of: 1m, good: 95%}}}
  asked: {title: T, target: 99%, window: 7d, good: {ratio: {good: 'sum(edge_request_duration_seconds_count{code=\"200\",kind=\"users\"})', total: 'sum(edge_request_duration_seconds_count{kind=\"users\"})'}}}
";
    let mut session = corner(forms, "");
    act(&mut session, TROUBLE).unwrap();
    let view = session.view();
    let slo = |name: &str| view.slos.iter().find(|slo| slo.name == name).unwrap();
    let (slices, asked, counted) = (slo("slices"), slo("asked"), slo("availability"));
    assert_eq!(slices.events, 120);
    // A slice that began to be bad at 20 and at 70 minutes, and then up to ten.
    assert!((1..=20).contains(&slices.bad), "{}", slices.bad);
    assert_eq!(slices.terms.bad_per_day, Some(slices.bad as f64 * 12.0));
    // 1 % of 1,440 minutes.
    assert!((slices.terms.allows[0].2 - 14.4).abs() < 1e-9);
    // Before their first scrape queries saw nothing.
    let missed = counted.events.abs_diff(asked.events) as f64 / counted.events as f64;
    assert!(missed < 0.01, "{} of {}", asked.events, counted.events);
}

/// A service whose caller gives up on it thinks better of itself than users do.
#[test]
fn the_edge_and_a_service_are_held_against_each_other() {
    let inside =
        "  inside: {title: T, target: 99%, window: 30d, good: availability, at: database}\n";
    let mut session = corner(inside, "");
    act(&mut session, TROUBLE).unwrap();
    let view = session.view();
    let slo = |name: &str| view.slos.iter().find(|slo| slo.name == name).unwrap();
    let (edge, inside) = (slo("availability"), slo("inside"));
    assert_eq!(edge.terms.elsewhere, [("database".to_owned(), inside.sli)]);
    assert_eq!(inside.terms.elsewhere, [("edge".to_owned(), edge.sli)]);
    assert!(inside.sli > edge.sli, "{:?} {:?}", inside.sli, edge.sli);
    assert!(slo("latency").terms.elsewhere.is_empty());
}

/// Every series of an objective that goes ends with it, as that of a recording
/// rule does, and is not looked back to.
#[test]
fn burn_rates_end_with_their_objective() {
    use xops_lab::promql::{Options, Query, Value};
    let mut session = corner("", "alerting: {}");
    run_to(&mut session, Span::from_mins(20));
    let series = |session: &Session| {
        let query = Query::new("slo:burn_rate:ratio", &Options::default()).unwrap();
        let at = session.now().as_nanos() / 1_000_000;
        let Value::Vector(found) = query.instant(session.store(), at as i64).unwrap().value else {
            panic!("no vector");
        };
        found.len()
    };
    // Seven windows each.
    assert_eq!(series(&session), 14);
    act(&mut session, "- objective: {name: latency, remove: true}").unwrap();
    run_to(&mut session, Span::from_mins(21));
    assert_eq!(series(&session), 7);
}

/// Rules that record, as Prometheus's files have them, are seen with what they
/// last wrote.
#[test]
fn recording_rules_are_shown_with_what_they_wrote() {
    let more = "alerting:
  from-slos: false
  rules:
    groups:
      - name: shop
        rules:
          - record: job:requests:rate5m
            expr: sum(rate(edge_request_duration_seconds_count[5m]))
            labels: {team: shop}
          - {record: half, expr: 'job:requests:rate5m / 2'}
          - {record: 'by:code', expr: 'sum by (code) (edge_request_duration_seconds_count)'}
          - {record: broken, expr: 'up * on (none) up'}
";
    let mut session = corner("", more);
    act(&mut session, TROUBLE).unwrap();
    let alerts = session.view().alerts.unwrap();
    let [rate, half, by, broken] = alerts.recorded.as_slice() else {
        panic!("{:?}", alerts.recorded);
    };
    assert_eq!(
        (&*rate.name, rate.series),
        ("job:requests:rate5m team=shop", 1)
    );
    let (rate, half) = (rate.value.unwrap(), half.value.unwrap());
    assert!(
        rate > 0.0 && (half - rate / 2.0).abs() < 1e-9,
        "{rate} {half}"
    );
    assert!(by.series > 1 && by.value.is_none(), "{by:?}");
    assert!(broken.error.is_some(), "{broken:?}");
}

/// What a file could not hold is refused of a page, too.
#[test]
fn rules_with_endless_texts_are_refused() {
    use xops_lab::session::{Command, RuleAct, RuleChange};
    let mut session = corner("", "");
    for (name, expr, problem) in [
        ("n".repeat(61), "up".to_owned(), "name has 61 characters"),
        (
            "Rule".to_owned(),
            format!("up{{a=\"{}\"}}", "a".repeat(4_096)),
            "query has 4104 characters",
        ),
        (" ".to_owned(), "up".to_owned(), "no name"),
        ("Rule".to_owned(), "up >".to_owned(), "no PromQL"),
    ] {
        let rule = Box::new(RuleChange {
            name,
            expr: Some(expr),
            ..RuleChange::default()
        });
        let act = RuleAct::Set { rule };
        let refused = session.apply(Author::Learner, Command::AlertRule { act });
        let refusal = refused.unwrap_err();
        assert!(refusal.problem.contains(problem), "{}", refusal.problem);
        assert!(!refusal.remedy.is_empty());
    }
    assert!(session.view().alerts.is_none());
}

/// A query that cannot be read is said to be so before there is any past.
#[test]
fn a_wrong_rule_is_told_at_once() {
    use xops_lab::session::{Answer, Question, RuleQuestion};
    let mut session = corner("", "");
    for minutes in [0, 5] {
        run_to(&mut session, Span::from_mins(minutes));
        let texts = ["sum(up", "up == 0", "\"text\""];
        let rules = texts.map(|text| (text.to_owned(), Span::ZERO, Span::ZERO));
        let question = Question::Rules(RuleQuestion {
            rules: rules.to_vec(),
            slo: "availability".to_owned(),
            span: Span::from_days(7),
        });
        let Answer::Rules(found) = session.answer(&question) else {
            panic!("no rules");
        };
        let error = found.rules[0].as_ref().unwrap_err();
        assert_eq!((error.place, error.part.start), ((1, 7), 6));
        assert!(found.rules[1].is_ok());
        // That it gives no series is only seen where there is something to see.
        assert_eq!(found.rules[2].is_err(), minutes > 0, "{:?}", found.rules[2]);
    }
}
