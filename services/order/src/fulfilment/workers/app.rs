//! Use cases of workers: administrators' settings, workload, and events of auth.

use std::sync::Arc;

use serde_json::json;
use waybill_primitives::{FieldErrors, Role, UserId};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{EventContext, Tx, transact};

use super::{
    domain::{Account, Change, Entry, Load, NotEligible, Worker},
    events, store,
};
use crate::{
    base::{
        audit::{self, Act},
        fields::search_words,
    },
    shop::{
        app_context::{AppContext, Page, PageQuery},
        categories::store as categories,
    },
};

/// Workers.
#[derive(Debug, Clone)]
pub struct Workers {
    context: Arc<AppContext>,
}

impl From<NotEligible> for AppError {
    fn from(error: NotEligible) -> Self {
        let message = error.to_string();
        match error {
            NotEligible::Inactive => Self::conflict(ErrorCode::Conflict, message),
            NotEligible::NotQualified => Self::conflict(ErrorCode::NotQualified, message),
            NotEligible::TooManyOrders { limit, open } => {
                Self::conflict(ErrorCode::TooManyOrders, message)
                    .with_meta("limit", limit.to_string())
                    .with_meta("open", open.to_string())
            }
        }
    }
}

impl Workers {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }

    /// All workers with their categories, limit and workload, by name.
    pub async fn list(
        &self,
        ctx: &CallContext,
        q: &str,
        query: &PageQuery,
    ) -> Result<Page<Entry>, AppError> {
        ctx.require(&[Role::Admin])?;
        let words = search_words(q)?;
        let reader = self.context.db.reader();
        let page = store::list(reader, &words, query).await?;
        let mut loads = store::loads(reader, page.rows.iter().map(|worker| worker.id)).await?;
        let rows = page.rows.into_iter().map(|worker| {
            let load = loads.remove(&worker.id).unwrap_or_default();
            self.entry(worker, load)
        });
        Ok(Page {
            rows: rows.collect(),
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    pub async fn get(&self, ctx: &CallContext, id: UserId) -> Result<Entry, AppError> {
        ctx.require(&[Role::Admin])?;
        let worker = store::find(self.context.db.reader(), id).await?;
        let worker = worker.ok_or_else(|| AppError::not_found("worker"))?;
        self.with_load(worker).await
    }

    /// The caller's own entry.
    pub async fn own(&self, ctx: &CallContext) -> Result<Entry, AppError> {
        ctx.require(&[Role::Staff])?;
        let worker = self.myself(ctx).await?;
        self.with_load(worker).await
    }

    /// Sets a worker's categories and limit. They apply to the next order; current orders stay assigned.
    pub async fn update(
        &self,
        ctx: &CallContext,
        id: UserId,
        change: Change,
        version: Option<i64>,
    ) -> Result<Entry, AppError> {
        ctx.require(&[Role::Admin])?;
        let change = change.check()?;
        let db = &self.context.db;
        if let Some(named) = &change.categories
            && !named.is_empty()
        {
            let tree = categories::tree(db.reader()).await?;
            let mut errors = FieldErrors::default();
            for (index, id) in named.iter().enumerate() {
                if tree.get(*id).is_none() {
                    errors.add(format!("categoryIds[{index}]"), "no category has this id");
                }
            }
            errors.or(())?;
        }
        let worker = transact!(db, ctx, async |tx| self
            .write_change(tx, ctx, id, &change, version)
            .await)
        .await?;
        self.with_load(worker).await
    }

    async fn write_change(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        id: UserId,
        change: &Change,
        version: Option<i64>,
    ) -> Result<Worker, AppError> {
        let found = store::find_locked(tx, id).await?;
        let before = found.ok_or_else(|| AppError::not_found("worker"))?;
        if version.is_some_and(|version| version != before.version) {
            return Err(AppError::version_conflict(before.version));
        }
        let Some(next) = change.apply(&before) else {
            return Ok(before);
        };
        if !store::update(tx, &next, self.context.now()).await? {
            return Err(AppError::version_conflict(before.version));
        }
        let loads = store::loads(tx.conn(), [id]).await?;
        let load = loads.get(&id).copied().unwrap_or_default();
        events::worker_updated(tx, &self.entry(next.clone(), load));
        let audit_values = |worker: &Worker| {
            let categories = worker.categories.iter().map(ToString::to_string);
            json!({
                "categoryIds": categories.collect::<Vec<_>>(),
                "maxOpenOrders": worker.max_open_orders,
            })
        };
        let act = Act {
            action: "worker.update",
            target_kind: "worker",
            target_id: id.to_string(),
            before: Some(audit_values(&before)),
            after: Some(audit_values(&next)),
        };
        audit::record(tx, ctx, act);
        Ok(next)
    }

    async fn with_load(&self, worker: Worker) -> Result<Entry, AppError> {
        let loads = store::loads(self.context.db.reader(), [worker.id]).await?;
        let load = loads.get(&worker.id).copied().unwrap_or_default();
        Ok(self.entry(worker, load))
    }

    fn entry(&self, worker: Worker, load: Load) -> Entry {
        let limit = worker.limit(self.context.shop().max_open_orders_per_worker);
        Entry {
            worker,
            load,
            limit: limit.unwrap_or(0),
        }
    }

    /// The calling worker. Their token proves the role, even if auth's event has not arrived yet.
    pub async fn myself(&self, ctx: &CallContext) -> Result<Worker, AppError> {
        let user = ctx.require(&[Role::Staff])?;
        let account = Account {
            id: user.id,
            name: user.name.clone(),
            email: user.email.clone(),
            role: Role::Staff,
            suspended: false,
            version: 0,
        };
        self.known(account).await
    }

    /// The worker that an administrator names in `field`. `name` comes from auth, provided by the caller.
    pub async fn named(&self, field: &str, id: UserId, name: &str) -> Result<Worker, AppError> {
        let unknown = || AppError::invalid_field(field, "must be the id of an active worker");
        let known = store::find(self.context.db.reader(), id).await?;
        let worker = match known {
            Some(worker) => worker,
            None if name.trim().is_empty() => return Err(unknown()),
            None => {
                let account = Account {
                    id,
                    name: name.to_owned(),
                    email: String::new(),
                    role: Role::Staff,
                    suspended: false,
                    version: 0,
                };
                self.known(account).await?
            }
        };
        if worker.active() {
            Ok(worker)
        } else {
            Err(unknown())
        }
    }

    /// The row of a worker, created if missing.
    async fn known(&self, account: Account) -> Result<Worker, AppError> {
        let db = &self.context.db;
        if let Some(worker) = store::find(db.reader(), account.id).await? {
            return Ok(worker);
        }
        let account = account.trimmed();
        transact!(db, EventContext::default(), async |tx| {
            store::insert_if_absent(tx, &account.worker(self.context.now())).await?;
            let worker = store::find(tx.conn(), account.id).await?;
            worker.ok_or_else(|| AppError::unavailable("the worker is not known yet; try again"))
        })
        .await
    }

    /// Applies an event of auth about an account. Accounts that were never workers get no row, unless their role or suspension changed:
    /// the row keeps a late older event from restoring them.
    pub async fn follow(
        &self,
        tx: &Tx,
        account: Account,
        rights_changed: bool,
    ) -> Result<(), AppError> {
        let worker = account.trimmed().worker(self.context.now());
        if worker.role == Role::Staff || rights_changed {
            store::insert_if_absent(tx, &worker).await?;
        }
        Ok(store::follow(tx, &worker).await?)
    }
}
