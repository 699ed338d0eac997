//! Draws the moving dots on a canvas, frame by frame, and stops when nothing
//! moves: the clock stands, the viewer wants no motion, the page is hidden.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::flow::{Dot, Flow, Lane};
use crate::base::SimTime;
use crate::formats::graph::path::Path;
use crate::ui::chart::theme::Tokens;

/// The clock counts as standing after this many milliseconds without change.
const STANDING: f64 = 1_000.0;
/// Radius of a dot in CSS pixels.
const RADIUS: f64 = 1.9;
/// How far failures travel beside those that set out.
const ASIDE: f64 = 4.5;

/// The animation of one map.
#[derive(Clone, Default)]
pub struct Motion(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    canvas: Option<HtmlCanvasElement>,
    context: Option<CanvasRenderingContext2d>,
    scale: f64,
    size: (f64, f64),
    paths: Vec<Path>,
    flow: Flow,
    colors: [String; 2],
    now: Option<SimTime>,
    changed_at: f64,
    last_frame: f64,
    request: Option<i32>,
    on_frame: Option<Closure<dyn FnMut(f64)>>,
}

/// What the map shows now.
pub struct Scene {
    /// Its canvas.
    pub canvas: HtmlCanvasElement,
    /// Size in CSS pixels.
    pub size: (f64, f64),
    /// The ways, one per lane.
    pub paths: Vec<Path>,
    /// What runs on them.
    pub lanes: Vec<Lane>,
    /// The simulated clock.
    pub now: SimTime,
}

impl Motion {
    /// Takes a new scene, draws it, and runs while its clock does.
    pub fn show(&self, scene: Scene) {
        let time = gloo::utils::window().performance().map_or(0.0, |p| p.now());
        let run = {
            let mut state = self.0.borrow_mut();
            state.resize(scene.canvas, scene.size);
            state.paths = scene.paths;
            state.flow.set_lanes(scene.lanes);
            let first = state.now.is_none();
            if state.now != Some(scene.now) {
                state.now = Some(scene.now);
                state.changed_at = if first { f64::NEG_INFINITY } else { time };
            }
            let still = wants_no_motion();
            if still {
                state.flow.fill();
            }
            !still && !state.stands(time)
        };
        if run {
            self.run(time);
        } else {
            self.0.borrow().draw();
        }
    }

    /// Reads the colours again: the theme changed.
    pub fn recolor(&self) {
        let mut state = self.0.borrow_mut();
        if let Some(canvas) = &state.canvas {
            let tokens = Tokens::of(canvas);
            state.colors = [
                tokens.color("--ink-soft").css(),
                tokens.color("--bad").css(),
            ];
            state.draw();
        }
    }

    /// Ends it.
    pub fn stop(&self) {
        let mut state = self.0.borrow_mut();
        if let Some(request) = state.request.take() {
            // A frame that is not cancelled finds nothing to do.
            let _ = gloo::utils::window().cancel_animation_frame(request);
        }
        state.on_frame = None;
    }

    fn run(&self, time: f64) {
        let mut state = self.0.borrow_mut();
        if state.request.is_some() {
            return;
        }
        if state.on_frame.is_none() {
            let this = Rc::downgrade(&self.0);
            state.on_frame = Some(Closure::new(move |time: f64| {
                if let Some(state) = this.upgrade() {
                    state.borrow_mut().frame(time);
                }
            }));
        }
        state.last_frame = time;
        state.ask();
    }
}

impl State {
    fn stands(&self, time: f64) -> bool {
        time - self.changed_at > STANDING
    }

    fn ask(&mut self) {
        self.request = self.on_frame.as_ref().and_then(|f| {
            let window = gloo::utils::window();
            window
                .request_animation_frame(f.as_ref().unchecked_ref())
                .ok()
        });
    }

    fn frame(&mut self, time: f64) {
        // A tab that comes back does not catch up.
        let seconds = ((time - self.last_frame) / 1_000.0).clamp(0.0, 0.05);
        self.last_frame = time;
        self.flow.advance(seconds);
        self.draw();
        self.request = None;
        if !self.stands(time) {
            self.ask();
        }
    }

    fn resize(&mut self, canvas: HtmlCanvasElement, size: (f64, f64)) {
        let scale = gloo::utils::window().device_pixel_ratio().clamp(1.0, 3.0);
        if self.canvas.as_ref() == Some(&canvas) && self.size == size && self.scale == scale {
            return;
        }
        canvas.set_width((size.0 * scale) as u32);
        canvas.set_height((size.1 * scale) as u32);
        let context = canvas.get_context("2d").ok().flatten();
        self.context = context.and_then(|c| c.dyn_into().ok());
        (self.canvas, self.size, self.scale) = (Some(canvas), size, scale);
    }

    fn draw(&self) {
        let Some(context) = &self.context else {
            return;
        };
        let (width, height) = self.size;
        // The canvas accepts every finite transform.
        let _ = context.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width, height);
        for (failed, color) in [false, true].into_iter().zip(&self.colors) {
            context.set_fill_style_str(color);
            context.begin_path();
            for dot in self.flow.dots().iter().filter(|dot| dot.back == failed) {
                self.trace(context, dot);
            }
            context.fill();
        }
    }

    fn trace(&self, context: &CanvasRenderingContext2d, dot: &Dot) {
        let Some(path) = self.paths.get(dot.lane) else {
            return;
        };
        // Dots grow out of one node and sink into the other.
        let from_end = dot.at.min(path.length() - dot.at);
        let grown = if dot.fails {
            1.15
        } else {
            (from_end / 9.0).clamp(0.0, 1.0)
        };
        let (x, y) = path.at(dot.at, if dot.back { ASIDE } else { 0.0 });
        context.move_to(x + RADIUS * grown, y);
        // A radius of zero or more is always accepted.
        let _ = context.arc(x, y, RADIUS * grown, 0.0, std::f64::consts::TAU);
    }
}

/// Whether the viewer asked for less motion.
pub fn wants_no_motion() -> bool {
    let query = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
