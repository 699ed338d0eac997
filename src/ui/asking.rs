//! Questions to the running lab from a component: asked when something
//! changed, one at a time, and answers that came too late are not shown.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref, use_state_eq};

use super::client::Client;
use super::lab::use_lab;
use crate::session::{Answer, Question};

/// What one component has asked.
#[derive(Default)]
struct Asking {
    question: Option<Question>,
    /// The number of the question on its way.
    id: Option<u32>,
    /// Whether something changed since it was sent.
    again: bool,
}

/// An answer that is compared by address: it only changes as a whole.
#[derive(Clone)]
struct Latest(Option<Rc<Answer>>);

impl PartialEq for Latest {
    fn eq(&self, other: &Latest) -> bool {
        match (&self.0, &other.0) {
            (Some(mine), Some(other)) => Rc::ptr_eq(mine, other),
            (mine, other) => mine.is_none() && other.is_none(),
        }
    }
}

/// The last answer to `question`, asked anew whenever `fresh` becomes another
/// number. Until another question is answered, the answer to the one before
/// stays; without a question there is none.
#[hook]
pub fn use_answer(question: Option<Question>, fresh: u64) -> Option<Rc<Answer>> {
    let client = use_lab().client;
    let answer = use_state_eq(|| Latest(None));
    let asking = use_mut_ref(Asking::default);
    {
        let (answer, asking, client) = (answer.setter(), asking.clone(), client.clone());
        use_effect_with((question, fresh), move |(question, _)| {
            let mut now = asking.borrow_mut();
            if now.question != *question {
                if let Some(id) = now.id.take() {
                    client.forget(id);
                }
                now.question.clone_from(question);
                if question.is_none() {
                    answer.set(Latest(None));
                }
            } else if now.id.is_some_and(|id| client.waits_for(id)) {
                now.again = true;
                return;
            }
            drop(now);
            let show = Callback::from(move |new| answer.set(Latest(Some(Rc::new(new)))));
            ask(&asking, &client, &show);
        });
    }
    use_effect_with((), move |()| {
        move || {
            if let Some(id) = asking.borrow_mut().id.take() {
                client.forget(id);
            }
        }
    });
    answer.0.clone()
}

/// Sends the present question, and once more after the answer if that is out of date by then.
fn ask(asking: &Rc<RefCell<Asking>>, client: &Client, show: &Callback<Answer>) {
    let Some(question) = asking.borrow().question.clone() else {
        return;
    };
    let on_answer = {
        let (asking, client, show) = (asking.clone(), client.clone(), show.clone());
        Callback::from(move |answer| {
            let again = {
                let mut now = asking.borrow_mut();
                now.id = None;
                std::mem::take(&mut now.again)
            };
            show.emit(answer);
            if again {
                ask(&asking, &client, &show);
            }
        })
    };
    asking.borrow_mut().again = false;
    let id = client.ask(question, on_answer);
    asking.borrow_mut().id = Some(id);
}
