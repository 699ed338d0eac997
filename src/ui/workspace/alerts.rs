//! Alerts: rules and their states, pages and who answers, routes, silences.

use std::rc::Rc;

use yew::prelude::*;

use super::designer::Designer;
use crate::base::Span;
use crate::session::{
    AlertAct, AlertView, AlertsView, Command, Health, PageView, RecordView, RouteRow, RuleAct,
    RuleView, View,
};
use crate::ui::client::Client;
use crate::ui::format;
use crate::ui::lab::use_lab;
use crate::ui::routes;
use crate::ui::strings::alerts as words;
use crate::ui::widget::status;

/// What the tab is given.
#[derive(PartialEq, Properties)]
pub struct AlertsProps {
    /// The lab.
    pub view: Rc<View>,
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
}

/// The whole tab.
#[component]
pub fn Alerts(props: &AlertsProps) -> Html {
    let lab = use_lab();
    let slos: Vec<String> = (props.view.slos.iter())
        .map(|slo| slo.name.clone())
        .collect();
    let rules_now = props.view.alerts.as_ref().map(|alerts| &alerts.rules);
    let first = rules_now.and_then(|rules| rules.first());
    let first = first.map_or(String::new(), |rule| rule.expr.clone());
    let designer = (!slos.is_empty()).then(|| {
        let body = html! { <Designer {slos} {first} fresh={props.fresh} /> };
        section(words::DESIGNER, body)
    });
    let Some(alerts) = &props.view.alerts else {
        return html! {
            <div class="slos alerts"><p class="empty">{ words::NONE }</p>{ designer }</div>
        };
    };
    html! {
        <div class="slos alerts">
            { pages(&lab.client, alerts) }
            { rules(&lab.client, alerts) }
            if !alerts.recorded.is_empty() { { recorded(&alerts.recorded) } }
            { routing(alerts) }
            { silences(&lab.client, alerts) }
            { designer }
        </div>
    }
}

fn act(client: &Client, act: AlertAct, word: &'static str) -> Html {
    let client = client.clone();
    let onclick =
        Callback::from(move |_: MouseEvent| client.act(Command::Alert { act: act.clone() }));
    html! { <button type="button" class="button button-small" {onclick}>{ word }</button> }
}

/// A table within a frame of its own, in which wide ones scroll.
pub(super) fn table(heading: &'static str, names: &[&'static str], rows: Html) -> Html {
    html! {
        <div class="table-frame" tabindex="0" role="region" aria-label={heading}>
            <table class="table">
                <thead><tr>{ for names.iter().map(|name| html! { <th scope="col">{ *name }</th> }) }</tr></thead>
                <tbody>{ rows }</tbody>
            </table>
        </div>
    }
}

pub(super) fn section(heading: &'static str, body: Html) -> Html {
    html! { <section class="slo" aria-label={heading}><h2>{ heading }</h2>{ body }</section> }
}

const PAGE_HEADS: [&str; 6] = [
    words::SINCE,
    words::WHAT,
    words::WHO,
    words::STATE,
    words::DO,
    words::USEFUL,
];

/// Pages that can still be answered; nothing where there are none.
pub(super) fn open(client: &Client, alerts: &AlertsView) -> Html {
    let open = alerts.pages.iter().filter(|page| page.open);
    let rows: Vec<Html> = open.map(|page| page_row(client, page)).collect();
    match rows.is_empty() {
        true => Html::default(),
        false => table(words::PAGES, &PAGE_HEADS, rows.into_iter().collect()),
    }
}

fn pages(client: &Client, alerts: &AlertsView) -> Html {
    let rows = alerts.pages.iter().map(|page| page_row(client, page));
    let load = alerts.load.iter().map(|(person, pages, nights)| {
        html! {
            <tr>
                <th scope="row">{ person }</th>
                <td>{ *pages }</td>
                <td>{ *nights }</td>
            </tr>
        }
    });
    let load = load.collect::<Html>();
    let body = html! {
        <>
            <p class="soft">{ words::on_call(&alerts.on_call) }</p>
            if alerts.pages.is_empty() {
                <p class="soft">{ words::NO_PAGES }</p>
            } else {
                { table(words::PAGES, &PAGE_HEADS, rows.collect::<Html>()) }
            }
            { table(words::LOAD, &[words::PERSON, words::PAGES, words::NIGHTS], load) }
        </>
    };
    section(words::PAGES, body)
}

fn page_row(client: &Client, page: &PageView) -> Html {
    let id = page.id;
    let health = match (page.open, page.state.as_str()) {
        (false, _) => Health::Good,
        (_, "ringing") => Health::Bad,
        _ => Health::Watch,
    };
    let mark = |actionable, word| {
        let mark = AlertAct::Mark {
            page: id,
            actionable,
        };
        act(client, mark, word)
    };
    let snooze = AlertAct::Snooze {
        page: id,
        length: Span::from_mins(30),
    };
    html! {
        <tr key={id}>
            <td>{ format::instant(page.at) }</td>
            <th scope="row">{ words::page(id, page.asked) }{ " " }{ &page.title }</th>
            <td>{ &page.person }</td>
            <td>{ status(health, &page.state) }</td>
            <td>
                if page.open {
                    { act(client, AlertAct::Acknowledge { page: id }, words::ACKNOWLEDGE) }
                    { act(client, snooze, words::SNOOZE) }
                    { act(client, AlertAct::Resolve { page: id }, words::RESOLVE) }
                }
            </td>
            <td>
                { match page.actionable {
                    Some(true) => html! { words::YES },
                    Some(false) => html! { words::NO },
                    None => html! { <>{ mark(true, words::YES) }{ mark(false, words::NO) }</> },
                } }
            </td>
        </tr>
    }
}

fn rules(client: &Client, alerts: &AlertsView) -> Html {
    let heads = [
        words::RULE,
        words::STATE,
        words::ALERT,
        words::SINCE,
        words::TOLD,
    ];
    let rows = alerts.rules.iter().map(|rule| rule_rows(client, rule));
    let rows = rows.collect::<Html>();
    section(words::RULES, table(words::RULES, &heads, rows))
}

fn rule_rows(client: &Client, rule: &RuleView) -> Html {
    let health = match (rule.error.is_some(), rule.state.as_str()) {
        (true, _) => Health::Unknown,
        (_, "firing") => Health::Bad,
        (_, "pending") => Health::Watch,
        _ => Health::Good,
    };
    html! {
        <>
            <tr>
                <th scope="row">
                    { &rule.name }{ " " }<span class="soft">{ &rule.labels }</span>
                    <br /><code class="soft">{ &rule.expr }</code>
                </th>
                <td>{ status(health, rule.error.as_deref().unwrap_or(&rule.state)) }</td>
                <td>{ words::waits(waits(rule.after).as_deref(), waits(rule.keep).as_deref()) }</td>
                <td /><td>if !rule.derived { { remove(client, &rule.name) } }</td>
            </tr>
            { for rule.alerts.iter().map(|alert| alert_row(client, alert)) }
        </>
    }
}

/// A time that passes, if any does.
fn waits(span: Span) -> Option<String> {
    (!span.is_zero()).then(|| format::duration(span))
}

fn recorded(rules: &[RecordView]) -> Html {
    let rows = rules.iter().map(|rule| {
        let value = rule.value.map_or(format::NONE.to_owned(), format::plain);
        html! {
            <tr>
                <th scope="row">{ &rule.name }<br /><code class="soft">{ &rule.expr }</code></th>
                <td class="number">{ rule.series }</td>
                <td class="number">{ rule.error.as_ref().unwrap_or(&value) }</td>
            </tr>
        }
    });
    let rows = rows.collect::<Html>();
    let heads = [words::RULE, words::SERIES, words::LAST];
    section(words::RECORDED, table(words::RECORDED, &heads, rows))
}

fn remove(client: &Client, name: &str) -> Html {
    let (client, name) = (client.clone(), name.to_owned());
    let onclick = Callback::from(move |_: MouseEvent| {
        let act = RuleAct::Remove { name: name.clone() };
        client.act(Command::AlertRule { act });
    });
    html! { <button type="button" class="button button-small" {onclick}>{ words::REMOVE }</button> }
}

fn alert_row(client: &Client, alert: &AlertView) -> Html {
    let health = match alert.state.as_str() {
        "firing" => Health::Bad,
        _ => Health::Watch,
    };
    let silence = AlertAct::Silence {
        matchers: alert.matchers.clone(),
        length: Span::from_hours(1),
        comment: words::COMMENT.to_owned(),
    };
    html! {
        <tr>
            <td />
            <td>{ status(health, &alert.state) }</td>
            <th scope="row">{ &alert.labels }{ " " }<span class="soft">{ &alert.summary }</span></th>
            <td>{ format::instant(alert.since) }</td>
            <td>
                { alert.muted.as_deref().unwrap_or(words::TELLS) }
                if alert.muted.is_none() { { " " }{ act(client, silence, words::SILENCE) } }
            </td>
        </tr>
    }
}

fn routing(alerts: &AlertsView) -> Html {
    let rows = alerts.routes.iter().map(|route| {
        html! {
            <tr>
                <th scope="row">
                    { branch(route.depth) }
                    if route.takes.is_empty() { { words::EVERYTHING } } else { <code>{ &route.takes }</code> }
                    if route.goes_on { { " " }{ words::GOES_ON } }
                </th>
                <td>{ &route.receiver }</td>
                <td class="number">{ route.alerts }</td>
            </tr>
        }
    });
    let heads = [words::TAKES, words::RECEIVER, words::OPEN];
    let rows = rows.collect::<Html>();
    let body = html! {
        <>
            { tree(&alerts.routes) }
            <details><summary>{ words::AS_TABLE }</summary>{ table(words::ROUTES, &heads, rows) }</details>
        </>
    };
    section(words::ROUTES, body)
}

/// The tree of routes drawn; the table beneath says the same in words.
fn tree(rows: &[RouteRow]) -> Html {
    const CHARACTERS: usize = 27;
    let depths: Vec<u32> = rows.iter().map(|route| route.depth).collect();
    let plan = routes::plan(&depths);
    let (width, height) = plan.size;
    let (wide, high) = routes::BOX;
    let nodes = rows.iter().zip(&plan.corners).map(|(route, (x, y))| {
        let takes = match route.takes.as_str() {
            "" => words::EVERYTHING,
            takes => takes,
        };
        let told = words::route(&route.receiver, route.alerts, route.goes_on);
        let busy = (route.alerts > 0).then_some("is-busy");
        html! {
            <g class={classes!("tree-node", busy)}>
                <title>{ format!("{takes}: {told}") }</title>
                <rect x={x.to_string()} y={y.to_string()} width={wide.to_string()}
                    height={high.to_string()} rx="6" />
                <text x={(x + 10.0).to_string()} y={(y + 18.0).to_string()} class="tree-takes">
                    { routes::cut(takes, CHARACTERS) }
                </text>
                <text x={(x + 10.0).to_string()} y={(y + 35.0).to_string()}>
                    { routes::cut(&told, CHARACTERS + 4) }
                </text>
            </g>
        }
    });
    html! {
        <div class="table-frame" tabindex="0" role="region" aria-label={words::ROUTES}>
            <svg class="tree" role="img" aria-label={words::TREE} width={width.to_string()}
                height={height.to_string()} viewBox={format!("0 0 {width} {height}")}>
                { for plan.lines.iter().map(|(_, line)| html! { <path class="tree-line" d={line.clone()} /> }) }
                { for nodes }
            </svg>
        </div>
    }
}

/// How deep a route lies, drawn.
fn branch(depth: u32) -> String {
    match depth {
        0 => String::new(),
        depth => "\u{a0}\u{a0}\u{a0}".repeat(depth as usize) + "\u{2514} ",
    }
}

fn silences(client: &Client, alerts: &AlertsView) -> Html {
    if alerts.silences.is_empty() {
        let none = html! { <p class="soft">{ words::NO_SILENCES }</p> };
        return section(words::SILENCES, none);
    }
    let rows = alerts.silences.iter().map(|silence| {
        let end = AlertAct::EndSilence { id: silence.id };
        html! {
            <tr>
                <th scope="row"><code>{ &silence.matchers }</code>{ " " }<span class="soft">{ &silence.comment }</span></th>
                <td>{ format::instant(silence.until) }</td>
                <td>if silence.active { { act(client, end, words::END) } }</td>
            </tr>
        }
    });
    let heads = [words::WHAT, words::UNTIL, words::DO];
    let rows = rows.collect::<Html>();
    section(words::SILENCES, table(words::SILENCES, &heads, rows))
}
