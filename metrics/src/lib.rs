//! The pure core of `pss`.
pub mod model;
pub mod summary;
