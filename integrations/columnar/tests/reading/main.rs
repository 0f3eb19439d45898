//! Files that other programs wrote, and files that are damaged, through the formats of this package.
#![cfg(feature = "polars")]

mod damage;
mod files;
mod pages;
mod seen;
mod types;
