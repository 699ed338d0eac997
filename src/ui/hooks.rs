//! Hooks of Yew under their own names, without its cost: Yew writes the
//! bookkeeping of a hook anew for every closure that is given to it, about
//! half a kilobyte of download each time. Here the closures stand behind
//! pointers, so that it is written once for effects, and once for every type
//! of state.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use yew::functional::{Hook, TearDown};
use yew::prelude::UseStateHandle;

/// What an effect depends on, of any type.
struct Deps(Box<dyn Same>);

trait Same: Any {
    fn same(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Same for T {
    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>().is_some_and(|other| self == other)
    }
}

impl PartialEq for Deps {
    fn eq(&self, other: &Deps) -> bool {
        let other: &dyn Any = &*other.0;
        self.0.same(other)
    }
}

type Effect = Box<dyn FnOnce(&Deps) -> Box<dyn FnOnce()>>;

/// Runs `effect` after a rendering in which `deps` are others than before, and what it
/// returns before the next time or at the end.
pub fn use_effect_with<T: PartialEq + 'static, D: TearDown>(
    deps: T,
    effect: impl FnOnce(&T) -> D + 'static,
) -> impl Hook<Output = ()> {
    let effect: Effect = Box::new(move |deps| {
        let deps: &dyn Any = &*deps.0;
        let end = deps.downcast_ref::<T>().map(effect);
        Box::new(move || {
            if let Some(end) = end {
                end.tear_down();
            }
        })
    });
    yew::functional::use_effect_with(Deps(Box::new(deps)), effect)
}

/// State that renders anew when it becomes another.
pub fn use_state_eq<'hook, T: PartialEq + 'static>(
    first: impl FnOnce() -> T + 'hook,
) -> impl Hook<Output = UseStateHandle<T>> + 'hook {
    let first: Box<dyn FnOnce() -> T + 'hook> = Box::new(first);
    yew::functional::use_state_eq(first)
}

/// A place that keeps its value over renderings and renders nothing anew.
pub fn use_mut_ref<'hook, T: 'static>(
    first: impl FnOnce() -> T + 'hook,
) -> impl Hook<Output = Rc<RefCell<T>>> + 'hook {
    let first: Box<dyn FnOnce() -> T + 'hook> = Box::new(first);
    yew::functional::use_mut_ref(first)
}
