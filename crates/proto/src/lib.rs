//! Code generated from proto/, the JSON form of messages, the table of events, and conversions to and from the primitives.

mod convert;
mod events;
pub mod json;
pub mod media;
mod methods;

pub use convert::parse_id;
pub use events::{EVENTS, Event, EventInfo};
pub use methods::takes_stream;
/// For [`match_event`].
pub use prost::Message;

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

/// The largest response in bytes that [`Clients`] accept: a page of 100 orders with the longest texts has some 20 million.
pub const MAX_ANSWER: usize = 32 * 1024 * 1024;

include!(concat!(env!("OUT_DIR"), "/generated.rs"));

areas!(common, auth, order, payment, notification, chat);
