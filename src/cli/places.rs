//! The inputs that arguments name: files, and what sources read.

use std::{path::PathBuf, sync::Arc, time::Duration};

use pss_metrics::plugin::nearest;

use crate::{
    config::Config,
    error::Error,
    input::{self, Place, Remote, scheme},
    registry::{Registry, feature_that_brings},
};

/// Finds the inputs. With `follow` sources go on for so long.
pub(super) fn places(
    arguments: &[PathBuf],
    registry: &Registry,
    config: &Config,
    follow: Option<Duration>,
) -> Result<Vec<Place>, Error> {
    let mut places = Vec::new();
    for argument in arguments {
        let one = std::slice::from_ref(argument);
        match scheme(argument) {
            Some((scheme, _)) => {
                let name = argument.display().to_string();
                let remote = remote(scheme, name, registry, config, follow)?;
                places.push(Place::Remote(remote));
            }
            None => places.extend(input::places(one, &registry.formats)?),
        }
    }
    let remote = |place: &Place| matches!(place, Place::Remote(_));
    if follow.is_some() && !places.iter().any(remote) {
        return Err(Error::Usage(
            "--follow is for what goes on, such as kafka://BROKER/TOPIC; a file is read to its end"
                .to_owned(),
        ));
    }
    Ok(places)
}

fn remote(
    scheme: &str,
    name: String,
    registry: &Registry,
    config: &Config,
    follow: Option<Duration>,
) -> Result<Remote, Error> {
    let names = || {
        registry
            .sources
            .iter()
            .map(|source| source.meta().plugin.name)
    };
    let scheme = scheme.to_ascii_lowercase();
    let source = registry
        .sources
        .iter()
        .find(|source| source.meta().plugin.name == scheme)
        .ok_or_else(|| {
            let id = format!("source:{scheme}");
            if let Some(why) = registry.switched_off(&id) {
                return Error::Usage(format!("`{name}` cannot be read: {why}"));
            }
            let help = feature_that_brings(&id)
                .or_else(|| {
                    nearest(&scheme, names()).map(|near| format!("did you mean {near}://?"))
                })
                .unwrap_or_else(|| "no file is called so either".to_owned());
            Error::Usage(format!(
                "`{name}` needs {id}, which is not in this build: {help}"
            ))
        })?;
    let settings = config
        .sampler_settings(|variable| std::env::var(variable).ok())
        .map_err(Error::Config)?;
    let remote = Remote {
        source: *source,
        name,
        settings: Arc::new(settings.of(&scheme).clone()),
        follow,
    };
    remote.check()?;
    Ok(remote)
}
