//! Database connections, transactions that carry events, outbox and relay, inbox and dead letters, idempotency keys, keyset pages.
//!
//! The rules that this crate keeps for every service:
//! - state and events commit together: [`Tx::emit`] is the only way to publish;
//! - every committed event is published eventually: [`run_relay`];
//! - an event that is delivered twice takes effect once: [`run_consumer`].

pub mod admin;
mod coalesce;
mod consumer;
mod db;
pub mod dead_letters;
mod driver;
mod entity;
pub mod entity_prelude;
mod error;
mod fresh;
mod gaps;
mod group;
mod grouped;
mod guard;
mod handler;
mod housekeeping;
pub mod idempotency;
mod migrations;
mod newcomer;
mod outbox;
mod pace;
pub mod page;
mod publishing;
mod refill;
mod relay;
pub mod rows;
mod trace;
mod writes;

pub use coalesce::Coalesce;
pub use consumer::{RetryPolicy, consumed, run_consumer};
pub use db::{
    Db, DbConfig,
    conn::Conn,
    deferred::{Addition, Existing},
    retry::{Retry, optimistic, retrying},
    tx::{EventContext, Tx},
};
pub use error::{StoreError, chain};
pub use grouped::{Grouped, GroupedWrite};
pub use handler::{ConsumerInfo, EventHandler, HandlerError, decode};
pub use housekeeping::{Retention, prune, prune_keys};
pub use idempotency::{IdempotencyError, IdempotencyKey};
pub use migrations::{
    Indexes, Migrator, add_columns, create_indexes, create_table, create_unique_indexes,
};
pub use newcomer::pass_over;
pub use outbox::{
    all_outbox_events, backlog, outbox_events, published_after, replay, waiting_events,
};
pub use relay::{RelayConfig, run_relay};
pub use trace::logged;
