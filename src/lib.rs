//! pss
pub mod files;
pub mod input;
