//! The dashboard and figures over time.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_primitives::Money;
use waybill_proto::{
    auth::{GetUserAnalyticsResponse, UserCounts},
    order::{GetDashboardResponse, Order, OrderTotals, OrdersByStatus, Product, ProductSales},
};

/// A figure for the last 30 days, the 30 days before, and in total.
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
    /// Products that are low in stock; ten at most.
    pub low_stock: Vec<Product>,
    /// Changes that the figures do not include yet. Normally they follow within about a second.
    pub pending_events: i64,
}

impl Dashboard {
    pub fn new(board: GetDashboardResponse, users: GetUserAnalyticsResponse) -> Self {
        let all_time = board.all_time.unwrap_or_default();
        let last_30_days = board.current.unwrap_or_default();
        let previous_30_days = board.previous.unwrap_or_default();
        Self {
            revenue: Revenue {
                all_time: all_time.revenue.unwrap_or_default(),
                last_30_days: last_30_days.revenue.unwrap_or_default(),
                previous_30_days: previous_30_days.revenue.unwrap_or_default(),
            },
            orders: DashboardOrders {
                all_time,
                last_30_days,
                previous_30_days,
            },
            users: DashboardUsers {
                all_time: users.total.unwrap_or_default(),
                last_30_days: users.registered.unwrap_or_default(),
            },
            orders_by_status: board.orders_by_status.unwrap_or_default(),
            top_products: board.top_products,
            recent_orders: board.recent_orders,
            low_stock: board.low_stock,
            pending_events: board.pending_events,
        }
    }
}
