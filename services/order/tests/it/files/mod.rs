//! Files of orders and pictures of products: who sees which, what is taken, and that nothing is left behind.

mod cleaning;
mod contents;
mod pictures;
pub mod samples;
mod visibility;
