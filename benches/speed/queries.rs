//! How long queries take: over a day of the shop, scraped every 15 seconds.

use std::time::Duration;

use xops_lab::base::{SimTime, Span};
use xops_lab::session::{
    Answer, Board, BoardQuestion, MetricQuestion, Question, Scope, Session, When,
};

/// What `cargo bench --bench speed -- queries` runs.
pub const NAME: &str = "queries";

const ROUNDS: usize = 9;

/// Prints the table.
pub fn print(cpu_time: fn() -> Duration) {
    let mut lab = super::ours::lab(include_str!("../../lessons/worlds/shop.yaml"));
    lab.advance(SimTime::ZERO + Span::from_days(1), u64::MAX);
    println!(
        "\n| over a day of the shop, {} series | ms |",
        lab.store().len()
    );
    println!("|---|---|");
    for (name, questions) in questions() {
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            let began = cpu_time();
            for question in &questions {
                std::hint::black_box(answer(&lab, question));
            }
            took.push((cpu_time() - began).as_secs_f64() * 1e3);
        }
        println!("| {name} | {:.1} |", super::median(took));
    }
}

/// An answer that has something in it.
fn answer(lab: &Session, question: &Question) -> Answer {
    let answer = lab.answer(question);
    let found = match &answer {
        Answer::Metrics(answer) => answer.found.iter().all(Result::is_ok),
        Answer::Board(answer) => answer.panels.len() == 4,
        _ => false,
    };
    assert!(found, "{answer:?}");
    answer
}

fn questions() -> [(&'static str, Vec<Question>); 3] {
    let of = "http_server_request_duration_seconds";
    let day = |query: String| {
        vec![Question::Metrics(MetricQuestion {
            queries: vec![query],
            when: When::Over {
                span: Span::from_days(1),
                until: None,
                step: None,
            },
            most: 250,
        })]
    };
    // The golden signals of the system and of two services: twelve panels.
    let scopes = [Scope::System, Scope::Service(0), Scope::Service(1)];
    let boards = scopes.map(|scope| {
        Question::Board(BoardQuestion {
            board: Board::Golden,
            scope,
            span: Span::from_hours(6),
        })
    });
    [
        (
            "rate of every route over the day",
            day(format!("sum by (service, route) (rate({of}_count[10m]))")),
        ),
        (
            "histogram_quantile of every service over the day",
            day(format!(
                "histogram_quantile(0.99, sum by (service, le) (rate({of}_bucket[10m])))"
            )),
        ),
        ("twelve panels over six hours", boards.to_vec()),
    ]
}
