//! What a manifest says, as plugins that are built in say it.

use pss_metrics::plugin::{CONTRACT_VERSION, PluginKind, PluginMeta};

use crate::installed::Installed;

/// A text that stays for as long as the program does: there is one for each field of each plugin, once.
pub(crate) fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Its crate is the plugin, its place the file.
pub(crate) fn plugin(
    installed: &Installed,
    kind: PluginKind,
    name: &str,
    description: &str,
) -> PluginMeta {
    PluginMeta {
        kind,
        name: leaked(name),
        version: leaked(&installed.manifest.version),
        description: leaked(description),
        origin: leaked(&installed.manifest.name),
        file: leaked(&installed.shown),
        line: 0,
        contract: CONTRACT_VERSION,
        parameters: &[],
    }
}
