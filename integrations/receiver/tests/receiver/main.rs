//! The receiver against emitters: what is sent arrives, what cannot be taken is told and counted, and nothing is open but one loopback port.

mod delivery;
mod grpc_refusals;
mod hostile;
mod http_refusals;
mod load;
#[cfg(target_os = "linux")]
mod loopback;
mod pressure;
mod stopping;
mod support;
mod tee;
