//! One page per route.

mod demo;
mod frame;
mod home;
mod learn;
mod missing;
mod progress;
mod recorded;
mod reference;
mod sandbox;
mod tracks;
mod workshop;

pub use home::Home;
pub use learn::Learn;
pub use missing::Missing;
pub use progress::ProgressPage;
pub use recorded::Recorded;
pub use reference::Reference;
pub use sandbox::Sandbox;
pub use workshop::Workshop;
