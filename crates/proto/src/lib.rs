//! Code generated from proto/, the table of events, and conversions to and from the primitives.

mod convert;
mod events;
mod methods;

pub use convert::{ConvertError, parse_id, time};
pub use events::{EVENTS, Event, EventInfo};
pub use methods::takes_stream;

/// The encoded `FileDescriptorSet` of every proto file, for gRPC reflection and for printing events.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

macro_rules! areas {
    ($($area:ident),+) => {$(
        #[allow(clippy::all, clippy::pedantic, reason = "generated code")]
        pub mod $area {
            pub mod v1 {
                include!(concat!(env!("OUT_DIR"), "/waybill.", stringify!($area), ".v1.rs"));
            }
            pub use v1::*;
        }
    )+};
}

areas!(common, auth, order, payment, notification, chat);
