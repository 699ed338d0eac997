//! How long queries take: over a day of the shop, scraped every 15 seconds.

use xops_lab::base::{SimTime, Span};
use xops_lab::session::{
    Answer, Board, BoardQuestion, MetricQuestion, Question, Scope, Session, When,
};

/// What `cargo bench --bench speed -- queries` runs.
#[cfg(not(target_arch = "wasm32"))]
pub const NAME: &str = "queries";

/// A day of the shop, and what it is asked.
pub struct Queries {
    lab: Session,
    /// Each row of the table by its name.
    rows: Vec<(&'static str, Vec<Question>)>,
}

impl Queries {
    /// Simulates the day.
    pub fn new() -> Queries {
        let mut lab = super::ours::lab(include_str!("../../lessons/worlds/shop.yaml"));
        lab.advance(SimTime::ZERO + Span::from_days(1), u64::MAX);
        let rows = questions().to_vec();
        Queries { lab, rows }
    }

    /// The names of the rows.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.rows.iter().map(|(name, _)| *name)
    }

    /// Asks everything of one row.
    pub fn ask(&self, row: usize) {
        for question in &self.rows[row].1 {
            std::hint::black_box(answer(&self.lab, question));
        }
    }
}

/// Prints the table.
#[cfg(not(target_arch = "wasm32"))]
pub fn print(cpu_time: fn() -> std::time::Duration) {
    const ROUNDS: usize = 9;
    let queries = Queries::new();
    println!(
        "\n| over a day of the shop, {} series | ms |",
        queries.lab.store().len()
    );
    println!("|---|---|");
    for (row, name) in queries.names().enumerate() {
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            let began = cpu_time();
            queries.ask(row);
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
