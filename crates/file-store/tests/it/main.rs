//! The file store as its users see it.

mod bombs;
mod cloudinary;
mod damage;
mod local;
mod metadata;
mod pictures;
mod stores;
mod support;
mod uploads;
