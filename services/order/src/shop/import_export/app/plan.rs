//! Plans the changes of a line and of a batch of an import.

use std::collections::BTreeMap;

use waybill_primitives::{CategoryId, FieldErrors, ProductId, Timestamp};
use waybill_service_kit::{AppError, ErrorCode};
use waybill_store::Retry;

use crate::{
    base::fields::MAX_UNITS,
    shop::{
        catalogue::app::opened,
        categories::{
            app::{Finder, check_name},
            domain::Tree,
        },
        import_export::domain::{Outcome, Report, Row, RowChange},
        products::domain::InCategory,
        settings::domain::ShopSettings,
        stock::domain::Offer,
    },
};

/// Why processing a batch stopped.
pub enum Stopped {
    /// This line is invalid.
    Refused(u64, FieldErrors),
    Failed(AppError),
}

impl<E: Into<AppError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Retry for Stopped {
    fn retryable(&self) -> bool {
        matches!(self, Self::Failed(error) if error.retryable())
    }

    fn outrun(&self) -> bool {
        matches!(self, Self::Failed(error) if error.outrun())
    }
}

/// The planned change of a line.
pub enum Planned {
    New(Box<Offer>),
    /// The product before and after, if it changes; the new units on hand, if they change.
    Known(Box<Offer>, Option<Box<Offer>>, Option<i64>),
}

/// The planned changes of a batch.
#[derive(Default)]
pub struct Changes {
    pub new: Vec<Offer>,
    pub changed: Vec<(Offer, Offer)>,
    /// By product: the line, the level as read, and the new units on hand.
    pub stock: BTreeMap<ProductId, (u64, i64)>,
}

impl Changes {
    /// Adds a line to the batch; returns its report.
    pub fn note(&mut self, row: &Row, planned: Planned) -> Report {
        let (outcome, id) = match planned {
            Planned::New(offer) => {
                let id = offer.product.id;
                self.new.push(*offer);
                (Outcome::Created, id)
            }
            Planned::Known(before, after, units) => {
                let id = before.product.id;
                let changed = after.is_some() || units.is_some();
                if let Some(units) = units {
                    self.stock.insert(id, (row.number, units));
                }
                if let Some(after) = after {
                    self.changed.push((*before, *after));
                }
                let outcome = if changed {
                    Outcome::Updated
                } else {
                    Outcome::Unchanged
                };
                (outcome, id)
            }
        };
        Report {
            line: row.number,
            sku: row.sku().to_owned(),
            outcome,
            product_id: id.to_string(),
            errors: FieldErrors::default(),
        }
    }
}

/// Finds categories; creates missing ones unless it is a dry run.
pub enum Lookup<'a> {
    Only(Tree),
    Make(Finder<'a>),
}

impl Lookup<'_> {
    async fn find(&mut self, text: &str) -> Result<Option<InCategory>, AppError> {
        match self {
            Self::Make(finder) => finder.find(text).await,
            Self::Only(_) if text.is_empty() => Ok(None),
            Self::Only(tree) => match tree.find(text) {
                Some(category) => Ok(Some(category.into())),
                None => {
                    check_name(text)?;
                    // It would be created.
                    Ok(Some(InCategory {
                        id: CategoryId::new(),
                        name: text.to_owned(),
                    }))
                }
            },
        }
    }
}

pub async fn plan(
    row: &Row,
    before: Option<&Offer>,
    lookup: &mut Lookup<'_>,
    shop: &ShopSettings,
    now: Timestamp,
) -> Result<Planned, Stopped> {
    let currency = shop.currency;
    let refused = |errors| Stopped::Refused(row.number, errors);
    let product = before.map(|offer| &offer.product);
    let change = row.change(product, currency).map_err(refused)?;
    let (patch, units) = match (change, before) {
        (RowChange::New(new), _) => {
            let (mut product, units) = new.build(currency, now).map_err(refused)?;
            product.set_category(category(row, lookup).await?.flatten());
            let offer = opened(product, units, shop.low_stock_threshold);
            return Ok(Planned::New(Box::new(offer)));
        }
        (RowChange::Update(patch, units), Some(_)) => (patch, units),
        (RowChange::Update(..), None) => {
            return Err(AppError::internal("a change of a product that is not there").into());
        }
    };
    let Some(before) = before else {
        return Err(AppError::internal("a change of a product that is not there").into());
    };
    // Other errors are reported before a category is created for the line.
    let check = before.product.patched(&patch, None, currency, now);
    check.map_err(refused)?;
    let mut errors = FieldErrors::default();
    if let Some(units) = units {
        errors.number("stock", units, 0, MAX_UNITS);
    }
    errors.or(()).map_err(refused)?;
    let category = category(row, lookup).await?;
    let after = before.product.patched(&patch, category, currency, now);
    let after = after.map_err(refused)?.map(|product| {
        Box::new(Offer {
            product,
            stock: before.stock,
        })
    });
    let units = units.filter(|units| before.stock.is_some_and(|level| level.on_hand != *units));
    Ok(Planned::Known(Box::new(before.clone()), after, units))
}

/// The category of the line; none if the file has no such column, inner none if the cell is empty.
async fn category(
    row: &Row,
    lookup: &mut Lookup<'_>,
) -> Result<Option<Option<InCategory>>, Stopped> {
    let Some(text) = row.category() else {
        return Ok(None);
    };
    match lookup.find(text).await {
        Ok(found) => Ok(Some(found)),
        // An invalid category name is an error of this line only.
        Err(error)
            if error.code == ErrorCode::ValidationError || error.code == ErrorCode::Conflict =>
        {
            let mut errors = FieldErrors::default();
            for field in &error.fields {
                errors.add("category", field.message.clone());
            }
            Err(Stopped::Refused(row.number, errors))
        }
        Err(error) => Err(Stopped::Failed(error)),
    }
}
