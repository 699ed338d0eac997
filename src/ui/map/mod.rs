//! Map.
pub mod layout;
mod order;
pub mod path;
mod rows;
