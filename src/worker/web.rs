//! The worker in the browser: bytes in and out, and the clock.

use std::cell::RefCell;
use std::panic;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use super::protocol::{FromWorker, ToWorker};
use super::runner::{Next, Runner};

/// Real milliseconds between slices once simulated time has caught up.
const SOON_MS: i32 = 16;

/// Listens for the page's messages, and says that it does.
pub fn start_worker() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics(scope.clone());
    let worker = Rc::new(Worker::new(scope.clone()));
    let receiver = Rc::clone(&worker);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        receiver.receive(&event);
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    worker.listen();
    post(&scope, &FromWorker::Ready);
}

struct Worker {
    scope: DedicatedWorkerGlobalScope,
    runner: RefCell<Runner>,
    /// A message to oneself comes sooner than the shortest timer.
    wake: MessagePort,
    wakes: MessagePort,
    awake: RefCell<bool>,
}

impl Worker {
    fn new(scope: DedicatedWorkerGlobalScope) -> Self {
        let channel = MessageChannel::new().expect("invariant: every worker has message channels");
        Worker {
            scope,
            runner: RefCell::default(),
            wake: channel.port1(),
            wakes: channel.port2(),
            awake: RefCell::new(false),
        }
    }

    fn listen(self: &Rc<Self>) {
        let worker = Rc::clone(self);
        let on_wake = Closure::<dyn FnMut()>::new(move || worker.slice());
        self.wakes
            .set_onmessage(Some(on_wake.as_ref().unchecked_ref()));
        on_wake.forget();
    }

    fn receive(self: &Rc<Self>, event: &MessageEvent) {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        match postcard::from_bytes::<ToWorker>(&bytes) {
            Ok(message) => {
                let replies = self.runner.borrow_mut().receive(message, self.now());
                self.send(&replies);
                self.wake_up(Next::AtOnce);
            }
            // Both ends are one build: this is a defect, and is reported as one.
            Err(error) => {
                let message = format!("the page sent a message that cannot be read: {error}");
                post(&self.scope, &FromWorker::Crashed { message });
            }
        }
    }

    fn slice(self: &Rc<Self>) {
        *self.awake.borrow_mut() = false;
        let (replies, next) = self.runner.borrow_mut().slice(&|| self.now());
        self.send(&replies);
        self.wake_up(next);
    }

    fn wake_up(self: &Rc<Self>, next: Next) {
        if next == Next::Never || *self.awake.borrow() {
            return;
        }
        *self.awake.borrow_mut() = true;
        if next == Next::AtOnce {
            // A port that is open never refuses an empty message.
            let _ = self.wake.post_message(&JsValue::NULL);
        } else {
            let worker = Rc::clone(self);
            let on_time = Closure::once_into_js(move || worker.slice());
            let timer = on_time.unchecked_ref();
            let set = self
                .scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(timer, SOON_MS);
            if set.is_err() {
                let _ = self.wake.post_message(&JsValue::NULL);
            }
        }
    }

    fn send(&self, replies: &[FromWorker]) {
        for reply in replies {
            post(&self.scope, reply);
        }
    }

    fn now(&self) -> f64 {
        self.scope
            .performance()
            .map_or(0.0, |performance| performance.now())
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromWorker) {
    let bytes = postcard::to_allocvec(message).expect("invariant: messages are plain data");
    let array = Uint8Array::from(bytes.as_slice());
    let transfer = js_sys::Array::of1(&array.buffer());
    // Only a closed worker cannot post, and then nobody listens.
    let _ = scope.post_message_with_transfer(&array, &transfer);
}

/// The page learns of a panic before the module is gone.
fn report_panics(scope: DedicatedWorkerGlobalScope) {
    panic::set_hook(Box::new(move |info| {
        post(
            &scope,
            &FromWorker::Crashed {
                message: info.to_string(),
            },
        );
    }));
}
