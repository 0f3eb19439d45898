//! `pss query SQL FILES`: SQL over the records of any format that can be read.

#[cfg(feature = "sql")]
mod csv;
mod help;
#[cfg(feature = "sql")]
mod json;
#[cfg(feature = "sql")]
mod run;
#[cfg(feature = "sql")]
mod table;

pub(super) use help::help;
#[cfg(feature = "sql")]
pub(super) use run::run;

#[cfg(not(feature = "sql"))]
pub(super) fn run(
    _: &super::arguments::Query,
    _: &super::arguments::Common,
    _: &crate::registry::Registry,
) -> Result<crate::exit::Exit, crate::error::Error> {
    Err(crate::error::Error::Usage(format!(
        "pss query is not in this build: {}",
        crate::registry::how("sql")
    )))
}
