//! Products as they are kept: what can be ordered, at which price. Who lists and changes them is the catalogue.

pub mod domain;
pub mod entity;
