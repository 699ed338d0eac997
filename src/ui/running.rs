//! A running worker: started, sent messages, ended.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{fetch, strings};
use crate::worker::ToWorker;

/// A worker with the closures that it calls; dropping it ends it.
pub struct Running {
    worker: Worker,
    ready: bool,
    waiting: Vec<ToWorker>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

impl Running {
    /// Starts one. `on_error` is given the browser's message, which is empty for
    /// a script that could not be loaded.
    ///
    /// # Errors
    /// If the page does not say where the worker is, or the browser refuses it.
    pub fn start(
        on_message: impl Fn(MessageEvent) + 'static,
        on_error: impl Fn(String) + 'static,
    ) -> Result<Running, String> {
        let url = fetch::meta("xops-worker").ok_or(strings::NO_WORKER_URL)?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&url, &options)
            .map_err(|error| strings::worker_refused(&describe(&error)))?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(on_message);
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            let message = js_sys::Reflect::get(&event, &JsValue::from_str("message"));
            let message = message.ok().and_then(|text| text.as_string());
            on_error(message.unwrap_or_default());
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Running {
            worker,
            ready: false,
            waiting: Vec::new(),
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Whether its module is loaded.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Its module is loaded: what waited for that is sent.
    pub fn loaded(&mut self) {
        self.ready = true;
        for message in std::mem::take(&mut self.waiting) {
            self.post(&message);
        }
    }

    /// Sends, or waits until it is ready.
    pub fn send(&mut self, message: ToWorker) {
        if self.ready {
            self.post(&message);
        } else {
            self.waiting.push(message);
        }
    }

    fn post(&self, message: &ToWorker) {
        let bytes =
            postcard::to_allocvec(message).expect("invariant: every message has an encoding");
        let array = Uint8Array::from(bytes.as_slice());
        let transfer = Array::of1(&array.buffer());
        if let Err(error) = self.worker.post_message_with_transfer(&array, &transfer) {
            web_sys::console::error_1(&error);
        }
    }
}

fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    )
}
