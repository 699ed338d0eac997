//! Routing and timing as Alertmanager's documentation and own tests describe them.

use super::*;
use crate::alert::Labels;
use crate::slo::Date;

const FILE: &str = r#"
global: {resolve_timeout: 5m, slack_api_url: "https://hooks.example/x"}
templates: ["/etc/alertmanager/*.tmpl"]
route:
  receiver: team
  group_by: [alertname, service]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 3h
  routes:
    - receiver: pager
      matchers: [severity = page, 'service=~"pay|shop"']
      group_wait: 10s
      continue: true
      mute_time_intervals: [nights]
      routes:
        - {receiver: payers, match: {service: pay}, group_by: [...]}
    - {receiver: tickets, matchers: 'severity="ticket",service!=""'}
receivers:
  - {name: team}
  - name: pager
    pagerduty_configs: [{routing_key: abc, send_resolved: true}]
  - {name: payers, webhook_configs: [{url: "http://x.example"}]}
  - {name: tickets}
inhibit_rules:
  - {source_matchers: [severity="page"], target_matchers: [severity="ticket"], equal: [service]}
time_intervals:
  - name: nights
    time_intervals:
      - times: [{start_time: "22:00", end_time: "24:00"}, {start_time: "00:00", end_time: "06:00"}]
        weekdays: ["monday:friday"]
        days_of_month: ["1:5", "-3:-1"]
        months: ["january:march", "may"]
        years: ["2024:2030"]
        location: UTC
"#;

fn config() -> Config {
    read("am.yml", FILE).unwrap_or_else(|problems| panic!("{problems}"))
}

fn labels(text: &str) -> Labels {
    let pairs = text
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='));
    pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

fn incoming(text: &str, since: i64, firing: bool) -> Incoming {
    Incoming {
        labels: labels(text),
        annotations: Labels::new(),
        since,
        firing,
    }
}

#[test]
fn export_then_import_is_the_identity() {
    let written = write(&config());
    let again = read("b.yml", &written).unwrap_or_else(|problems| panic!("{problems}\n{written}"));
    assert_eq!(format!("{:?}", config()), format!("{again:?}"));
    assert_eq!(write(&again), written);
}

#[test]
fn alerts_take_the_deepest_routes_that_fit() {
    let config = config();
    let found = |text: &str| -> Vec<String> {
        legs(&config.route, &labels(text))
            .into_iter()
            .map(|leg| leg.receiver)
            .collect()
    };
    assert_eq!(found("alertname=A"), ["team"]);
    assert_eq!(found("severity=page service=shop"), ["pager"]);
    assert_eq!(found("severity=page service=pay"), ["payers"]);
    assert_eq!(
        found("severity=page service=payments"),
        ["team"],
        "a whole value is meant"
    );
    assert_eq!(found("severity=ticket service=shop"), ["tickets"]);
    let leg = &legs(&config.route, &labels("severity=page service=pay"))[0];
    assert_eq!(
        (
            leg.group_by.clone(),
            leg.wait.as_secs(),
            leg.repeat.as_secs()
        ),
        (None, 10, 10_800)
    );
    assert!(
        leg.mute_times.is_empty(),
        "times do not pass to nodes below"
    );
}

#[test]
fn a_route_that_continues_lets_siblings_have_the_alert_too() {
    let text = "route: {receiver: a, routes: [{receiver: b, continue: true}, {receiver: c}, {receiver: d}]}\n\
                receivers: [{name: a}, {name: b}, {name: c}, {name: d}]";
    let config = read("a.yml", text).unwrap_or_else(|p| panic!("{p}"));
    let names: Vec<String> = legs(&config.route, &labels("x=y"))
        .into_iter()
        .map(|leg| leg.receiver)
        .collect();
    assert_eq!(names, ["b", "c"]);
}

/// Notifications as `second receiver +firing -resolved`, a `*` where repeated.
fn told(events: &[(i64, &str, bool)], until: i64, silences: &[Silence]) -> Vec<String> {
    let mut manager = Manager::new(config(), Date::FIRST);
    for silence in silences {
        manager.silence(silence.clone());
    }
    let mut out = Vec::new();
    for second in 0..=until {
        let now = second * 1_000;
        let due = events.iter().filter(|(at, ..)| *at == second);
        manager.take(
            due.map(|(at, text, firing)| incoming(text, at * 1_000, *firing))
                .collect(),
            now,
        );
        for told in manager.run(now) {
            let mark = if told.repeated { "*" } else { "" };
            out.push(format!(
                "{} {} +{} -{}{mark}",
                told.at / 1_000,
                told.receiver,
                told.firing.len(),
                told.resolved.len()
            ));
        }
    }
    out
}

#[test]
fn groups_wait_are_looked_at_and_are_repeated() {
    let one = "alertname=A service=s pod=1";
    let two = "alertname=A service=s pod=2";
    // The second comes within the wait; the third after the first telling.
    let events = [
        (0, one, true),
        (20, two, true),
        (100, "alertname=A service=s pod=3", true),
    ];
    assert_eq!(told(&events, 700, &[]), ["30 team +2 -0", "330 team +3 -0"]);
    // One resolves, then both; a second time nothing is told.
    let events = [
        (0, one, true),
        (0, two, true),
        (100, one, false),
        (400, two, false),
    ];
    assert_eq!(
        told(&events, 1_300, &[]),
        ["30 team +2 -0", "330 team +1 -1", "630 team +0 -1"]
    );
    // 30 s and every 300 s; the first look that is 3 h after the telling.
    assert_eq!(
        told(&[(0, one, true)], 11_000, &[]),
        ["30 team +1 -0", "10830 team +1 -0*"]
    );
    // Gone within the wait: nobody hears of it.
    assert_eq!(
        told(&[(0, one, true), (10, one, false)], 700, &[]),
        Vec::<String>::new()
    );
    // Others are a group of their own.
    let events = [(0, one, true), (5, "alertname=B service=s", true)];
    assert_eq!(told(&events, 100, &[]), ["30 team +1 -0", "35 team +1 -0"]);
}

#[test]
fn silences_and_inhibition_keep_alerts_quiet() {
    let silence = Silence {
        id: 0,
        matchers: matchers("service=\"s\"").unwrap_or_default(),
        from: 0,
        until: 200_000,
        author: "ana".to_owned(),
        comment: "known".to_owned(),
    };
    let one = "alertname=A service=s";
    assert_eq!(
        told(&[(0, one, true)], 700, std::slice::from_ref(&silence)),
        ["330 team +1 -0"]
    );
    let ticket = "alertname=A service=shop severity=ticket";
    let page = "alertname=A service=shop severity=page";
    // By day: the root's pager is told, the ticket waits for its end.
    let day = 12 * 3_600;
    let events = [
        (day, page, true),
        (day, ticket, true),
        (day + 400, page, false),
    ];
    assert_eq!(
        told(&events, day + 1_000, &[]),
        [
            format!("{} pager +1 -0", day + 10),
            format!("{} pager +0 -1", day + 610),
            format!("{} tickets +1 -0", day + 630)
        ]
    );
    // At night the pager keeps still until 06:00; 2024-01-01 is a Monday.
    let all = told(&[(3_600, page, true)], 7 * 3_600, &[]);
    assert_eq!(all, ["21610 pager +1 -0"]);
}

#[test]
fn times_are_those_of_the_calendar() {
    let interval = &config().intervals[0].intervals[0];
    let holds = |text: &str, minute: u32| {
        let date = Date::read(text).unwrap_or(Date::FIRST);
        let at = Moment::new(date, i64::from(minute) * 60_000);
        interval.holds(&at)
    };
    assert!(
        holds("2024-01-01", 0) && holds("2024-01-01", 23 * 60) && !holds("2024-01-01", 12 * 60)
    );
    assert!(!holds("2024-01-06", 0), "a Saturday, and the sixth");
    assert!(
        holds("2024-02-27", 0) && holds("2024-02-29", 0),
        "of the last three days of a leap February"
    );
    assert!(!holds("2024-02-26", 0) && !holds("2024-04-30", 0) && !holds("2031-01-01", 0));
}

#[test]
fn what_is_wrong_is_told_all_at_once_with_its_line() {
    let text = "route:\n  receiver: tema\n  matchers: [a=b]\n  routes:\n    - {receiver: team, group_by: [..., a], mute_time_intervals: [never]}\n    - {matchers: ['=x'], match_re: {a: '('}}\n\
                receivers:\n  - {name: team, pager: 1}\n  - {name: team}\ntime_intervals:\n  - {name: n, time_intervals: [{weekdays: [friday:monday], times: [{start_time: '9:00', end_time: '08:00'}]}]}\n";
    let problems = match read("a.yml", text) {
        Err(problems) => problems.to_string(),
        Ok(_) => panic!("it is refused"),
    };
    for part in [
        "a.yml:2:13",
        "did you mean `team`",
        "takes every alert",
        "`...` stands for",
        "no time interval `never`",
        "no matcher",
        "`pager` is no list",
        "two receivers are called",
        "no range",
        "no time of the day",
    ] {
        assert!(problems.contains(part), "{part}: {problems}");
    }
}
