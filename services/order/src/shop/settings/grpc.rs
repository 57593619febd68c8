//! The shop's settings over gRPC.

use tonic::{Request, Response, Status};
use waybill_proto::order::{
    self as pb, GetSettingsRequest, GetSettingsResponse, UpdateSettingsRequest,
    UpdateSettingsResponse, shop_service_server::ShopService,
};
use waybill_service_kit::{AppError, choice, context};

use super::{app::Shop, domain::SettingsPatch, wire};
use crate::base::{
    callers::sees_all,
    file_types::{FileType, FileTypes},
};

/// Answers `waybill.order.v1.ShopService`.
#[derive(Debug, Clone)]
pub struct ShopGrpc(pub Shop);

fn patch(request: UpdateSettingsRequest) -> Result<SettingsPatch, AppError> {
    let types = request.allowed_file_types.map(|types| {
        let types = types.types.into_iter();
        let types = types.map(FileType::required_from_proto);
        choice("allowedFileTypes", types.collect::<Result<_, _>>())
    });
    Ok(SettingsPatch {
        shop_name: request.shop_name,
        currency: request.currency,
        goods_expiry: request.goods_expiry_seconds,
        service_expiry: request.service_expiry_seconds,
        mixed_expiry: request.mixed_expiry_seconds,
        payment_window: request.payment_window_seconds,
        manual_payment_window: request.manual_payment_window_seconds,
        commission_basis_points: request.commission_basis_points.map(Into::into),
        max_open_orders_per_worker: request.max_open_orders_per_worker.map(Into::into),
        max_order_lines: request.max_order_lines.map(Into::into),
        max_file_bytes: request.max_file_bytes,
        max_files_per_order: request.max_files_per_order.map(Into::into),
        cart_lifetime: request.cart_lifetime_seconds,
        low_stock_threshold: request.low_stock_threshold,
        allowed_file_types: types.transpose()?.map(FileTypes::new),
        free_orders: request.free_orders,
        completion_without_approval: request.completion_without_approval,
        legal_name: request.legal_name,
        address: request.address,
        tax_id: request.tax_id,
        billing_email: request.billing_email,
        invoice_note: request.invoice_note,
    })
}

#[tonic::async_trait]
impl ShopService for ShopGrpc {
    async fn get_settings(
        &self,
        request: Request<GetSettingsRequest>,
    ) -> Result<Response<GetSettingsResponse>, Status> {
        let ctx = context(&request);
        let all = wire::settings(&*self.0.get().await?);
        let settings = if sees_all(&ctx) {
            all
        } else {
            // What pages need before somebody signs in, and what workers and customers are bound by.
            pb::ShopSettings {
                shop_name: all.shop_name,
                currency: all.currency,
                max_file_bytes: all.max_file_bytes,
                allowed_file_types: all.allowed_file_types,
                completion_without_approval: all.completion_without_approval,
                ..pb::ShopSettings::default()
            }
        };
        Ok(Response::new(GetSettingsResponse {
            settings: Some(settings),
        }))
    }

    async fn update_settings(
        &self,
        request: Request<UpdateSettingsRequest>,
    ) -> Result<Response<UpdateSettingsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let version = request.version;
        let settings = self.0.update(&ctx, &patch(request)?, version).await?;
        Ok(Response::new(UpdateSettingsResponse {
            settings: Some(wire::settings(&settings)),
        }))
    }
}
