//! The driver's library.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    sync::{Mutex, PoisonError},
};

use nvml_wrapper::{Nvml, error::NvmlError};
use pss_integrations::samplers::Absent;

static LOADED: Mutex<BTreeMap<OsString, &'static Nvml>> = Mutex::new(BTreeMap::new());

/// Loads a library and starts it, once for all who ask.
pub(crate) fn load(path: &OsStr) -> Result<&'static Nvml, Absent> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(nvml) = loaded.get(path) {
        return Ok(nvml);
    }
    let nvml = Nvml::builder()
        .lib_path(path)
        .init()
        .map_err(|error| Absent(why(path, &error)))?;
    let nvml: &'static Nvml = Box::leak(Box::new(nvml));
    loaded.insert(path.to_owned(), nvml);
    Ok(nvml)
}

fn why(path: &OsStr, error: &NvmlError) -> String {
    match error {
        // The loader's words begin with the library's name.
        NvmlError::LibloadingError(error) => {
            format!("the NVIDIA driver's library cannot be loaded ({error})")
        }
        NvmlError::FailedToLoadSymbol(symbol) => {
            format!(
                "{} is no NVIDIA driver's library ({symbol})",
                path.display()
            )
        }
        error => format!("the NVIDIA driver does not start ({error})"),
    }
}
