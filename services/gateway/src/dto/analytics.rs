//! The dashboard, and figures over time.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::{auth, order as pb};

use super::{Money, Order, Product, moment, money};

/// Orders and money of a time.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderTotals {
    /// Placed in this time.
    pub placed: i64,
    /// Paid in this time, also if refunded later.
    pub paid: i64,
    pub completed: i64,
    /// Cancelled, expired or replaced.
    pub cancelled: i64,
    /// Paid less refunded.
    pub revenue: Money,
    pub refunded: Money,
    /// What was paid per paid order, in minor units; null if none was paid.
    #[schema(required)]
    pub average_order: Option<i64>,
}

impl From<pb::OrderTotals> for OrderTotals {
    fn from(totals: pb::OrderTotals) -> Self {
        Self {
            placed: totals.placed,
            paid: totals.paid,
            completed: totals.completed,
            cancelled: totals.cancelled,
            revenue: money(totals.revenue),
            refunded: money(totals.refunded),
            average_order: totals.average_order,
        }
    }
}

fn totals(totals: Option<pb::OrderTotals>) -> OrderTotals {
    totals.unwrap_or_default().into()
}

/// All orders by their status now.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct OrdersByStatus {
    pub pending: i64,
    pub in_progress: i64,
    pub on_hold: i64,
    pub completed: i64,
    pub cancelled: i64,
}

impl From<Vec<pb::StatusCount>> for OrdersByStatus {
    fn from(counts: Vec<pb::StatusCount>) -> Self {
        let mut all = Self::default();
        for row in counts {
            match row.status() {
                pb::OrderStatus::Pending => all.pending = row.count,
                pb::OrderStatus::InProgress => all.in_progress = row.count,
                pb::OrderStatus::OnHold => all.on_hold = row.count,
                pb::OrderStatus::Completed => all.completed = row.count,
                pb::OrderStatus::Cancelled => all.cancelled = row.count,
                pb::OrderStatus::Unspecified => {}
            }
        }
        all
    }
}

/// What was sold of a product in paid orders, less those that were refunded.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductSales {
    #[schema(value_type = uuid::Uuid)]
    pub product_id: String,
    pub name: String,
    pub units: i64,
    pub revenue: Money,
}

impl From<pb::ProductSales> for ProductSales {
    fn from(sales: pb::ProductSales) -> Self {
        Self {
            product_id: sales.product_id,
            name: sales.name,
            units: sales.units,
            revenue: money(sales.revenue),
        }
    }
}

/// What a worker did.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkerPerformance {
    #[schema(value_type = uuid::Uuid)]
    pub worker_id: String,
    pub name: String,
    /// Orders that they got in this time and still have or have completed.
    pub claimed: i64,
    pub completed: i64,
    /// Totals of the completed orders.
    pub completed_total: Money,
    /// From getting an order to its completion, on average, in seconds; null if nothing was completed.
    #[schema(required)]
    pub mean_seconds: Option<i64>,
}

impl From<pb::WorkerPerformance> for WorkerPerformance {
    fn from(worker: pb::WorkerPerformance) -> Self {
        Self {
            worker_id: worker.worker_id,
            name: worker.name,
            claimed: worker.claimed,
            completed: worker.completed,
            completed_total: money(worker.completed_total),
            mean_seconds: worker.mean_seconds,
        }
    }
}

/// One figure now, before, and in all.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revenue {
    pub all_time: Money,
    pub last_30_days: Money,
    /// The 30 days before those.
    pub previous_30_days: Money,
}

/// Orders of the dashboard.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardOrders {
    pub all_time: OrderTotals,
    pub last_30_days: OrderTotals,
    /// The 30 days before those.
    pub previous_30_days: OrderTotals,
}

/// Accounts by the role that they have now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserCounts {
    pub all: i64,
    pub customers: i64,
    pub staff: i64,
    pub admins: i64,
}

impl From<auth::UserCounts> for UserCounts {
    fn from(counts: auth::UserCounts) -> Self {
        Self {
            all: counts.customers + counts.staff + counts.admins,
            customers: counts.customers,
            staff: counts.staff,
            admins: counts.admins,
        }
    }
}

fn counts(counts: Option<auth::UserCounts>) -> UserCounts {
    counts.unwrap_or_default().into()
}

/// Accounts of the dashboard.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardUsers {
    pub all_time: UserCounts,
    /// Registered in the last 30 days.
    pub last_30_days: UserCounts,
}

/// How the shop is doing. Days are UTC; amounts are of the shop's currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    pub revenue: Revenue,
    pub orders: DashboardOrders,
    pub users: DashboardUsers,
    pub orders_by_status: OrdersByStatus,
    /// By revenue in the last 30 days; ten at most.
    pub top_products: Vec<ProductSales>,
    /// The ten newest orders.
    pub recent_orders: Vec<Order>,
    /// Products that run out; ten at most.
    pub low_stock: Vec<Product>,
    /// Changes that the figures do not have yet. They follow changes within about a second.
    pub pending_events: i64,
}

impl Dashboard {
    pub fn new(board: pb::GetDashboardResponse, users: auth::GetUserAnalyticsResponse) -> Self {
        let all_time = totals(board.all_time);
        let last_30_days = totals(board.current);
        let previous_30_days = totals(board.previous);
        Self {
            revenue: Revenue {
                all_time: all_time.revenue.clone(),
                last_30_days: last_30_days.revenue.clone(),
                previous_30_days: previous_30_days.revenue.clone(),
            },
            orders: DashboardOrders {
                all_time,
                last_30_days,
                previous_30_days,
            },
            users: DashboardUsers {
                all_time: counts(users.total),
                last_30_days: counts(users.registered),
            },
            orders_by_status: board.orders_by_status.into(),
            top_products: board.top_products.into_iter().map(Into::into).collect(),
            recent_orders: board.recent_orders.into_iter().map(Into::into).collect(),
            low_stock: board.low_stock.into_iter().map(Into::into).collect(),
            pending_events: board.pending_events,
        }
    }
}

/// The figures of one day, week or month.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderBucket {
    /// Its first moment.
    pub start: DateTime<Utc>,
    pub totals: OrderTotals,
}

/// Orders over time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderAnalytics {
    /// Without gaps, oldest first. The first and the last one have only the days that were asked for.
    pub buckets: Vec<OrderBucket>,
    pub totals: OrderTotals,
    /// Of all orders, now.
    pub orders_by_status: OrdersByStatus,
    /// By revenue; a hundred at most.
    pub top_products: Vec<ProductSales>,
    /// By completed orders; a hundred at most.
    pub workers: Vec<WorkerPerformance>,
}

impl From<pb::GetOrderAnalyticsResponse> for OrderAnalytics {
    fn from(answer: pb::GetOrderAnalyticsResponse) -> Self {
        let bucket = |bucket: pb::OrderBucket| OrderBucket {
            start: moment(bucket.start),
            totals: totals(bucket.totals),
        };
        Self {
            buckets: answer.buckets.into_iter().map(bucket).collect(),
            totals: totals(answer.totals),
            orders_by_status: answer.orders_by_status.into(),
            top_products: answer.top_products.into_iter().map(Into::into).collect(),
            workers: answer.workers.into_iter().map(Into::into).collect(),
        }
    }
}

/// Registrations of one day, week or month.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserBucket {
    /// Its first moment.
    pub start: DateTime<Utc>,
    pub registered: UserCounts,
}

/// Registrations over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAnalytics {
    /// Without gaps, oldest first.
    pub buckets: Vec<UserBucket>,
    /// In the whole time.
    pub registered: UserCounts,
    /// All accounts.
    pub total: UserCounts,
}

impl From<auth::GetUserAnalyticsResponse> for UserAnalytics {
    fn from(answer: auth::GetUserAnalyticsResponse) -> Self {
        let bucket = |bucket: auth::UserBucket| UserBucket {
            start: moment(bucket.start),
            registered: counts(bucket.registered),
        };
        Self {
            buckets: answer.buckets.into_iter().map(bucket).collect(),
            registered: counts(answer.registered),
            total: counts(answer.total),
        }
    }
}
