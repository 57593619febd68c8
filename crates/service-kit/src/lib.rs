//! What every service process needs: settings, telemetry, health, caller identity, errors, shutdown.
//!
//! Module map: `error` (the error of use cases and its gRPC form), `caller` (who calls), `tokens` and `crypto` (how callers are
//! authenticated), `layers` (what runs around every call), `once` and `audit` (what a write stores in addition to its own rows),
//! `channel` (calling other services), `fair` (a queue for scarce work), `service` (starting and draining a service in either shape), `readiness` (whether it can
//! work), `serve`, `accept` and `process` (a service as a process of its own), `settings`, `telemetry`, `trace`, `shutdown`.

pub mod accept;
pub mod audit;
mod caller;
pub mod channel;
pub mod crypto;
pub mod csv;
mod error;
pub mod fair;
pub mod layers;
mod log_filter;
mod log_lines;
pub mod once;
mod page;
pub mod process;
mod readiness;
pub mod serve;
pub mod service;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod tokens;
pub mod trace;

/// Of all programs that use this crate, and of their tests. `.cargo/config.toml` configures it.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

pub use caller::{CallContext, Caller, Token, UserCaller, context, new_request_id};
pub use channel::{GrpcChannel, outgoing, outgoing_within, retry_read};
pub use error::{AppError, DOMAIN, Details, ErrorCode, ErrorKind, FieldError, chain, choice};
pub use layers::{ServerLayer, bearer};
pub use page::page_query;
pub use readiness::Readiness;
pub use service::{Deps, Job, Running, Service, local_channel, start, start_all};
pub use settings::nearest;
