//! Small parts that every page is made of. They know nothing of labs.

mod bar;
mod dialog;
mod field;
mod icon;
mod status;
mod tabs;

pub use bar::Bar;
pub use dialog::Dialog;
pub use field::{NumberField, Select};
pub use icon::{Icon, Sign};
pub use status::{Status, health_sign, health_tone};
pub use tabs::{TabList, panel_id, tab_id};
