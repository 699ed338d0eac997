//! The lesson as the learner sees it now.

use super::Play;
use super::figure::{Filler, walk};
use super::names::Names;
use super::text::{Block, Inline};
use super::view::{CheckView, LessonView, QuestionView, StepHead, StepState, Term};

impl Play {
    /// What a page shows.
    pub fn view(&self) -> LessonView {
        let names = self.names();
        let filler = Filler {
            facts: self.facts(),
            names: &names,
        };
        let step = self.spec();
        let done = self.is_done();
        let body = filler.fill(&step.text);
        let hints: Vec<Vec<Block>> = step
            .hints
            .iter()
            .take(self.now.hints)
            .map(|hint| filler.fill(hint))
            .collect();
        let explanation = self.now.ready.then(|| filler.fill(&step.explain));
        let feedback = self
            .now
            .wrong
            .and_then(|place| step.wrong.get(place))
            .map(|wrong| filler.fill(&wrong.feedback));
        let mut shown: Vec<&[Block]> = vec![&body];
        shown.extend(hints.iter().map(Vec::as_slice));
        shown.extend(explanation.as_deref());
        shown.extend(feedback.as_deref());
        LessonView {
            id: self.lesson.id.clone(),
            title: self.lesson.title.clone(),
            steps: self.heads(),
            current: if done {
                self.lesson.steps.len()
            } else {
                self.now.step
            } as u32,
            terms: self.terms(&shown),
            body,
            task: step.task.clone(),
            question: step.question.as_ref().map(|question| QuestionView {
                name: question.name.clone(),
                prompt: question.prompt.clone(),
                kind: question.kind.clone(),
                answer: self.now.session.answers().get(&question.name).copied(),
            }),
            checks: self.checks(),
            hints,
            hints_left: (step.hints.len() - self.now.hints) as u32,
            explanation,
            can_continue: self.now.ready && !done,
            continue_label: step.label.clone(),
            feedback,
            controls: self.controls().map(str::to_owned).collect(),
            debrief: self.now.debrief.as_deref().cloned(),
        }
    }

    pub(super) fn names(&self) -> Names<'_> {
        Names {
            scenario: self.now.session.scenario(),
            questions: self.lesson.questions.clone(),
            made: self.lesson.made.clone(),
            terms: Vec::new(),
        }
    }

    fn heads(&self) -> Vec<StepHead> {
        let done = self.is_done();
        let steps = self
            .lesson
            .steps
            .iter()
            .enumerate()
            .map(|(place, step)| StepHead {
                title: step.title.clone(),
                state: match place.cmp(&self.now.step) {
                    _ if done => StepState::Done,
                    std::cmp::Ordering::Less => StepState::Done,
                    std::cmp::Ordering::Equal => StepState::Current,
                    std::cmp::Ordering::Greater => StepState::Ahead,
                },
            });
        let state = if done {
            StepState::Current
        } else {
            StepState::Ahead
        };
        steps
            .chain([StepHead {
                title: "Debrief".to_owned(),
                state,
            }])
            .collect()
    }

    fn checks(&self) -> Vec<CheckView> {
        let facts = self.facts();
        self.spec()
            .checks
            .iter()
            .map(|check| {
                // Once the step is ready it stays so, whatever happens after.
                let missing = if self.now.ready {
                    None
                } else {
                    check.goal.missing(&facts)
                };
                CheckView {
                    text: check.text.clone(),
                    met: missing.is_none(),
                    missing: missing.unwrap_or_default(),
                }
            })
            .collect()
    }

    /// Terms that the texts link to, in the order of the glossary.
    fn terms(&self, texts: &[&[Block]]) -> Vec<Term> {
        let mut linked: Vec<String> = Vec::new();
        for blocks in texts {
            walk(blocks, &mut |inline| {
                if let Inline::Term { slug, .. } = inline {
                    linked.push(slug.clone());
                }
            });
        }
        self.lesson
            .glossary
            .iter()
            .filter(|term| linked.contains(&term.slug))
            .cloned()
            .collect()
    }
}
