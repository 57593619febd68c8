//! Reports for administrators: the dashboard, and figures over time, read from the rollups.

use std::collections::HashMap;

use waybill_primitives::{Bucket, Currency, ProductId, Role, Span, Timestamp, UserId};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::page::Limit;

use super::Analytics;
use crate::{
    derived::analytics::{
        domain::{Figure, Metric},
        store,
    },
    orders::{
        domain::{Filter, Order, OrderStatus, Sort, Viewer},
        store as orders,
    },
    shop::{
        app_context::PageQuery,
        catalogue::{domain as products, store as catalogue},
        stock::domain::Offer,
    },
};

/// Days of the dashboard; compared with the same number of days before.
const DASHBOARD_DAYS: i32 = 30;
/// Rows of the dashboard's lists.
const DASHBOARD_ROWS: u64 = 10;
/// Maximum number of products and workers of an answer.
const REPORT_ROWS: u64 = 100;

/// Orders and money of a time span, in the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub placed: Figure,
    pub paid: Figure,
    pub refunded: Figure,
    pub completed: Figure,
    pub cancelled: Figure,
}

impl Totals {
    fn add(&mut self, metric: &str, figure: Figure) {
        let part = match metric.parse() {
            Ok(Metric::Placed) => &mut self.placed,
            Ok(Metric::Paid) => &mut self.paid,
            Ok(Metric::Refunded) => &mut self.refunded,
            Ok(Metric::Completed) => &mut self.completed,
            Ok(Metric::Cancelled) => &mut self.cancelled,
            _ => return,
        };
        part.quantity += figure.quantity;
        part.amount += figure.amount;
    }

    fn plus(&mut self, other: &Self) {
        for (metric, figure) in [
            (Metric::Placed, other.placed),
            (Metric::Paid, other.paid),
            (Metric::Refunded, other.refunded),
            (Metric::Completed, other.completed),
            (Metric::Cancelled, other.cancelled),
        ] {
            self.add(metric.as_str(), figure);
        }
    }

    /// Paid less refunded, in minor units.
    pub fn revenue(&self) -> i64 {
        self.paid.amount - self.refunded.amount
    }

    /// Average amount of paid orders, in minor units; none if none was paid.
    pub fn average(&self) -> Option<i64> {
        (self.paid.quantity > 0).then(|| self.paid.amount / self.paid.quantity)
    }
}

/// Sales of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    pub product: ProductId,
    /// Empty if the product does not exist any more.
    pub name: String,
    pub units: i64,
    pub amount: i64,
}

/// Work of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    pub id: UserId,
    pub name: String,
    pub assigned: i64,
    pub finished: i64,
    pub amount: i64,
    /// Average time from assignment to completion.
    pub mean_seconds: Option<i64>,
}

#[derive(Debug)]
pub struct Dashboard {
    pub currency: Currency,
    pub current: Totals,
    pub previous: Totals,
    pub all_time: Totals,
    pub statuses: Vec<(OrderStatus, i64)>,
    pub top_products: Vec<Seller>,
    pub recent: Vec<Order>,
    /// Products below their low-stock threshold.
    pub low_stock: Vec<Offer>,
    /// Events that the figures do not include yet.
    pub pending_events: u64,
}

#[derive(Debug)]
pub struct OrderReport {
    pub currency: Currency,
    /// Keyed by the first day of each bucket.
    pub buckets: Vec<(i32, Totals)>,
    pub totals: Totals,
    pub statuses: Vec<(OrderStatus, i64)>,
    pub top_products: Vec<Seller>,
    pub workers: Vec<Worker>,
}

impl Analytics {
    pub async fn dashboard(&self, ctx: &CallContext) -> Result<Dashboard, AppError> {
        ctx.require(&[Role::Admin])?;
        loop {
            let generation = self.generation().await?;
            let board = self.board(generation).await?;
            // A rebuild that ended in the meantime has dropped the generation that was being read.
            if self.generation().await? == generation {
                return Ok(board);
            }
        }
    }

    async fn generation(&self) -> Result<i64, AppError> {
        Ok(store::state(self.context.db.reader()).await?.generation)
    }

    async fn board(&self, generation: i64) -> Result<Dashboard, AppError> {
        let db = &self.context.db;
        let reader = db.reader();
        let currency = self.context.shop().currency;
        let span = Span::last(DASHBOARD_DAYS, self.context.now());
        let both = Span {
            first: span.before().first,
            end: span.end,
        };
        let (mut current, mut previous) = (Totals::default(), Totals::default());
        for (day, metric, figure) in store::days(reader, generation, currency, both).await? {
            let side = if day >= span.first {
                &mut current
            } else {
                &mut previous
            };
            side.add(&metric, figure);
        }
        let mut all_time = Totals::default();
        for (metric, figure) in store::totals(reader, generation, currency).await? {
            all_time.add(&metric, figure);
        }
        let few = PageQuery {
            limit: Limit::of(DASHBOARD_ROWS),
            cursor: String::new(),
            total: false,
        };
        let (viewer, sort) = (Viewer::Everything, Sort::Newest);
        let recent = orders::page(reader, viewer, &Filter::default(), sort, &few).await?;
        let low = products::Filter {
            low_stock: Some(true),
            ..Default::default()
        };
        let sort = products::Sort::Name;
        let low = catalogue::page(reader, &low, None, sort, &few).await?;
        Ok(Dashboard {
            currency,
            current,
            previous,
            all_time,
            statuses: self.statuses(generation).await?,
            top_products: self.sellers(generation, span, DASHBOARD_ROWS).await?,
            recent: recent.rows,
            low_stock: low.rows,
            pending_events: waybill_store::backlog(db).await?,
        })
    }

    /// Figures by day, week or month, of the days of `span`.
    pub async fn report(
        &self,
        ctx: &CallContext,
        span: Span,
        bucket: Bucket,
    ) -> Result<OrderReport, AppError> {
        ctx.require(&[Role::Admin])?;
        loop {
            let generation = self.generation().await?;
            let report = self.report_of(generation, span, bucket).await?;
            if self.generation().await? == generation {
                return Ok(report);
            }
        }
    }

    async fn report_of(
        &self,
        generation: i64,
        span: Span,
        bucket: Bucket,
    ) -> Result<OrderReport, AppError> {
        let reader = self.context.db.reader();
        let currency = self.context.shop().currency;
        let first_days = span.buckets(bucket);
        let mut by_bucket: HashMap<i32, Totals> = HashMap::new();
        for (day, metric, figure) in store::days(reader, generation, currency, span).await? {
            let totals = by_bucket.entry(bucket.first_day(day)).or_default();
            totals.add(&metric, figure);
        }
        let mut totals = Totals::default();
        let mut buckets = Vec::with_capacity(first_days.len());
        for day in first_days {
            let part = by_bucket.remove(&day).unwrap_or_default();
            totals.plus(&part);
            buckets.push((day, part));
        }
        let workers = store::workers(reader, generation, currency, span, REPORT_ROWS).await?;
        let ids: Vec<UserId> = workers
            .iter()
            .filter_map(|row| row.worker.parse().ok())
            .collect();
        let mut names = store::worker_names(reader, &ids).await?;
        let worker = |row: store::WorkerFigures| {
            let id: UserId = row.worker.parse().ok()?;
            Some(Worker {
                id,
                name: names.remove(&id).unwrap_or_default(),
                assigned: row.assigned,
                finished: row.finished,
                amount: row.amount,
                mean_seconds: (row.worked > 0).then(|| row.seconds / row.worked),
            })
        };
        Ok(OrderReport {
            currency,
            buckets,
            totals,
            workers: workers.into_iter().filter_map(worker).collect(),
            statuses: self.statuses(generation).await?,
            top_products: self.sellers(generation, span, REPORT_ROWS).await?,
        })
    }

    /// The days of a report.
    pub fn span(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        bucket: Bucket,
    ) -> Result<Span, AppError> {
        Span::new(from, to, bucket, self.context.now())
            .map_err(|error| AppError::invalid_field(error.field(), error.to_string()))
    }

    /// Every status, including those without orders.
    async fn statuses(&self, generation: i64) -> Result<Vec<(OrderStatus, i64)>, AppError> {
        let counts = store::statuses(self.context.db.reader(), generation).await?;
        let count =
            |status: &OrderStatus| (*status, counts.get(status.as_str()).copied().unwrap_or(0));
        Ok(OrderStatus::ALL.iter().map(count).collect())
    }

    async fn sellers(
        &self,
        generation: i64,
        span: Span,
        limit: u64,
    ) -> Result<Vec<Seller>, AppError> {
        let reader = self.context.db.reader();
        let currency = self.context.shop().currency;
        let rows = store::products(reader, generation, currency, span, limit).await?;
        let ids = rows.iter().filter_map(|row| row.product.parse().ok());
        let mut names = store::product_names(reader, ids.collect()).await?;
        let seller = |row: store::ProductFigures| {
            let product: ProductId = row.product.parse().ok()?;
            // All sales were refunded.
            (row.units != 0 || row.amount != 0).then(|| Seller {
                product,
                name: names.remove(&product).unwrap_or_default(),
                units: row.units,
                amount: row.amount,
            })
        };
        Ok(rows.into_iter().filter_map(seller).collect())
    }
}
