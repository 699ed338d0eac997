//! The dashboards that come with the lab, and proposals for a query.

use super::{act, lab, run, text};
use xops_lab::base::{SimTime, Span};
use xops_lab::session::{
    Answer, Board, BoardAnswer, BoardQuestion, File, MetricQuestion, Opening, Proposals, Question,
    Scope, Session, Typing, When,
};
use xops_lab::worker::{FromWorker, Runner, ToWorker};

fn board(session: &Session, board: Board, scope: Scope) -> BoardAnswer {
    let span = Span::from_mins(15);
    match session.answer(&Question::Board(BoardQuestion { board, scope, span })) {
        Answer::Board(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// Every query of a dashboard is sound and finds something where its chart shows something.
fn check(session: &Session, answer: &BoardAnswer, expected: &[&str]) {
    let ids: Vec<&str> = answer
        .panels
        .iter()
        .map(|(panel, _)| panel.id.as_str())
        .collect();
    assert_eq!(ids, expected);
    for (panel, queries) in &answer.panels {
        let found = session.answer(&Question::Metrics(MetricQuestion {
            queries: queries.clone(),
            when: When::Now,
            most: 250,
        }));
        for (query, found) in queries.iter().zip(&found.metrics().expect("metrics").found) {
            let found = found
                .as_ref()
                .unwrap_or_else(|error| panic!("{query}: {error}"));
            assert!(found.notes.is_empty(), "{query}: {:?}", found.notes);
        }
        for series in &panel.series {
            assert!(
                series.points.len() > 20,
                "{} {}",
                panel.id,
                series.points.len()
            );
        }
    }
}

#[test]
fn golden_signals_and_resources_show_what_there_is() {
    let mut session = lab("{scrape: 15s}", 1);
    run(&mut session, 900);
    let golden = ["latency", "traffic", "errors", "saturation"];
    for scope in [
        Scope::System,
        Scope::Service(0),
        Scope::Service(1),
        Scope::Service(2),
    ] {
        let answer = board(&session, Board::Golden, scope);
        check(&session, &answer, &golden);
        assert!(
            answer
                .panels
                .iter()
                .all(|(panel, _)| !panel.series.is_empty()),
            "{answer:?}"
        );
    }
    let traffic = &board(&session, Board::Golden, Scope::System).panels[1]
        .0
        .series[0];
    let last = traffic
        .points
        .last()
        .and_then(|point| point.1)
        .unwrap_or(0.0);
    // 20/s, each standing for 10.
    assert!((last - 200.0).abs() < 40.0, "{last}");
    let answer = board(&session, Board::Resources, Scope::System);
    check(&session, &answer, &["workers", "queue"]);
    act(
        &mut session,
        "[{inject: {service: back, container-kill: 1}}]",
    );
    run(&mut session, 1_205);
    let answer = board(&session, Board::Resources, Scope::Service(1));
    let ids: Vec<&str> = answer
        .panels
        .iter()
        .map(|(panel, _)| panel.id.as_str())
        .collect();
    assert_eq!(ids, ["workers", "queue", "restarts"]);
}

#[test]
fn a_world_without_metrics_has_empty_dashboards() {
    let mut session = lab("{scrape: 15s, metrics: false}", 1);
    run(&mut session, 300);
    let answer = board(&session, Board::Golden, Scope::System);
    assert!(
        answer
            .panels
            .iter()
            .all(|(panel, _)| panel.series.is_empty())
    );
    assert!(
        board(&session, Board::Resources, Scope::System)
            .panels
            .is_empty()
    );
}

/// The first proposals for a query that is typed up to `|`.
fn proposals(session: &Session, typed: &str) -> (u32, Vec<String>) {
    let cursor = typed.find('|').expect("a cursor") as u32;
    let text = typed.replace('|', "");
    match session.answer(&Question::Propose(Typing { text, cursor })) {
        Answer::Proposals(Proposals { from, list }) => (
            from,
            list.into_iter().map(|proposal| proposal.text).collect(),
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_query_is_completed_from_what_was_scraped() {
    let mut session = lab("{scrape: 15s}", 1);
    run(&mut session, 300);
    let check = |typed: &str, from: u32, first: &[&str]| {
        let (at, list) = proposals(&session, typed);
        assert_eq!(at, from, "{typed}");
        let list: Vec<&str> = list.iter().map(String::as_str).take(first.len()).collect();
        assert_eq!(list, first, "{typed}");
    };
    check(
        "sum(http_server_req|)",
        4,
        &[
            "http_server_request_duration_seconds_bucket",
            "http_server_request_duration_seconds_count",
            "http_server_request_duration_seconds_sum",
        ],
    );
    check("rat|", 0, &["rate"]);
    check("up{s|", 3, &["service"]);
    check("up{service=\"|", 12, &["back", "db", "front"]);
    check(
        "http_server_request_duration_seconds_count{code=\"5|",
        49,
        &[],
    );
    check("sum by (po|)", 8, &["pod"]);
    check("rate(up[1|", 8, &["1m", "15m", "1h", "1d"]);
    assert_eq!(proposals(&session, "label_replace(up, \"|").1, [""; 0]);
    assert_eq!(proposals(&session, "nothing_like_this|").1, [""; 0]);
}

#[test]
fn the_worker_answers_under_the_number_that_was_asked() {
    let ask = |id| ToWorker::Ask {
        id,
        question: Question::Metrics(MetricQuestion {
            queries: vec!["count(up)".to_owned(), "sum(".to_owned()],
            when: When::Now,
            most: 1,
        }),
    };
    let mut runner = Runner::default();
    // Without a lab there is nothing to say.
    assert_eq!(runner.receive(ask(1), 0.0), []);
    let world = File {
        name: "test.yaml".to_owned(),
        text: text("{scrape: 15s}"),
    };
    let opening = Opening {
        world,
        lesson: None,
        seed: 1,
        journal: Vec::new(),
        until: SimTime::ZERO,
    };
    runner.receive(ToWorker::Open(Box::new(opening)), 0.0);
    while !matches!(
        runner.slice(&|| 0.0).0.first(),
        Some(FromWorker::Opened { .. })
    ) {}
    match &runner.receive(ask(7), 1.0)[..] {
        [FromWorker::Answered { id: 7, answer }] => {
            let found = &answer.metrics().expect("metrics").found;
            // Five pods and the store itself.
            assert_eq!(
                found[0].as_ref().map(|found| found.series[0].points[0].1),
                Ok(Some(6.0))
            );
            assert!(found[1].is_err());
        }
        other => panic!("{other:?}"),
    }
}
