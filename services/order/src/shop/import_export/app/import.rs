//! Products from CSV. Lines are imported in batches, each batch in one transaction: reported lines are committed even if the rest
//! fails, and a file that is sent again changes only what differs.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::json;
use uuid::Uuid;
use waybill_primitives::{FieldErrors, ProductId, Role, Timestamp, UserId};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{StoreError, Tx, optimistic, transact};

use super::{
    ImportExport,
    plan::{Changes, Lookup, Stopped, plan},
};
use crate::{
    base::audit::{self, Act},
    shop::{
        app_context::AppContext,
        catalogue::{
            app::{open_stock, record_change},
            store as catalogue,
        },
        categories::{app::Finder, store as categories},
        import_export::domain::{
            Header, Outcome, Report, Row,
            reader::{Line, Reader, Unreadable},
        },
        products::domain::Product,
        stock::app::{NotSet, adjustment, set_on_hand},
    },
};

/// The largest file, in bytes.
const MAX_BYTES: u64 = 50 * 1024 * 1024;
/// Maximum number of lines of a file.
const MAX_LINES: u64 = 100_000;
/// Lines per transaction.
const BATCH: usize = 200;
/// The ledger's reason for stock that a file sets.
const REASON: &str = "import";

/// The results of the lines since the last answer.
#[derive(Debug, Default)]
pub struct Answer {
    pub lines: Vec<Report>,
}

/// One import in progress.
pub struct Import {
    context: Arc<AppContext>,
    ctx: CallContext,
    actor: UserId,
    id: Uuid,
    dry_run: bool,
    bytes: u64,
    reader: Reader,
    header: Option<Header>,
    /// Lines read but not processed yet.
    rows: Vec<Row>,
    count: u64,
    /// The line of each SKU.
    seen: HashMap<String, u64>,
}

impl ImportExport {
    /// Starts an import. With `dry_run`, lines are only checked.
    pub fn import(&self, ctx: &CallContext, dry_run: bool) -> Result<Import, AppError> {
        let actor = ctx.require(&[Role::Admin])?.id;
        Ok(Import {
            context: Arc::clone(&self.context),
            ctx: ctx.clone(),
            actor,
            id: Uuid::now_v7(),
            dry_run,
            bytes: 0,
            reader: Reader::default(),
            header: None,
            rows: Vec::new(),
            count: 0,
            seen: HashMap::new(),
        })
    }
}

fn unreadable(error: &Unreadable) -> AppError {
    AppError::invalid_field("file", error.to_string())
}

fn too_large(what: String) -> AppError {
    AppError::invalid_field("file", format!("{what}; divide it"))
}

impl Import {
    /// Reads the next bytes, and processes completed batches.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<Vec<Answer>, AppError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_BYTES {
            return Err(too_large(format!("has more than {MAX_BYTES} bytes")));
        }
        let mut lines = Vec::new();
        let read = self.reader.push(bytes, &mut lines);
        read.map_err(|error| unreadable(&error))?;
        self.add(lines)?;
        let mut answers = Vec::new();
        while self.rows.len() >= BATCH {
            let rest = self.rows.split_off(BATCH);
            let batch = std::mem::replace(&mut self.rows, rest);
            answers.push(self.work(batch).await?);
        }
        Ok(answers)
    }

    /// Ends the file.
    pub async fn finish(mut self) -> Result<Answer, AppError> {
        let mut lines = Vec::new();
        let reader = std::mem::take(&mut self.reader);
        let read = reader.finish(&mut lines);
        read.map_err(|error| unreadable(&error))?;
        self.add(lines)?;
        if self.header.is_none() {
            return Err(AppError::invalid_field(
                "file",
                "is empty; its first line names the columns",
            ));
        }
        let mut answer = Answer::default();
        while !self.rows.is_empty() {
            let rest = self.rows.split_off(BATCH.min(self.rows.len()));
            let batch = std::mem::replace(&mut self.rows, rest);
            answer.lines.extend(self.work(batch).await?.lines);
        }
        Ok(answer)
    }

    fn add(&mut self, lines: Vec<Line>) -> Result<(), AppError> {
        for line in lines {
            let Some(header) = &self.header else {
                self.header = Some(match line {
                    Line::Cells(_, cells) => Header::read(&cells)?,
                    Line::Unreadable(_, message) => {
                        return Err(AppError::invalid_field("header", message));
                    }
                });
                continue;
            };
            self.count += 1;
            if self.count > MAX_LINES {
                return Err(too_large(format!("has more than {MAX_LINES} lines")));
            }
            let mut row = match line {
                Line::Cells(number, cells) => header.row(number, &cells),
                Line::Unreadable(number, message) => Row::unreadable(number, message),
            };
            if !row.sku().is_empty() {
                let first = *self.seen.entry(row.sku().to_owned()).or_insert(row.number);
                if first != row.number {
                    let message = format!("is already on line {first}");
                    row.errors.add("sku", message);
                }
            }
            self.rows.push(row);
        }
        Ok(())
    }

    /// Processes a batch; retries after concurrent changes.
    async fn work(&self, rows: Vec<Row>) -> Result<Answer, AppError> {
        let db = &self.context.db;
        let mut refused = HashMap::new();
        loop {
            let outcome = optimistic(db, || {
                transact!(db, &self.ctx, async |tx| self
                    .attempt(tx, &rows, &refused)
                    .await)
            });
            match outcome.await {
                Ok(lines) => return Ok(Answer { lines }),
                Err(Stopped::Failed(error)) => return Err(error),
                // Only this line fails; the others are retried without it.
                Err(Stopped::Refused(line, errors)) => _ = refused.insert(line, errors),
            }
        }
    }

    async fn attempt(
        &self,
        tx: &Tx,
        rows: &[Row],
        refused: &HashMap<u64, FieldErrors>,
    ) -> Result<Vec<Report>, Stopped> {
        let now = self.context.now();
        let shop = self.context.shop();
        let existing = catalogue::by_skus(tx.conn(), rows.iter().map(Row::sku)).await?;
        let mut lookup = if self.dry_run {
            Lookup::Only(categories::tree(tx.conn()).await?)
        } else {
            Lookup::Make(Finder::new(tx, &self.ctx, now).await?)
        };
        let mut changes = Changes::default();
        let mut reports = Vec::with_capacity(rows.len());
        for row in rows {
            let planned = match refused.get(&row.number) {
                Some(errors) => Err(errors.clone()),
                None => {
                    let before = existing.get(row.sku());
                    match plan(row, before, &mut lookup, &shop, now).await {
                        Ok(planned) => Ok(planned),
                        Err(Stopped::Refused(_, errors)) => Err(errors),
                        Err(stopped) => return Err(stopped),
                    }
                }
            };
            reports.push(match planned {
                Ok(planned) => changes.note(row, planned),
                Err(errors) => Report::failed(row, errors),
            });
        }
        if !self.dry_run {
            self.write(tx, changes, &reports, now).await?;
        }
        Ok(reports)
    }

    async fn write(
        &self,
        tx: &Tx,
        changes: Changes,
        reports: &[Report],
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let new: Vec<&Product> = changes.new.iter().map(|offer| &offer.product).collect();
        match catalogue::insert_all(tx, &new).await {
            // One of them was created concurrently: now it exists and is changed.
            Err(StoreError::Unique { .. }) => return Err(AppError::too_busy("product").into()),
            outcome => outcome?,
        }
        for (before, after) in &changes.changed {
            if !catalogue::update(tx, &before.product, &after.product).await? {
                return Err(AppError::too_busy("product").into());
            }
            record_change(tx, &self.ctx, Some(before), after);
        }
        open_stock(tx, &changes.new, self.actor, now).await?;
        for offer in &changes.new {
            record_change(tx, &self.ctx, None, offer);
        }
        self.set_stock(tx, &changes.stock, now).await?;
        let count = |outcome| {
            reports
                .iter()
                .filter(|line| line.outcome == outcome)
                .count()
        };
        let (created, updated) = (count(Outcome::Created), count(Outcome::Updated));
        if created + updated > 0 {
            let lines = reports.first().zip(reports.last());
            let act = Act {
                action: "product.import",
                target_kind: "product_import",
                target_id: self.id.to_string(),
                before: None,
                after: Some(json!({
                    "fromLine": lines.map(|(first, _)| first.line),
                    "toLine": lines.map(|(_, last)| last.line),
                    "created": created,
                    "updated": updated,
                    "unchanged": count(Outcome::Unchanged),
                    "failed": count(Outcome::Failed),
                })),
            };
            audit::record(tx, &self.ctx, act);
        }
        Ok(())
    }

    /// Written last, because orders wait for these rows.
    async fn set_stock(
        &self,
        tx: &Tx,
        targets: &BTreeMap<ProductId, (u64, i64)>,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let units = targets.iter().map(|(id, (_, units))| (*id, *units));
        match set_on_hand(tx, &units.collect(), REASON, self.actor, now).await {
            Ok(set) => {
                for (id, (had, has)) in set {
                    let act = adjustment(id, had.on_hand, has.on_hand, REASON);
                    audit::record(tx, &self.ctx, act);
                }
                Ok(())
            }
            Err(NotSet::Failed(error)) => Err(error.into()),
            Err(NotSet::Reserved(id, level)) => {
                let message = format!(
                    "{} are reserved for orders: there cannot be fewer on hand",
                    level.reserved
                );
                let line = targets.get(&id).map_or(0, |(line, _)| *line);
                Err(Stopped::Refused(line, FieldErrors::one("stock", message)))
            }
        }
    }
}
