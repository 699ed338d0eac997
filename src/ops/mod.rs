//! Operations: what people and controllers decide, from what they can measure.
//!
//! In: measured values and the rules that a team set itself. Out: judgements
//! with the numbers that explain them. It must not know learners, lessons or
//! pages, and it reads no state of the world: whoever calls it gathers the
//! values.

pub mod canary;
pub mod incident;
pub mod review;
