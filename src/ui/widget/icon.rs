//! Pictures for signs: drawn here, one stroke weight, coloured by the text
//! around them. Each status has a shape of its own.

use yew::prelude::*;

/// What a picture stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// As it should be: a filled disc with a tick.
    Good,
    /// Worth a look: a diamond.
    Watch,
    /// Users notice: a triangle.
    Bad,
    /// No data: a dashed ring.
    Unknown,
    /// Something to know.
    Info,
    /// Put away.
    Close,
    /// Hold.
    Pause,
    /// To the next event.
    Next,
    /// Light.
    Sun,
    /// Dark.
    Moon,
    /// As the system says.
    Screen,
    /// Fold to the left.
    FoldLeft,
    /// Unfold.
    FoldRight,
    /// A step or check done.
    Tick,
    /// A step or check open.
    Ring,
    /// The current step.
    Dot,
    /// An earned star.
    Star,
    /// A star not earned.
    StarEmpty,
    /// Go on.
    Arrow,
    /// Go back in time.
    Rewind,
    /// A rollout.
    Deploy,
    /// A fault.
    Fault,
    /// A pod.
    Pod,
    /// Something a person did.
    Hand,
    /// A budget.
    Budget,
    /// A lesson's words.
    Book,
    /// Yet to come.
    Clock,
    /// Copy.
    Copy,
    /// Keys.
    Keyboard,
    /// The mark of the product.
    Mark,
}

/// A picture of 16 by 16, hidden from those who listen: words always stand beside it.
pub fn icon(sign: Sign) -> Html {
    icon_with(sign, "")
}

/// A picture with a further class.
pub fn icon_with(sign: Sign, class: &'static str) -> Html {
    let (path, filled) = shape(sign);
    let paint = if filled { "icon icon-filled" } else { "icon" };
    html! {
        <svg class={classes!(paint, class)} viewBox="0 0 16 16" width="16" height="16"
            aria-hidden="true" focusable="false">
            <path d={path} />
        </svg>
    }
}

fn shape(sign: Sign) -> (&'static str, bool) {
    match sign {
        Sign::Good => (
            "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm3.6 4.6-4.3 4.9a.7.7 0 0 1-1 .1L4.300 9.300a.7.7 0 0 1 .9-1.1l1.500 1.300 3.800-4.300a.7.7 0 0 1 1.100.900Z",
            true,
        ),
        Sign::Watch => (
            "M8 .9 15.100 8 8 15.100.900 8 8 .900Zm-.8 4v3.900h1.600V4.900H7.200Zm0 4.900v1.500h1.600V9.800H7.200Z",
            true,
        ),
        Sign::Bad => (
            "M8 1.200 15.600 14.500H.400L8 1.200Zm-.8 5v4h1.600v-4H7.200Zm0 4.900v1.500h1.600v-1.500H7.200Z",
            true,
        ),
        Sign::Unknown => (
            "M6 2.200a6 6 0 0 1 4 0M12.800 4.400a6 6 0 0 1 1.200 3.600M12.900 11.500A6 6 0 0 1 10 13.700M6 13.700a6 6 0 0 1-2.900-2.200M2 8a6 6 0 0 1 1.200-3.600",
            false,
        ),
        Sign::Info => (
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 7.200v4M8 4.700v.6",
            false,
        ),
        Sign::Close => ("M4 4l8 8M12 4l-8 8", false),
        Sign::Pause => ("M4 3h2.800v10H4zM9.200 3H12v10H9.200z", true),
        Sign::Next => ("M3 3l7 5-7 5V3ZM11 3h2v10h-2z", true),
        Sign::Sun => (
            "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1.200v1.400M8 13.400v1.400M1.200 8h1.400M13.400 8h1.400M3.200 3.200l1 1M11.800 11.800l1 1M3.200 12.800l1-1M11.800 4.200l1-1",
            false,
        ),
        Sign::Moon => (
            "M13.500 9.700A6 6 0 0 1 6.300 2.500a6 6 0 1 0 7.200 7.200Z",
            false,
        ),
        Sign::Screen => ("M2 3h12v8.500H2zM5.500 14h5M8 11.500V14", false),
        Sign::FoldLeft => ("M2 2.500h12v11H2zM6 2.500v11M11.500 6 9.500 8l2 2", false),
        Sign::FoldRight => ("M2 2.500h12v11H2zM6 2.500v11M9.500 6l2 2-2 2", false),
        Sign::Tick => ("M3 8.500 6.500 12 13 4.500", false),
        Sign::Ring => ("M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z", false),
        Sign::Dot => (
            "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11Zm0 1.500a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0 1.700a2.300 2.300 0 1 0 0 4.600 2.300 2.300 0 0 0 0-4.600Z",
            true,
        ),
        Sign::Star => (
            "M8 1.300l2.050 4.250 4.650.65-3.400 3.250.85 4.650L8 11.850 3.850 14.100l.85-4.650L1.300 6.200l4.650-.65L8 1.300Z",
            true,
        ),
        Sign::StarEmpty => (
            "M8 1.800l1.900 3.950 4.300.6-3.150 3 .8 4.300L8 11.550l-3.850 2.100.8-4.300-3.150-3 4.300-.6L8 1.800Z",
            false,
        ),
        Sign::Arrow => ("M3 8h9.500M8.500 4l4 4-4 4", false),
        Sign::Rewind => (
            "M3.200 3v3.700h3.700M3.400 6.500A5.300 5.300 0 1 1 2.800 9.500",
            false,
        ),
        Sign::Deploy => ("M8 13V4M4.500 7 8 3.500 11.500 7M3 14h10", false),
        Sign::Fault => (
            "M9 1.500 3.500 9H7.500L6.500 14.500 12.500 6.500H8.500L9 1.500Z",
            true,
        ),
        Sign::Pod => (
            "M8 1.800 13.500 5v6L8 14.200 2.500 11V5L8 1.800ZM2.500 5 8 8.200 13.500 5M8 8.200v6",
            false,
        ),
        Sign::Hand => (
            "M8 7.500a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600ZM2.800 14a5.200 5.200 0 0 1 10.400 0",
            false,
        ),
        Sign::Budget => ("M2.500 3h3v10h-3zM6.500 6h3v7h-3zM10.500 9h3v4h-3z", false),
        Sign::Book => (
            "M8 4.200C6.500 3 4.300 2.700 2 3v9.500c2.300-.3 4.500 0 6 1.200 1.500-1.200 3.700-1.500 6-1.200V3c-2.300-.3-4.500 0-6 1.200ZM8 4.200v9.500",
            false,
        ),
        Sign::Clock => (
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.500V8l2.500 1.500",
            false,
        ),
        Sign::Copy => ("M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3", false),
        Sign::Keyboard => (
            "M1.500 4h13v8.500h-13zM4 6.500h.5M7 6.500h.5M10 6.500h.5M12.500 6.500h.100M5 10h6",
            false,
        ),
        Sign::Mark => ("M1.500 8h3l1.500-4.500 3 9L11 8h3.500", false),
    }
}
