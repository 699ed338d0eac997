//! Progress and settings: read once, kept on every change, shared by all pages.

use std::rc::Rc;

use gloo::events::EventListener;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref};

use super::notices::use_notices;
use super::store;
use crate::lesson::{LessonView, Progress, Settings, Theme};

/// What the browser remembers of this learner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remembered {
    /// Lessons played.
    pub progress: Progress,
    /// What was set.
    pub settings: Settings,
    /// Whether the system prefers dark.
    system_dark: bool,
}

/// What may change.
pub enum Change {
    /// Something was set.
    Settings(Settings),
    /// A lesson's view, at the place where it is played.
    Lesson(Rc<LessonView>, String),
    /// What was done elsewhere.
    Elsewhere(Progress),
    /// A place worth returning to.
    Visited(String),
    /// The system's preference.
    SystemDark(bool),
}

impl Reducible for Remembered {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut next = (*self).clone();
        match change {
            Change::Settings(settings) => next.settings = settings,
            Change::SystemDark(dark) => next.system_dark = dark,
            Change::Elsewhere(progress) => next.progress.absorb(&progress),
            Change::Visited(place) => next.progress.last = Some(place),
            Change::Lesson(lesson, place) => {
                let steps = u32::try_from(lesson.steps.len()).unwrap_or(u32::MAX);
                next.progress.reached(&lesson.id, lesson.current, steps);
                next.progress.last = Some(place);
                if let Some(debrief) = &lesson.debrief {
                    let stars = debrief.stars.iter().filter(|star| star.earned).count();
                    next.progress
                        .finished(&lesson.id, u32::try_from(stars).unwrap_or(3));
                }
            }
        }
        if next == *self { self } else { Rc::new(next) }
    }
}

/// The handle that pages use.
#[derive(Clone, PartialEq)]
pub struct Records(UseReducerHandle<Remembered>);

impl Records {
    /// Lessons played.
    pub fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// What was set.
    pub fn settings(&self) -> Settings {
        self.0.settings
    }

    /// Whether the page is dark now.
    pub fn dark(&self) -> bool {
        match self.0.settings.theme {
            Theme::System => self.0.system_dark,
            Theme::Light => false,
            Theme::Dark => true,
        }
    }

    /// Sets something.
    pub fn set(&self, settings: Settings) {
        self.0.dispatch(Change::Settings(settings));
    }

    /// Notes how far a lesson is.
    pub fn note_lesson(&self, lesson: &Rc<LessonView>, place: &str) {
        self.0
            .dispatch(Change::Lesson(lesson.clone(), place.to_owned()));
    }

    /// Takes in what was done elsewhere.
    pub fn absorb(&self, progress: Progress) {
        self.0.dispatch(Change::Elsewhere(progress));
    }

    /// Notes a place worth returning to.
    pub fn note_visit(&self, place: &str) {
        self.0.dispatch(Change::Visited(place.to_owned()));
    }
}

/// The records of this page.
#[hook]
pub fn use_records() -> Records {
    use_context::<Records>().expect("invariant: pages stand inside the RecordProvider")
}

/// Children that remember.
#[derive(PartialEq, Properties)]
pub struct RecordProviderProps {
    /// The pages.
    pub children: Html,
}

/// Reads what is remembered, keeps it, and sets the theme.
#[component]
pub fn RecordProvider(props: &RecordProviderProps) -> Html {
    let notices = use_notices();
    let remembered = {
        let notices = notices.clone();
        use_reducer(move || Remembered {
            progress: store::read(store::PROGRESS, &notices, Progress::parse).unwrap_or_default(),
            settings: store::read(store::SETTINGS, &notices, Settings::parse).unwrap_or_default(),
            system_dark: prefers_dark().is_some_and(|query| query.matches()),
        })
    };
    {
        let notices = notices.clone();
        let first = use_mut_ref(|| true);
        use_effect_with(remembered.progress.clone(), move |progress| {
            if !std::mem::take(&mut *first.borrow_mut()) {
                store::write(store::PROGRESS, &progress.to_json(), &notices);
            }
        });
    }
    {
        let first = use_mut_ref(|| true);
        use_effect_with(remembered.settings, move |settings| {
            let theme = theme_name(settings.theme);
            show_theme(theme);
            if !std::mem::take(&mut *first.borrow_mut()) {
                // Read before the first paint, long before this code is there.
                match theme {
                    Some(name) => store::write(store::THEME, name, &notices),
                    None => store::remove(store::THEME),
                }
                store::write(store::SETTINGS, &settings.to_json(), &notices);
            }
        });
    }
    {
        let dispatcher = remembered.dispatcher();
        use_effect_with((), move |()| {
            let listener = prefers_dark().map(|query| {
                let asked = query.clone();
                EventListener::new(&query, "change", move |_| {
                    dispatcher.dispatch(Change::SystemDark(asked.matches()));
                })
            });
            move || drop(listener)
        });
    }
    html! {
        <ContextProvider<Records> context={Records(remembered)}>
            { props.children.clone() }
        </ContextProvider<Records>>
    }
}

fn prefers_dark() -> Option<web_sys::MediaQueryList> {
    gloo::utils::window()
        .match_media("(prefers-color-scheme: dark)")
        .ok()
        .flatten()
}

fn theme_name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

fn show_theme(name: Option<&str>) {
    let Some(root) = gloo::utils::document().document_element() else {
        return;
    };
    // Neither call fails for a well-formed attribute name.
    match name {
        Some(name) => root.set_attribute("data-theme", name).ok(),
        None => root.remove_attribute("data-theme").ok(),
    };
}
