//! The catalogue over gRPC.

use tonic::{Request, Response, Status};
use waybill_primitives::ProductId;
use waybill_proto::{
    common,
    order::{
        ArchiveProductRequest, ArchiveProductResponse, CreateProductRequest, CreateProductResponse,
        GetProductRequest, GetProductResponse, ListProductsRequest, ListProductsResponse,
        ProductSort, UpdateProductRequest, UpdateProductResponse,
        catalogue_service_server::CatalogueService,
    },
};
use waybill_service_kit::{AppError, context};

use super::{
    app::{Catalogue, sees_all},
    domain::{Filter, NewProduct, Price, ProductPatch, Sort},
};
use crate::{
    fields::{Faults, search_words},
    grpc::{id, page_info, page_query},
    wire,
};

/// Answers `waybill.order.v1.CatalogueService`.
#[derive(Debug, Clone)]
pub struct CatalogueGrpc(pub Catalogue);

fn price(money: common::Money) -> Price {
    Price {
        amount: money.amount,
        currency: money.currency,
    }
}

fn sort(value: i32) -> Result<Sort, Faults> {
    match ProductSort::try_from(value) {
        Ok(ProductSort::Unspecified | ProductSort::Newest) => Ok(Sort::Newest),
        Ok(ProductSort::Name) => Ok(Sort::Name),
        Ok(ProductSort::PriceAsc) => Ok(Sort::PriceAsc),
        Ok(ProductSort::PriceDesc) => Ok(Sort::PriceDesc),
        Err(_) => Err(Faults::one(
            "sort",
            "must be one of newest, name, price_asc, price_desc",
        )),
    }
}

fn filter(request: &ListProductsRequest) -> Result<Filter, AppError> {
    let category = request.category.trim();
    Ok(Filter {
        words: search_words(&request.q)?,
        category: (!category.is_empty()).then(|| category.to_owned()),
        min_price: request.min_price,
        max_price: request.max_price,
        in_stock: request.in_stock,
        kind: wire::read_product_kind("kind", request.kind)?,
        with_archived: request.include_inactive,
    })
}

#[tonic::async_trait]
impl CatalogueService for CatalogueGrpc {
    async fn list_products(
        &self,
        request: Request<ListProductsRequest>,
    ) -> Result<Response<ListProductsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let query = page_query(request.page.as_ref())?;
        let (filter, sort) = (
            filter(&request)?,
            sort(request.sort).map_err(AppError::from)?,
        );
        let page = self.0.list(&ctx, filter, sort, &query).await?;
        let parts = sees_all(&ctx);
        Ok(Response::new(ListProductsResponse {
            products: page
                .rows
                .iter()
                .map(|offer| wire::product(offer, parts))
                .collect(),
            page: Some(page_info(&page)),
        }))
    }

    async fn get_product(
        &self,
        request: Request<GetProductRequest>,
    ) -> Result<Response<GetProductResponse>, Status> {
        let ctx = context(&request);
        let id: ProductId = id("id", &request.get_ref().id)?;
        let offer = self.0.get(&ctx, id).await?;
        let product = Some(wire::product(&offer, sees_all(&ctx)));
        Ok(Response::new(GetProductResponse { product }))
    }

    async fn create_product(
        &self,
        request: Request<CreateProductRequest>,
    ) -> Result<Response<CreateProductResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let new = NewProduct {
            sku: request.sku,
            name: request.name,
            description: request.description,
            kind: wire::read_product_kind("kind", request.kind).map_err(AppError::from)?,
            price: request.price.map(price),
            category: request.category,
            stock: request.stock,
            active: request.active.unwrap_or(true),
        };
        let product = Some(wire::product(&self.0.create(&ctx, new).await?, true));
        Ok(Response::new(CreateProductResponse { product }))
    }

    async fn update_product(
        &self,
        request: Request<UpdateProductRequest>,
    ) -> Result<Response<UpdateProductResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: ProductId = id("id", &request.id)?;
        let patch = ProductPatch {
            sku: request.sku,
            name: request.name,
            description: request.description,
            price: request.price.map(price),
            category: request.category,
            active: request.active,
        };
        let offer = self.0.update(&ctx, id, &patch, request.version).await?;
        let product = Some(wire::product(&offer, true));
        Ok(Response::new(UpdateProductResponse { product }))
    }

    async fn archive_product(
        &self,
        request: Request<ArchiveProductRequest>,
    ) -> Result<Response<ArchiveProductResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: ProductId = id("id", &request.id)?;
        let offer = self.0.archive(&ctx, id, request.version).await?;
        let product = Some(wire::product(&offer, true));
        Ok(Response::new(ArchiveProductResponse { product }))
    }
}
