//! One page per route.

mod demo;
mod frame;
mod home;
mod learn;
mod missing;
mod recorded;
mod sandbox;
mod tracks;

pub use home::Home;
pub use learn::Learn;
pub use missing::Missing;
pub use recorded::Recorded;
pub use sandbox::Sandbox;
