//! Products: rows and rules. The catalogue lists and changes them.

pub mod domain;
pub mod entity;
