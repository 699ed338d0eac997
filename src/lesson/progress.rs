//! What a learner has done, and what they have set: versioned JSON that is
//! checked when it is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version that is written.
pub const VERSION: u32 = 1;
/// Longest text that is looked at.
const LONGEST: usize = 1024 * 1024;
/// Most lessons that are remembered; the catalogue is far smaller.
const MOST_LESSONS: usize = 1_000;

/// Everything known about a learner's progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Version of the format.
    pub version: u32,
    /// By lesson, as `<track>/<lesson>`.
    pub lessons: BTreeMap<String, LessonProgress>,
    /// The place last worked at, as a hash route.
    pub last: Option<String>,
}

/// How far one lesson was played.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonProgress {
    /// The furthest step reached, from 0.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// Whether it was ever finished.
    pub done: bool,
    /// Stars of the last time it was finished.
    pub stars: u32,
    /// Most stars so far.
    pub best: u32,
}

impl Default for Progress {
    fn default() -> Self {
        Progress {
            version: VERSION,
            lessons: BTreeMap::new(),
            last: None,
        }
    }
}

impl Progress {
    /// Reads progress; the message says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Progress, String> {
        let progress: Progress = read(text)?;
        check_version(progress.version)?;
        if progress.lessons.len() > MOST_LESSONS {
            return Err(format!("it lists more than {MOST_LESSONS} lessons"));
        }
        if let Some((id, _)) = progress
            .lessons
            .iter()
            .find(|(_, lesson)| lesson.best < lesson.stars || lesson.best > 3)
        {
            return Err(format!("the stars of lesson `{id}` contradict each other"));
        }
        Ok(progress)
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: progress has string keys only")
    }

    /// Takes in what was done elsewhere: of each lesson the furthest step and the
    /// best score of both. Nothing that was done here is lost.
    pub fn absorb(&mut self, other: &Progress) {
        for (id, theirs) in &other.lessons {
            let ours = self.lessons.entry(id.clone()).or_default();
            let played = ours.steps > 0;
            ours.step = ours.step.max(theirs.step);
            ours.steps = if played { ours.steps } else { theirs.steps };
            ours.stars = if ours.done { ours.stars } else { theirs.stars };
            ours.done |= theirs.done;
            ours.best = ours.best.max(theirs.best);
        }
        self.last = self.last.take().or_else(|| other.last.clone());
    }

    /// Notes that `lesson` stands at `step` of `steps`; the furthest step is kept.
    pub fn reached(&mut self, lesson: &str, step: u32, steps: u32) {
        let entry = self.lessons.entry(lesson.to_owned()).or_default();
        entry.step = entry.step.max(step);
        entry.steps = steps;
    }

    /// Notes that `lesson` was finished with `stars`; the best is kept.
    pub fn finished(&mut self, lesson: &str, stars: u32) {
        let entry = self.lessons.entry(lesson.to_owned()).or_default();
        entry.done = true;
        entry.stars = stars.min(3);
        entry.best = entry.best.max(entry.stars);
    }
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// What a learner has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Version of the format.
    pub version: u32,
    /// Colours.
    pub theme: Theme,
    /// Whether single keys act as shortcuts.
    pub shortcuts: bool,
    /// Whether the lesson panel is folded away.
    pub lesson_folded: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            version: VERSION,
            theme: Theme::System,
            shortcuts: true,
            lesson_folded: false,
        }
    }
}

impl Settings {
    /// Reads settings; the message says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Settings, String> {
        let settings: Settings = read(text)?;
        check_version(settings.version)?;
        Ok(settings)
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: settings have string keys only")
    }
}

fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn check_version(version: u32) -> Result<(), String> {
    if version == VERSION {
        Ok(())
    } else {
        Err(format!(
            "it has version {version}, this build reads version {VERSION}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_furthest_step_and_the_best_score_are_kept() {
        let mut progress = Progress::default();
        progress.reached("a/b", 3, 6);
        progress.reached("a/b", 1, 6);
        progress.finished("a/b", 3);
        progress.finished("a/b", 1);
        let lesson = &progress.lessons["a/b"];
        assert_eq!((lesson.step, lesson.stars, lesson.best), (3, 1, 3));
        assert_eq!(Progress::parse(&progress.to_json()), Ok(progress));
    }

    #[test]
    fn what_was_done_in_two_places_adds_up() {
        let (mut here, mut there) = (Progress::default(), Progress::default());
        here.reached("a/b", 3, 6);
        here.finished("a/b", 1);
        here.reached("a/c", 2, 4);
        there.reached("a/b", 5, 6);
        there.finished("a/b", 3);
        there.reached("a/d", 1, 5);
        let mut both = here.clone();
        both.absorb(&there);
        assert_eq!(both.lessons.len(), 3);
        let lesson = &both.lessons["a/b"];
        assert_eq!((lesson.step, lesson.stars, lesson.best), (5, 1, 3));
        let mut again = both.clone();
        again.absorb(&there);
        again.absorb(&here);
        assert_eq!(again, both, "what is known already changes nothing");
        assert_eq!(Progress::parse(&both.to_json()), Ok(both));
    }

    #[test]
    fn text_that_is_not_progress_is_refused_with_a_reason() {
        for text in ["", "[]", "{\"version\":1}", "null"] {
            assert!(Progress::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Progress::parse("{\"version\":7,\"lessons\":{},\"last\":null}"),
            Err("it has version 7, this build reads version 1".into())
        );
    }

    #[test]
    fn stars_that_contradict_each_other_are_refused() {
        let text = "{\"version\":1,\"last\":null,\"lessons\":{\"a/b\":\
            {\"step\":0,\"steps\":1,\"done\":true,\"stars\":3,\"best\":1}}}";
        assert!(Progress::parse(text).is_err());
    }

    #[test]
    fn settings_read_back() {
        let settings = Settings {
            theme: Theme::Dark,
            ..Settings::default()
        };
        assert_eq!(Settings::parse(&settings.to_json()), Ok(settings));
    }
}
