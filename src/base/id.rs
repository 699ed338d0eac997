//! Typed indices: a service's number can never be used as a pod's.

/// Defines newtypes over `u32` that index one kind of thing each.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub struct $name(pub u32);

        impl $name {
            /// The position in a table of such things.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the thing at `index`; tables are bounded far below `u32::MAX`.
            pub const fn at(index: usize) -> Self {
                $name(index as u32)
            }
        }
    )+};
}

ids! {
    /// A service of the world, in the order of its file.
    ServiceId,
    /// A route, numbered across all services.
    RouteId,
    /// A pod, numbered across all services.
    PodId,
    /// An edge of the service graph: caller and callee service.
    EdgeId,
    /// An active or past fault.
    FaultId,
}
