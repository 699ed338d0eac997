//! Texts of the alerts' tab and of the pager.

texts! {
    TAB = "Alerts";
    PAGER = "Pager";
    NONE = "Nobody is told of anything here yet: derive rules from an objective, or make one.";
    HELD_AGAINST = "Objective";
    DERIVES = "pages and tickets over two pairs of windows each, by budget share x period / window; in a run younger than a window they look at all there is, as Prometheus does";
    FOR = "Pending for";
    KEEP = "Keeps firing for";
    SEVERITY = "Severity";
    PAGE = "page: wakes somebody";
    TICKET = "ticket: waits";
    NAME = "Name";
    USE = "Use this rule";
    REMOVE = "Remove";
    RULES = "Rules";
    RULE = "Rule";
    STATE = "State";
    ALERT = "Alert";
    SINCE = "Since";
    TOLD = "Told";
    TELLS = "yes";
    PAGES = "Pages";
    NO_PAGES = "Nobody was paged yet. A page appears here when an alert is sent to a receiver that pages.";
    WHAT = "What";
    WHO = "Who";
    DO = "Do";
    ACKNOWLEDGE = "Acknowledge";
    RESOLVE = "Resolve";
    SNOOZE = "Snooze 30 min";
    USEFUL = "Actionable?";
    YES = "Yes";
    NO = "No";
    ROUTES = "Routes";
    TAKES = "Takes";
    AS_TABLE = "As a table";
    TREE = "Routes as a tree; the table below says the same in words";
    EVERYTHING = "everything";
    GOES_ON = "and goes on";
    RECEIVER = "Tells";
    OPEN = "Alerts now";
    SILENCES = "Silences";
    SILENCE = "Silence 1 h";
    COMMENT = "silenced from the page";
    END = "End";
    UNTIL = "Until";
    NO_SILENCES = "None.";
    LOAD = "Page load";
    PERSON = "Person";
    NIGHTS = "At night";
    DESIGNER = "Rule designer";
    DETECTION = "Detection time";
    RESET = "Reset time";
    PRECISION = "Precision";
    RECALL = "Recall";
    SPENT = "Budget spent before";
    WEEKLY = "Firings a week";
    LONG_NAME = "The name is too long: write at most 60 characters.";
    RECORDED = "Recording rules";
    SERIES = "Series";
    LAST = "Last value";
}

pub fn bell(ringing: u32) -> String {
    match ringing {
        0 => "quiet".to_owned(),
        1 => "1 page rings".to_owned(),
        count => format!("{count} pages ring"),
    }
}

pub fn route(receiver: &str, alerts: u32, goes_on: bool) -> String {
    let alerts = match alerts {
        0 => String::new(),
        count => format!(", {count} now"),
    };
    let on = if goes_on { ", goes on" } else { "" };
    format!("tells {receiver}{alerts}{on}")
}

pub fn derive(slo: &str) -> String {
    format!("Derive burn-rate rules for {slo}")
}

pub fn waits(after: Option<&str>, keep: Option<&str>) -> String {
    let after = after.map_or("at once".to_owned(), |after| format!("for {after}"));
    match keep {
        None => after,
        Some(keep) => format!("{after}, keeps firing {keep}"),
    }
}

pub fn incidents(count: u32, slo: &str) -> String {
    format!(
        "Two rules side by side, on the last 7 days of this run: in {count} stretches the budget of {slo} burned faster than it lasts."
    )
}

pub fn on_call(person: &str) -> String {
    format!("{person} is on call")
}

pub fn page(id: u32, asked: u32) -> String {
    match asked {
        0 | 1 => format!("#{id}"),
        asked => format!("#{id}, {asked} people asked"),
    }
}
