//! Dashboard, analytics and export over gRPC.

use futures::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream},
};
use tonic::{Request, Response, Status};
use waybill_primitives::{Bucket, Currency, Money, start_of};
use waybill_proto::{
    common,
    order::{
        self as pb, ExportOrdersRequest, ExportOrdersResponse, GetDashboardRequest,
        GetDashboardResponse, GetOrderAnalyticsRequest, GetOrderAnalyticsResponse,
        analytics_service_server::AnalyticsService,
    },
};
use waybill_service_kit::{AppError, context};

use super::app::{Analytics, Seller, Totals, Worker};
use crate::{
    base::grpc::pieces,
    orders::{
        domain::OrderStatus,
        grpc::{filter, sort},
        wire::order,
    },
    shop::stock::wire::product,
};

/// Answers `waybill.order.v1.AnalyticsService`.
#[derive(Debug, Clone)]
pub struct AnalyticsGrpc(pub Analytics);

#[expect(
    clippy::unnecessary_wraps,
    reason = "the field that it fills is optional"
)]
fn totals(totals: &Totals, currency: Currency) -> Option<pb::OrderTotals> {
    let money = |amount| Some(Money::new(amount, currency));
    Some(pb::OrderTotals {
        placed: totals.placed.quantity,
        paid: totals.paid.quantity,
        completed: totals.completed.quantity,
        cancelled: totals.cancelled.quantity,
        revenue: money(totals.revenue()),
        refunded: money(totals.refunded.amount),
        average_order: totals.average().and_then(money),
    })
}

fn statuses(counts: &[(OrderStatus, i64)]) -> pb::OrdersByStatus {
    let mut orders = pb::OrdersByStatus::default();
    for (status, count) in counts {
        *match status {
            OrderStatus::Pending => &mut orders.pending,
            OrderStatus::InProgress => &mut orders.in_progress,
            OrderStatus::OnHold => &mut orders.on_hold,
            OrderStatus::Completed => &mut orders.completed,
            OrderStatus::Cancelled => &mut orders.cancelled,
        } = *count;
    }
    orders
}

fn sellers(sellers: Vec<Seller>, currency: Currency) -> Vec<pb::ProductSales> {
    let seller = |seller: Seller| pb::ProductSales {
        product_id: seller.product.to_string(),
        name: seller.name,
        units: seller.units,
        revenue: Some(Money::new(seller.amount, currency)),
    };
    sellers.into_iter().map(seller).collect()
}

fn worker(worker: Worker, currency: Currency) -> pb::WorkerPerformance {
    pb::WorkerPerformance {
        worker_id: worker.id.to_string(),
        name: worker.name,
        claimed: worker.assigned,
        completed: worker.finished,
        completed_total: Some(Money::new(worker.amount, currency)),
        mean_seconds: worker.mean_seconds,
    }
}

fn bucket(value: i32) -> Result<Bucket, AppError> {
    match common::Bucket::try_from(value) {
        Ok(common::Bucket::Unspecified | common::Bucket::Day) => Ok(Bucket::Day),
        Ok(common::Bucket::Week) => Ok(Bucket::Week),
        Ok(common::Bucket::Month) => Ok(Bucket::Month),
        Err(_) => Err(AppError::invalid_field(
            "bucket",
            "must be one of day, week, month",
        )),
    }
}

fn exported(page: &[u8]) -> Vec<ExportOrdersResponse> {
    let chunks = pieces(page).map(|chunk| ExportOrdersResponse { chunk });
    chunks.collect()
}

#[tonic::async_trait]
impl AnalyticsService for AnalyticsGrpc {
    async fn get_dashboard(
        &self,
        request: Request<GetDashboardRequest>,
    ) -> Result<Response<GetDashboardResponse>, Status> {
        let board = self.0.dashboard(&context(&request)).await?;
        let currency = board.currency;
        Ok(Response::new(GetDashboardResponse {
            current: totals(&board.current, currency),
            previous: totals(&board.previous, currency),
            all_time: totals(&board.all_time, currency),
            orders_by_status: Some(statuses(&board.statuses)),
            top_products: sellers(board.top_products, currency),
            recent_orders: board.recent.iter().map(order).collect(),
            low_stock: board
                .low_stock
                .iter()
                .map(|offer| product(offer, true))
                .collect(),
            pending_events: i64::try_from(board.pending_events).unwrap_or(i64::MAX),
        }))
    }

    async fn get_order_analytics(
        &self,
        request: Request<GetOrderAnalyticsRequest>,
    ) -> Result<Response<GetOrderAnalyticsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let bucket = bucket(request.bucket)?;
        let span = self.0.span(request.from, request.to, bucket)?;
        let report = self.0.report(&ctx, span, bucket).await?;
        let currency = report.currency;
        let one = |(day, part): &(i32, Totals)| pb::OrderBucket {
            start: Some(start_of(*day)),
            totals: totals(part, currency),
        };
        Ok(Response::new(GetOrderAnalyticsResponse {
            buckets: report.buckets.iter().map(one).collect(),
            totals: totals(&report.totals, currency),
            orders_by_status: Some(statuses(&report.statuses)),
            top_products: sellers(report.top_products, currency),
            workers: report
                .workers
                .into_iter()
                .map(|row| worker(row, currency))
                .collect(),
        }))
    }

    type ExportOrdersStream = BoxStream<'static, Result<ExportOrdersResponse, Status>>;

    async fn export_orders(
        &self,
        request: Request<ExportOrdersRequest>,
    ) -> Result<Response<Self::ExportOrdersStream>, Status> {
        let ctx = context(&request);
        let list = request.into_inner().filter.unwrap_or_default();
        let (filter, sort) = (filter(&list)?, sort(list.sort)?);
        let export = self.0.export(&ctx, filter, sort).await?;
        // The next page is read when the previous one was received; a client that disconnects ends the export.
        let pages = stream::try_unfold(export, |mut export| async move {
            let page = export.chunk().await?;
            Ok::<_, Status>(page.map(|page| (page, export)))
        });
        let chunks = pages.map_ok(|page| stream::iter(exported(&page)).map(Ok));
        Ok(Response::new(chunks.try_flatten().boxed()))
    }
}
