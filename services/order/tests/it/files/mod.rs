//! Files of orders and pictures of products: visibility, accepted files, and cleaning up.

mod cleaning;
mod contents;
mod pictures;
pub mod samples;
mod visibility;
