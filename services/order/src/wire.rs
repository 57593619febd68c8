//! For `events` alone, until its parts are in their slices.

pub use crate::{
    fulfilment::{
        notes::wire::{note, progress},
        shipments::wire::shipment,
        work::wire::change_request,
        workers::wire::worker,
    },
    orders::wire::{assignee, order, person},
};
