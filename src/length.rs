//! Lengths of time as users write them: those of `pss-integrations`, whose plugins read them in settings too.

pub use pss_integrations::length::parse_length;
