//! Small parts that every page is made of. They know nothing of labs.

mod bar;
mod dialog;
mod drop;
mod field;
mod icon;
mod status;
mod tabs;

pub use bar::bar;
pub use dialog::Dialog;
pub use drop::FileDrop;
pub use field::{NumberField, number_field, select, text_field};
pub use icon::{Sign, icon, icon_with};
pub use status::{health_sign, health_tone, status};
pub use tabs::{panel_id, tab_id, tab_list};
