//! The catalogue over gRPC, with its categories and its import and export.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming};
use waybill_primitives::{FieldErrors, Money, ProductId, non_empty};
use waybill_proto::{
    common,
    order::{
        self as pb, ArchiveProductRequest, ArchiveProductResponse, CreateProductRequest,
        CreateProductResponse, GetProductRequest, GetProductResponse, ListProductsRequest,
        ListProductsResponse, UpdateProductRequest, UpdateProductResponse,
        catalogue_service_server::CatalogueService,
    },
};
use waybill_service_kit::{AppError, choice, context, page_query};

use super::{
    catalogue::{
        app::Catalogue,
        domain::{Filter, Sort},
    },
    categories::{
        app::Categories,
        domain::{CategoryPatch, NewCategory},
        wire::category as category_message,
    },
    import_export::{
        app::{Answer, ImportExport},
        domain::Outcome,
    },
    products::domain::{NewProduct, Price, ProductKind, ProductPatch, search_word},
    stock::wire::product as product_message,
};
use crate::base::{
    callers::sees_all,
    fields::{category_filter, check_amounts, search_words},
    grpc::{id, pieces},
};

/// Answers `waybill.order.v1.CatalogueService`.
#[derive(Debug, Clone)]
pub struct CatalogueGrpc {
    pub catalogue: Catalogue,
    pub categories: Categories,
    pub import_export: ImportExport,
}

/// The price of a request: callers over gRPC may send the amount directly.
fn price(exact: Option<Money>, asked: Option<common::Price>) -> Option<Price> {
    let asked = asked.unwrap_or_default();
    if let Some(money) = asked.money.or(exact) {
        return Some(Price::Exact {
            amount: money.amount,
            currency: money.currency.to_string(),
        });
    }
    non_empty(asked.decimal).map(Price::Decimal)
}

/// -1 means the shop's threshold.
fn threshold(units: i64) -> Option<i64> {
    (units != -1).then_some(units)
}

fn sort(value: i32) -> Result<Sort, AppError> {
    let sort = choice("sort", Sort::from_proto(value))?;
    Ok(sort.unwrap_or(Sort::Newest))
}

/// The words of a search. A word without letters and digits is kept, so that it finds nothing.
fn words(query: &str) -> Result<Vec<String>, FieldErrors> {
    let words = search_words(query)?;
    Ok(words
        .into_iter()
        .map(|word| search_word(&word).unwrap_or(word))
        .collect())
}

fn filter(request: &ListProductsRequest) -> Result<Filter, AppError> {
    check_amounts(
        ("minPrice", request.min_price),
        ("maxPrice", request.max_price),
    )?;
    Ok(Filter {
        words: words(&request.q)?,
        low_stock: request.low_stock,
        category: non_empty(category_filter(&request.category)?),
        min_price: request.min_price,
        max_price: request.max_price,
        in_stock: request.in_stock,
        kinds: choice("kind", ProductKind::any_from_proto(&request.kinds))?,
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
        let (filter, sort) = (filter(&request)?, sort(request.sort)?);
        let page = self.catalogue.list(&ctx, filter, sort, &query).await?;
        let parts = sees_all(&ctx);
        Ok(Response::new(ListProductsResponse {
            products: page
                .rows
                .iter()
                .map(|offer| product_message(offer, parts))
                .collect(),
            page: Some(page.info()),
        }))
    }

    async fn get_product(
        &self,
        request: Request<GetProductRequest>,
    ) -> Result<Response<GetProductResponse>, Status> {
        let ctx = context(&request);
        let id: ProductId = id("id", &request.get_ref().id)?;
        let offer = self.catalogue.get(&ctx, id).await?;
        let product = Some(product_message(&offer, sees_all(&ctx)));
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
            kind: choice("kind", ProductKind::from_proto(request.kind))?,
            price: price(request.price, request.asked_price),
            category: request.category,
            stock: request.stock,
            low_stock_threshold: request.low_stock_threshold,
            active: request.active.unwrap_or(true),
        };
        let product = Some(product_message(
            &self.catalogue.create(&ctx, new).await?,
            true,
        ));
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
            price: price(request.price, request.asked_price),
            category: request.category,
            category_id: request.category_id,
            low_stock_threshold: request.low_stock_threshold.map(threshold),
            active: request.active,
            kind: choice("kind", ProductKind::from_proto(request.kind))?,
            stock: request.stock,
        };
        let offer = self
            .catalogue
            .update(&ctx, id, &patch, request.version)
            .await?;
        let product = Some(product_message(&offer, true));
        Ok(Response::new(UpdateProductResponse { product }))
    }

    async fn archive_product(
        &self,
        request: Request<ArchiveProductRequest>,
    ) -> Result<Response<ArchiveProductResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: ProductId = id("id", &request.id)?;
        let offer = self.catalogue.archive(&ctx, id, request.version).await?;
        let product = Some(product_message(&offer, true));
        Ok(Response::new(ArchiveProductResponse { product }))
    }

    async fn list_categories(
        &self,
        request: Request<pb::ListCategoriesRequest>,
    ) -> Result<Response<pb::ListCategoriesResponse>, Status> {
        let ctx = context(&request);
        let inactive = request.get_ref().include_inactive;
        let found = self.categories.list(&ctx, inactive).await?;
        Ok(Response::new(pb::ListCategoriesResponse {
            categories: found
                .iter()
                .map(|(category, products)| category_message(category, *products))
                .collect(),
        }))
    }

    async fn create_category(
        &self,
        request: Request<pb::CreateCategoryRequest>,
    ) -> Result<Response<pb::CreateCategoryResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let new = NewCategory {
            name: request.name,
            slug: request.slug,
            description: request.description,
            parent: request.parent_id,
            position: request.position,
            active: request.active.unwrap_or(true),
        };
        let (category, products) = self.categories.create(&ctx, new).await?;
        let category = Some(category_message(&category, products));
        Ok(Response::new(pb::CreateCategoryResponse { category }))
    }

    async fn update_category(
        &self,
        request: Request<pb::UpdateCategoryRequest>,
    ) -> Result<Response<pb::UpdateCategoryResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id = id("id", &request.id)?;
        let patch = CategoryPatch {
            name: request.name,
            slug: request.slug,
            description: request.description,
            parent: request.parent_id,
            position: request.position,
            active: request.active,
        };
        let version = request.version;
        let (category, products) = self.categories.update(&ctx, id, &patch, version).await?;
        let category = Some(category_message(&category, products));
        Ok(Response::new(pb::UpdateCategoryResponse { category }))
    }

    async fn delete_category(
        &self,
        request: Request<pb::DeleteCategoryRequest>,
    ) -> Result<Response<pb::DeleteCategoryResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id = id("id", &request.id)?;
        self.categories.delete(&ctx, id, request.version).await?;
        Ok(Response::new(pb::DeleteCategoryResponse {}))
    }

    type ImportProductsStream =
        futures::stream::BoxStream<'static, Result<pb::ImportProductsResponse, Status>>;

    async fn import_products(
        &self,
        request: Request<Streaming<pb::ImportProductsRequest>>,
    ) -> Result<Response<Self::ImportProductsStream>, Status> {
        let ctx = context(&request);
        let mut chunks = request.into_inner();
        let Some(first) = chunks.message().await? else {
            return Err(AppError::malformed("the file is missing").into());
        };
        let mut import = self.import_export.import(&ctx, first.dry_run)?;
        let (sender, receiver) = mpsc::channel(ANSWERS);
        // A separate task: a client that disconnects stops the import at the end of a batch, never within one.
        tokio::spawn(async move {
            let outcome = async {
                let mut message = first;
                loop {
                    for answer in import.push(&message.chunk).await? {
                        if sender.send(Ok(answer_message(answer))).await.is_err() {
                            return Ok(None);
                        }
                    }
                    if message.last {
                        return import.finish().await.map(Some).map_err(Status::from);
                    }
                    let next = chunks.message().await?;
                    message = next.ok_or_else(|| {
                        AppError::malformed("the file was interrupted; reported lines are imported")
                    })?;
                }
            };
            let last = match outcome.await {
                Ok(None) => return,
                Ok(Some(answer)) => Ok(answer_message(answer)),
                Err(status) => Err(status),
            };
            let _ = sender.send(last).await;
        });
        let answers = futures::stream::unfold(receiver, async |mut receiver| {
            let answer = receiver.recv().await?;
            Some((answer, receiver))
        });
        Ok(Response::new(answers.boxed()))
    }

    type ExportProductsStream =
        futures::stream::BoxStream<'static, Result<pb::ExportProductsResponse, Status>>;

    async fn export_products(
        &self,
        request: Request<pb::ExportProductsRequest>,
    ) -> Result<Response<Self::ExportProductsStream>, Status> {
        let ctx = context(&request);
        let request = request.into_inner().filter.unwrap_or_default();
        let (filter, sort) = (filter(&request)?, sort(request.sort)?);
        let chunks = self.import_export.export(&ctx, filter, sort).await?;
        let answers = chunks.flat_map(|chunk| {
            stream::iter(match chunk {
                Ok(chunk) => pieces(&chunk).map(Ok).collect(),
                Err(error) => vec![Err(error.into())],
            })
        });
        let answers = answers.map_ok(|chunk| pb::ExportProductsResponse { chunk });
        Ok(Response::new(answers.boxed()))
    }
}

/// Maximum number of answers queued for a slow client.
const ANSWERS: usize = 2;

fn answer_message(answer: Answer) -> pb::ImportProductsResponse {
    let mut message = pb::ImportProductsResponse::default();
    for line in answer.lines {
        let counter = match line.outcome {
            Outcome::Created => &mut message.created,
            Outcome::Updated => &mut message.updated,
            Outcome::Unchanged => &mut message.unchanged,
            Outcome::Failed => &mut message.failed,
        };
        *counter += 1;
        message.lines.push(pb::ImportLine {
            line: i64::try_from(line.line).unwrap_or(i64::MAX),
            sku: line.sku,
            outcome: line.outcome.into(),
            product_id: non_empty(line.product_id),
            faults: line
                .errors
                .0
                .into_iter()
                .map(|error| pb::ImportError {
                    field: error.field,
                    message: error.message,
                })
                .collect(),
        });
    }
    message
}
