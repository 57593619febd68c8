//! Security events: what an operator looks for when somebody attacks. Each is a line of the log and a count; the audit log keeps
//! them too, up to a number each minute, so that a flood fills no database.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use serde_json::json;
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_service_kit::{AppError, CallContext, Caller};
use waybill_store::{EventContext, transact};

use super::App;
use crate::{
    domain::{
        audit::{Actor, Record},
        sha256,
    },
    error::Error,
    store,
};

/// Security events of one kind that the audit log keeps of each minute, per replica.
const KEPT: u32 = 60;
const MINUTE: Duration = Duration::from_mins(1);
/// The audit log keeps security events for so long.
const KEPT_FOR: Duration = Duration::from_hours(90 * 24);
const PRUNE_BATCH: u64 = 1_000;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incident {
    WrongPassword,
    /// A password was not looked at, because too many were wrong.
    Slowed,
    /// The right password of a suspended account.
    Suspended,
    /// A refresh token was used twice.
    TokenReused,
}

impl Incident {
    pub const fn action(self) -> &'static str {
        match self {
            Self::WrongPassword => "security.wrong_password",
            Self::Slowed => "security.sign_in_slowed",
            Self::Suspended => "security.suspended_sign_in",
            Self::TokenReused => "security.token_reused",
        }
    }
}

/// A request that was refused for lack of permission.
pub struct Denial {
    pub at: Timestamp,
    pub actor: Option<Actor>,
    pub client_address: String,
    pub request_id: String,
    /// Method and route.
    pub route: String,
}

/// Counts what the audit log keeps, by action: since when, and how many.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<String, (Timestamp, u32)>>);

impl Kept {
    /// Whether another event of this minute is kept; tells the log when the rest is not.
    fn one_more(&self, action: &str, now: Timestamp) -> bool {
        let mut kept = self.0.lock();
        let (since, events) = kept.entry(action.to_owned()).or_insert((now, 0));
        if now.since(*since) >= MINUTE {
            (*since, *events) = (now, 0);
        }
        *events += 1;
        if *events == KEPT + 1 {
            tracing::warn!(
                action,
                "many security events; the rest of this minute is in the log alone"
            );
        }
        *events <= KEPT
    }
}

impl App {
    /// Reports something about the account of `email`, which need not exist. It never fails what the caller does.
    pub(super) async fn report(&self, ctx: &CallContext, incident: Incident, email: &str) {
        let address = ctx.client_address.as_deref().unwrap_or("unknown");
        let account = sha256(email);
        let action = incident.action();
        // Enough of it to find the record in the audit log.
        let beginning = account.get(..16);
        tracing::warn!(action, address, account = beginning, "a security event");
        count(action);
        self.keep(Record {
            id: Uuid::now_v7(),
            at: self.clock.now(),
            actor: actor(ctx),
            client_address: address.to_owned(),
            request_id: ctx.request_id.clone(),
            action: action.to_owned(),
            target_kind: "account".to_owned(),
            target_id: account,
            before: String::new(),
            after: String::new(),
        })
        .await;
    }

    /// Keeps what the gateway refused; it has logged it already.
    pub async fn record_denials(
        &self,
        ctx: &CallContext,
        denials: Vec<Denial>,
    ) -> Result<(), AppError> {
        ctx.service()?;
        for denial in denials {
            count("security.denied");
            self.keep(Record {
                id: Uuid::now_v7(),
                at: denial.at,
                actor: denial.actor,
                client_address: denial.client_address,
                request_id: denial.request_id,
                action: "security.denied".to_owned(),
                target_kind: "route".to_owned(),
                target_id: denial.route.clone(),
                before: String::new(),
                // The target may be cut.
                after: json!({ "route": denial.route }).to_string(),
            })
            .await;
        }
        Ok(())
    }

    /// Deletes old security events. Administrative acts stay.
    pub async fn prune_security_events(&self) -> Result<(), Error> {
        let before = self.clock.now().minus(KEPT_FOR);
        loop {
            let pruned = transact!(self.db, EventContext::default(), async |tx| {
                let prefix = "security.";
                Ok::<_, Error>(store::audit::prune(tx.conn(), prefix, before, PRUNE_BATCH).await?)
            })
            .await?;
            if pruned < PRUNE_BATCH {
                return Ok(());
            }
        }
    }

    async fn keep(&self, record: Record) {
        if !self.kept.one_more(&record.action, self.clock.now()) {
            return;
        }
        let record = record.fitted();
        let kept: Result<(), Error> = transact!(self.db, EventContext::default(), async |tx| {
            Ok(self.keep_act(tx, record.clone()).await?)
        })
        .await;
        if let Err(error) = kept {
            let error = AppError::from(error);
            tracing::error!(%error, "a security event could not be kept");
        }
    }
}

fn count(action: &'static str) {
    metrics::counter!("waybill_security_events_total", "action" => action).increment(1);
}

fn actor(ctx: &CallContext) -> Option<Actor> {
    let Caller::User(user) = &ctx.caller else {
        return None;
    };
    Some(Actor {
        id: user.id,
        name: user.name.trim().to_owned(),
        role: user.role,
    })
}
