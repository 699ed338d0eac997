//! Every text that the pages show, in one table: constants first, then
//! sentences with something filled in. Texts of lessons and worlds are not
//! here; they come with their files. What belongs to one panel alone stands in
//! a file of its own below.

use crate::base::Diagnostics;
use crate::lesson::StepState;
use crate::session::{EventKind, Health, ServiceKind};

macro_rules! texts {
    ($($name:ident = $text:expr;)+) => {$(pub const $name: &str = $text;)+};
}

pub mod alerts;
pub mod calls;
pub mod evidence;
pub mod explore;
pub mod fleet;
pub mod incident;
pub mod keys;
pub mod progress;
pub mod reference;
pub mod replay;
pub mod slos;
pub mod traffic;
pub mod workshop;

// The product and its frame.
texts! {
    PRODUCT = "XOps Lab";
    PAGES = "Pages";
    SKIP = "Skip to the content";
    HOME_LINK = "XOps Lab, home";
    GO_HOME = "Go to the home page";
    BACK_HOME = "Back to the tracks";
    FOOT_PRIVACY = "Runs entirely in this browser. No account, no cookies, nothing is sent anywhere.";
    FOOT_LICENCE = "MIT or Apache-2.0";
    FOOT_BUILD = "Build";
    CLOSE = "Close";
    CANCEL = "Cancel";
    DISMISS = "Dismiss this notice";
    UPDATE_WAITS = "A newer version of XOps Lab is ready. What is running goes on after the reload.";
    UPDATE_TAKE = "Reload with it";
    NEW_TAB = " (opens in a new tab)";
    THEME_SYSTEM = "as the system";
    THEME_LIGHT = "light";
    THEME_DARK = "dark";
    MISSING_TITLE = "There is nothing here";
    MISSING_TEXT = "This address leads nowhere in XOps Lab:";
}

// The home page.
texts! {
    HOME_TITLE = "Learn to run production systems";
    HOME_HEADING = "Run production. Break it. Learn what it costs.";
    HOME_LEAD = "A flight simulator for running production systems: a microservice shop, simulated request by request in your browser, that you deploy to, break, watch and mend.";
    CONTINUE_WHERE = "Continue where you left off";
    BEGIN = "Begin with the first lesson";
    CATALOGUE_LOADING = "Loading the lessons";
    CATALOGUE_FAILED = "The list of lessons could not be loaded";
    PLANNED = "Yet to be written";
    SANDBOX_HEADING = "Sandbox";
    SANDBOX_ABOUT = "A system with every control and nobody telling you what to do.";
    DEMO_TITLE = "A shop, running now";
    DEMO_SPEED = "10× real time";
    DEMO_STARTING = "Starting a small shop";
    DEMO_REFUSED = "The shop's world file could not be opened. The lessons may still work; please reload the page once.";
    DEMO_RATE = "Requests";
    DEMO_ERRORS = "Users see errors";
    DEMO_BUDGET = "Error budget left";
    DEMO_STATE = "Users' side";
    DEMO_BREAK = "Break the payment service";
    DEMO_BREAK_NOTE = "30 % of its requests fail for five simulated minutes, half a minute of yours.";
    DEMO_MEND = "Mend it";
    DEMO_MEND_NOTE = "Payment is failing. Follow the errors back to the users, then end the fault.";
}

// Top bar.
texts! {
    CLOCK = "Simulated clock";
    MONEY_LOST = "Lost";
    PAUSE = "Pause";
    PAUSE_TITLE = "Pause (space)";
    PAUSED = "paused";
    SPEED_GROUP = "Speed of simulated time";
    SPEED_1 = "Real time";
    SPEED_10 = "10 times real time";
    SPEED_60 = "60 times real time: a minute a second";
    SPEED_600 = "600 times real time: ten minutes a second";
    SPEED_3600 = "3600 times real time: an hour a second";
    SPEED_MAX = "As fast as it goes";
    SPEED_MAX_SHORT = "Max";
    SPEED_NEXT = "To the next event";
    SLO_CHIPS = "Objectives";
    CHIP_LEFT = "left";
    CHIP_BURN = "burn";
    CHIP_LEFT_NOTE = " of the error budget, ";
    CHIP_BURN_NOTE = " rate over the last hour. Show the objectives";
    RUN_BUTTON = "Run…";
    HELP_BUTTON = "Keyboard shortcuts";
}

// Workspace.
texts! {
    LESSON_REGION = "Lesson";
    INSPECTOR_REGION = "Inspector";
    CENTRE_TABS = "Views of the system";
    TAB_MAP = "Map";
    TAB_DASHBOARDS = "Dashboards";
    TAB_SLOS = "SLOs";
    PANE_SWITCH = "Parts of the workspace";
    PANE_LESSON = "Lesson";
    PANE_SYSTEM = "System";
    PANE_INSPECTOR = "Inspect";
    WHOLE_SYSTEM = "Whole system";
    GOLDEN_SIGNALS = "Golden signals";
    SCOPE = "Show";
    RANGE = "Range";
    LEAVE_ZOOM = "Leave the zoom";
    NO_CHARTS = "Charts appear here as soon as the first minute has been measured. Let time run.";
    NO_SLOS = "This world promises nothing. Objectives appear here when its file has a section `slos`.";
    SLO_TARGET = "Target";
    SLO_SLI = "So far";
    SLO_WINDOW = "Rolling window";
    SLO_BAD = "Bad requests";
    BUDGET_LEFT = "of the error budget left";
    BURN_CAPTION = "Burn rate: 1× spends the budget exactly over the window";
    BURN_WINDOW = "Looking back";
    BURN_RATE = "Burn rate";
    BUDGET_GONE = "The budget is gone.";
    NOT_EXHAUSTED = "At the burn of the last hour, the budget lasts.";
    TIMELINE = "What happened";
    TIMELINE_LIST = "Every event, latest first";
    NO_EVENTS = "Deploys, faults and actions appear here as they happen.";
    NOW = "now";
    WAS_HIDDEN = "The simulation was paused while this page was hidden.";
    RUN_AGAIN = "Run again";
    RESTORED = "Restored where you left it, paused.";
    LAB_STARTING = "Starting the simulator";
    LAB_GONE = "The simulator has stopped.";
    CATCHING_UP = "Catching up";
}

// Inspector and actions.
texts! {
    INSPECT = "Inspect";
    SERVICES = "Services";
    LAST_MINUTE = "Over the last minute";
    RATE = "Rate";
    ERRORS = "Errors";
    P50 = "p50";
    P95 = "p95";
    P99 = "p99";
    BUSY = "Workers busy";
    QUEUED = "Queued";
    KEPT = "What it keeps";
    PODS = "Pods";
    NO_PODS = "No pods: every request fails. Scale the service up.";
    POD_STARTING = "starting";
    POD_READY = "ready";
    POD_DRAINING = "draining";
    POD_DEAD = "waits to restart";
    POD_PENDING = "pending";
    POD_UNREADY = "not ready";
    ROUTES = "Routes";
    ROUTE = "Route";
    ALL_ROUTES = "All routes";
    ACTIONS = "Actions";
    DEPLOY = "Deploy a version";
    DEPLOY_DOES = "Replaces the pods one by one with pods of the chosen version. Each stops taking requests, finishes what it has, and starts again.";
    VERSION = "Version";
    ROLL_BACK = "Roll back";
    NO_ROLL_BACK = "Nothing to roll back: no version was deployed before this one.";
    RESTART = "Rolling restart";
    RESTART_BUTTON = "Restart the pods";
    SCALE = "Scale";
    SCALE_BUTTON = "Scale";
    PODS_WANTED = "Pods wanted";
    UNIT_PODS = "pods";
    LOAD = "Users' traffic";
    LOAD_BUTTON = "Set the traffic";
    LOAD_FACTOR = "Times the usual";
    UNIT_TIMES = "×";
    FAULTS = "Faults acting now";
    UNTIL_ENDED = " until someone ends it";
    END = "End";
    INJECT = "Inject a fault";
    INJECT_BUTTON = "Inject";
    FAULT_KIND = "Kind";
    FAULT_DURATION = "For";
    FAULT_FOREVER = "until ended";
    FAULT_ALL_PODS = "All of them";
    FAULT_ONE_POD = "One, by chance";
    UNIT_MS = "ms";
    UNIT_PERCENT = "%";
    UNIT_MINUTES = "simulated minutes";
    NOT_WHOLE = "Enter a whole number, without a point.";
}

// Lesson.
texts! {
    LESSON_WAITING = "Opening the lesson";
    FOLD_LESSON = "Fold the lesson away ([)";
    UNFOLD_LESSON = "Show the lesson ([)";
    STEPS = "Steps";
    TASK = "Now";
    CHECK_MET = "Done: ";
    CHECK_OPEN = "Open: ";
    FEEDBACK = "Feedback";
    EXPLANATION = "What happened";
    COMMIT = "Commit to this guess";
    NOT_SCORED = "Guesses are never scored. They are there to be compared.";
    CONTINUE = "Continue";
    REWIND = "Start again";
    REWIND_LONG = "Start this step again";
    LESSON_NEWS = ", something new";
    REWIND_TITLE = "Go back in time?";
    REWIND_YES = "Go back";
    STARS = "How it went";
    STAR_EARNED = "Earned: ";
    STAR_MISSED = "Not earned: ";
    WHO_SPENT = "Who spent the budget";
    WHAT_YOU_DID = "What you did";
    WHAT_WAS_SHOWN = "What the dashboards showed";
    LAY_TRUTH_BESIDE = "Lay the truth beside it";
}

// Run, crash, files.
texts! {
    RUN_TITLE = "This run";
    SEED_HEADING = "Seed";
    SEED_ABOUT = "The same seed and the same actions give the same run, to the bit.";
    SEED = "Seed";
    RESTART_RUN_NOTE = "Starts from the beginning; what you did in this run is forgotten.";
    DIGEST_HEADING = "Digest";
    DIGEST_ABOUT = "The digest is a fingerprint of the whole simulated state.";
    DIGEST_BUTTON = "Show the digest";
    COPY_REPLAY = "Copy replay";
    COPIED = "The replay is on the clipboard.";
    NOT_COPIED = "The browser did not let the page write to the clipboard. Allow it for this page and try again.";
    NOTHING_TO_COPY = "There is no run to copy yet.";
    LOAD_WORLD_HEADING = "Another world";
    LOAD_WORLD_LABEL = "World file (.yaml)";
    LOAD_WORLD_DROP = "Pick one, or drop it here. It replaces this run if it is sound.";
    NOT_LOADED = "This could not be loaded";
    NOT_LOADED_REMEDY = "Please check the address and your connection, then reload the page.";
    AFRESH = "Start afresh";
    AFRESH_NOTE = "What this browser kept of the run here is put aside, not deleted.";
    GOES_ON = "What was running goes on. Mend the file and load it again.";
    CRASH_TITLE = "The simulator stopped unexpectedly";
    CRASH_REPAIRING = "This is a fault of XOps Lab, not yours. A fresh simulator is replaying what you did.";
    CRASH_REPAIRED = "This is a fault of XOps Lab, not yours. A fresh simulator has replayed what you did and stands, paused, where the old one stopped.";
    CRASH_TWICE = "It stopped again while replaying what you did, so it was not started a third time.";
    CRASH_REPLAY_NOTE = "The replay holds everything that is needed to find the cause. Please attach it to a report.";
    CRASH_CONTINUE = "Continue";
    CRASH_SHORTER = "Start again without the last action";
    CRASH_OVER = "Start over";
    RECOVERED = "A fresh simulator stands where the old one stopped.";
    STORAGE_FULL = "This browser's storage is full or not allowed, so progress lasts only until the page is closed. Free some space or allow storage for this page.";
    NO_WORKER_URL = "The page does not say where the simulator is. Please reload it.";
}

pub fn document_title(page: &str) -> String {
    format!("{page} · {PRODUCT}")
}

pub fn theme_label(now: &str) -> String {
    format!("Colours: {now}. Change")
}

pub fn sandbox_title(world: &str) -> String {
    format!("Sandbox: {world}")
}

pub fn minutes(minutes: u32) -> String {
    format!("About {minutes} minutes")
}

pub fn lessons_done(done: usize, all: usize) -> String {
    format!("{done} of {all} done")
}

pub fn stars_of(stars: u32) -> String {
    format!("Done, {stars} of 3 stars")
}

pub fn step_of(step: u32, steps: u32) -> String {
    format!("Step {} of {steps}", step.saturating_add(1).min(steps))
}

pub fn step_announced(step: u32, steps: usize, title: &str) -> String {
    format!("Step {step} of {steps}: {title}")
}

pub fn step_label(number: u32, title: &str, state: StepState) -> String {
    let state = match state {
        StepState::Ahead => "to come",
        StepState::Current => "now",
        StepState::Done => "done",
    };
    format!("Step {number}, {title}, {state}")
}

pub fn rewind_to(number: u32, title: &str) -> String {
    format!("Step {number}, {title}, done. Go back to its start")
}

pub fn rewind_text(number: u32, title: &str) -> String {
    format!(
        "The system returns to the moment when step {number}, “{title}”, began. What was done since then is forgotten."
    )
}

pub fn hint_number(number: usize) -> String {
    format!("Hint {number}")
}

pub fn hint_button(first: bool) -> &'static str {
    if first {
        "Give me a hint"
    } else {
        "Another hint"
    }
}

pub fn hint_cost(left: u32) -> String {
    let left = if left == 1 {
        "1 left".to_owned()
    } else {
        format!("{left} left")
    };
    format!("{left}. Each hint counts against the score.")
}

pub fn your_guess(guess: &str) -> String {
    format!("Your guess: {guess}")
}

pub fn with_unit(number: &str, unit: &str) -> String {
    if unit.is_empty() {
        number.to_owned()
    } else {
        format!("{number}\u{a0}{unit}")
    }
}

pub fn took(time: &str) -> String {
    format!("{time} of simulated time.")
}

pub fn failed_requests(count: &str) -> String {
    format!("{count} requests of users failed")
}

pub fn lesson_planned(title: &str) -> String {
    format!("“{title}” is yet to be written.")
}

pub fn no_such_lesson(track: &str, lesson: &str) -> String {
    format!("There is no lesson “{lesson}” in the track “{track}”.")
}

pub fn no_such_world(world: &str) -> String {
    format!("There is no world “{world}”. Worlds of your own are loaded from inside a sandbox.")
}

pub fn health_word(health: Health) -> &'static str {
    match health {
        Health::Unknown => "no data",
        Health::Good => "good",
        Health::Watch => "watch",
        Health::Bad => "bad",
    }
}

pub fn budget_word(health: Health) -> &'static str {
    match health {
        Health::Unknown => "no data",
        Health::Good => "on course",
        Health::Watch => "watch",
        Health::Bad => "burning",
    }
}

pub fn health_changed(title: &str, health: Health) -> String {
    format!("{title}: {}.", budget_word(health))
}

pub fn reached(times: &str) -> String {
    format!("at {times}")
}

pub fn with_key(what: &str, key: &str) -> String {
    format!("{what} ({key})")
}

pub fn catching_up(now: &str, until: &str) -> String {
    format!("{CATCHING_UP}: {now}, on the way to {until}")
}

pub fn signals_of(scope: &str) -> String {
    format!("Golden signals: {scope}")
}

pub fn bad_of_allowed(bad: &str, allowed: &str) -> String {
    format!("{bad} of {allowed} allowed")
}

pub fn last(window: &str) -> String {
    format!("last {window}")
}

pub fn ago(range: &str) -> String {
    format!("{range} ago")
}

pub fn exhausted_in(time: &str) -> String {
    format!("At the burn of the last hour, the budget is gone in {time}.")
}

pub fn events_button(count: usize) -> String {
    if count == 1 {
        "1 event".to_owned()
    } else {
        format!("{count} events")
    }
}

pub fn event_word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Deploy => "Deploy",
        EventKind::Fault => "Fault",
        EventKind::Pod => "Pod",
        EventKind::Action => "Action",
        EventKind::Budget => "Alert",
        EventKind::Lesson => "Lesson",
        EventKind::Incident => "Incident",
    }
}

pub fn kind_word(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Gateway => "Gateway",
        ServiceKind::Service => "Service",
        ServiceKind::Database => "Database",
        ServiceKind::Cache => "Cache",
        ServiceKind::Queue => "Queue",
        ServiceKind::Dependency => "Dependency",
    }
}

pub fn arrivals(rate: &str) -> String {
    format!("{rate} from users")
}

pub fn scaled(requests: u32) -> String {
    format!("One simulated request stands for {requests} real ones; rates and money are scaled.")
}

pub fn rollout(done: u32, all: u32) -> String {
    format!("Rollout: {done} of {all} pods")
}

pub fn pod_load(busy: u32, workers: u32, queued: u32, limit: u32) -> String {
    format!("{busy}/{workers} workers, {queued}/{limit} queued")
}

pub fn restarts(count: u32) -> String {
    if count == 1 {
        ", restarted once".to_owned()
    } else {
        format!(", restarted {count} times")
    }
}

pub fn deploy_button(version: &str) -> String {
    format!("Deploy {version}")
}

pub fn roll_back_does(version: &str) -> String {
    format!("Returns to {version}, pod by pod. It takes as long as a deploy.")
}

pub fn roll_back_button(version: &str) -> String {
    format!("Roll back to {version}")
}

pub fn restart_does(pods: u32) -> String {
    match pods {
        1 => "Restarts the only pod: while it starts, requests fail or wait.".to_owned(),
        _ => format!(
            "Restarts {pods} pods, one at a time. Each finishes what it has; the others carry its load until it is back."
        ),
    }
}

pub fn scale_does(pods: u32) -> String {
    format!(
        "Runs {pods} pods now. New pods take time to start; pods that go finish what they have first."
    )
}

pub fn load_does(factor: &str) -> String {
    format!("Users send {factor}× the world's own traffic now. The change acts at once.")
}

pub fn from(time: &str) -> String {
    format!(" from {time}")
}

pub fn until(time: &str) -> String {
    format!(" until {time}")
}

pub fn end_fault(text: &str) -> String {
    format!("End the fault: {text}")
}

pub fn number_from_to(min: &str, max: &str) -> String {
    format!("a number from {min} to {max}")
}

pub fn number_missing(wanted: &str) -> String {
    format!("Enter {wanted}.")
}

pub fn number_out_of_range(wanted: &str) -> String {
    format!("That is out of range. Enter {wanted}.")
}

pub fn not_a_number(wanted: &str) -> String {
    format!("That is not a number. Enter {wanted}.")
}

pub fn restart_run(same: bool) -> &'static str {
    if same {
        "Restart with the same seed"
    } else {
        "Restart with this seed"
    }
}

pub fn digest_at(time: &str) -> String {
    format!(" at {time}")
}

pub fn file_too_large(name: &str) -> String {
    format!("“{name}” is far larger than any world. Pick a world file of a few kilobytes.")
}

pub fn file_unreadable(name: &str) -> String {
    format!("“{name}” could not be read. Check that it still exists and is a text file.")
}

pub fn not_opened(file: &str) -> String {
    format!("“{file}” could not be opened")
}

pub fn not_fetched(path: &str, reason: &str) -> String {
    format!("The file {path} could not be fetched ({reason}).")
}

pub fn bad_catalogue(problems: &Diagnostics) -> String {
    let first = problems
        .iter()
        .next()
        .map(|p| format!("{}:{}: {}", p.place.file, p.place.line, p.problem));
    first.unwrap_or_else(|| "The catalogue is not sound.".to_owned())
}

pub fn worker_refused(reason: &str) -> String {
    format!("The browser did not start the simulator: {reason}")
}

pub fn worker_not_loaded(details: &str) -> String {
    let text =
        "The simulator could not be loaded. Please check your connection and reload the page.";
    match details {
        "" => text.to_owned(),
        details => format!("{text} {details}"),
    }
}

pub fn worker_garbled(reason: &str) -> String {
    format!(
        "The simulator sent something that the page does not understand: {reason}. Reload the page."
    )
}

pub fn unreadable(key: &str, problem: &str, aside: Option<&str>) -> String {
    match aside {
        Some(aside) => format!(
            "What this browser kept under “{key}” could not be read: {problem}. It was put aside as “{aside}”, and a fresh start was made."
        ),
        None => format!(
            "What this browser kept under “{key}” could not be read: {problem}. It stays where it is until there is room to put it aside."
        ),
    }
}
