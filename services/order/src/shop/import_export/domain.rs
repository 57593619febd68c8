//! Columns of products in a CSV file, and parsing of its lines. Pure.

pub mod reader;

use waybill_primitives::{Currency, FieldError, FieldErrors, string_enum};

use waybill_service_kit::csv::plain;

use crate::shop::{
    products::domain::{NewProduct, Price, Product, ProductKind, ProductPatch},
    stock::domain::Offer,
};

string_enum! {
    /// A column, by its name in the header. Columns may be in any order; all but the SKU may be missing.
    pub enum Column {
        Sku = "sku",
        Name = "name",
        Description = "description",
        Kind = "kind",
        Price = "price",
        Currency = "currency",
        Category = "category",
        Stock = "stock",
        Active = "active",
        LowStockThreshold = "lowStockThreshold",
    }
}

string_enum! {
    /// Outcome of a line.
    pub enum Outcome as waybill_proto::order::ImportOutcome {
        Created = "CREATED",
        Updated = "UPDATED",
        Unchanged = "UNCHANGED",
        Failed = "FAILED",
    }
}

/// The columns of a file, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header(Vec<Column>);

impl Header {
    /// Reads the header line, ignoring case.
    pub fn read(cells: &[String]) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut columns = Vec::new();
        for cell in cells {
            let name = cell.trim();
            let known = Column::ALL.iter().copied();
            let found = known
                .into_iter()
                .find(|column| column.as_str().eq_ignore_ascii_case(name));
            match found {
                Some(column) if columns.contains(&column) => {
                    errors.add("header", format!("names the column {column} twice"));
                }
                Some(column) => columns.push(column),
                None => {
                    let known: Vec<_> = Column::ALL.iter().map(|column| column.as_str()).collect();
                    let name: String = name.chars().take(40).collect();
                    let message =
                        format!("{name:?} is not a column; they are {}", known.join(", "));
                    errors.add("header", message);
                }
            }
        }
        if errors.0.is_empty() && !columns.contains(&Column::Sku) {
            errors.add(
                "header",
                "must have the column sku, which identifies the products",
            );
        }
        errors.or(Self(columns))
    }

    /// Reads a line.
    pub fn row(&self, number: u64, cells: &[String]) -> Row {
        let mut row = Row {
            number,
            cells: Column::ALL.iter().map(|_| None).collect(),
            errors: FieldErrors::default(),
        };
        if cells.len() != self.0.len() {
            let message = format!("has {} cells, the header has {}", cells.len(), self.0.len());
            row.errors.add("line", message);
        }
        for (column, cell) in self.0.iter().zip(cells) {
            row.cells[*column as usize] = Some(plain(cell).trim().to_owned());
        }
        row
    }
}

/// A line: the cells of the columns that the file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file on which it begins, from 1 on.
    pub number: u64,
    cells: Vec<Option<String>>,
    /// Errors found while parsing.
    pub errors: FieldErrors,
}

/// The change requested by a line.
#[derive(Debug)]
pub enum RowChange {
    New(NewProduct),
    /// A change of the product with its SKU, and the new units on hand.
    Update(ProductPatch, Option<i64>),
}

impl Row {
    /// A line that could not be read.
    pub fn unreadable(number: u64, message: String) -> Self {
        Self {
            number,
            cells: Column::ALL.iter().map(|_| None).collect(),
            errors: FieldErrors::one("line", message),
        }
    }

    fn cell(&self, column: Column) -> Option<&str> {
        self.cells[column as usize].as_deref()
    }

    /// Not empty.
    fn filled(&self, column: Column) -> Option<&str> {
        self.cell(column).filter(|text| !text.is_empty())
    }

    pub fn sku(&self) -> &str {
        self.cell(Column::Sku).unwrap_or_default()
    }

    /// The cell's text; none if the file has no such column.
    pub fn category(&self) -> Option<&str> {
        self.cell(Column::Category)
    }

    /// The change requested by the line, given the product with its SKU. An empty cell clears a text, resets the threshold to the shop's,
    /// and leaves everything else as it is.
    pub fn change(
        &self,
        existing: Option<&Product>,
        shop: Currency,
    ) -> Result<RowChange, FieldErrors> {
        let mut errors = self.errors.clone();
        if self.sku().is_empty() && errors.0.is_empty() {
            errors.add("sku", "is required");
        }
        let kind = self.filled(Column::Kind).and_then(|text| {
            let kind = text.to_uppercase().parse().ok();
            if kind.is_none() {
                errors.add("kind", "must be GOODS or SERVICE");
            }
            kind
        });
        if let (Some(kind), Some(product)) = (kind, existing)
            && kind != product.kind
        {
            errors.add("kind", format!("never changes; it is {}", product.kind));
        }
        let price = self.price(&mut errors, existing, shop);
        let active = self.filled(Column::Active).and_then(|text| {
            let active = truth(text);
            if active.is_none() {
                errors.add("active", "must be true or false");
            }
            active
        });
        let stock = self.number(&mut errors, Column::Stock);
        let threshold = self.number(&mut errors, Column::LowStockThreshold);
        errors.or(())?;
        let text = |column| self.cell(column).unwrap_or_default().to_owned();
        let given = |column| self.cell(column).map(str::to_owned);
        let Some(product) = existing else {
            return Ok(RowChange::New(NewProduct {
                sku: self.sku().to_owned(),
                name: text(Column::Name),
                description: text(Column::Description),
                kind,
                price,
                category: text(Column::Category),
                stock: stock.unwrap_or(0),
                low_stock_threshold: threshold,
                active: active.unwrap_or(true),
            }));
        };
        if product.kind == ProductKind::Service && stock.is_some_and(|units| units != 0) {
            return Err(FieldErrors::one(
                "stock",
                "a service has no stock: leave it empty",
            ));
        }
        let patch = ProductPatch {
            sku: None,
            name: given(Column::Name),
            description: given(Column::Description),
            price,
            category: given(Column::Category),
            category_id: None,
            low_stock_threshold: self.cell(Column::LowStockThreshold).map(|_| threshold),
            active,
            // Checked above, and written for many products at once.
            kind: None,
            stock: None,
        };
        Ok(RowChange::Update(
            patch,
            stock.filter(|_| product.kind == ProductKind::Goods),
        ))
    }

    fn price(
        &self,
        errors: &mut FieldErrors,
        existing: Option<&Product>,
        shop: Currency,
    ) -> Option<Price> {
        let text = self.filled(Column::Currency);
        let foreign = text.filter(|text| text.to_uppercase().parse() != Ok(shop));
        if foreign.is_some() {
            errors.add(
                "currency",
                format!("must be {shop}: a shop has one currency"),
            );
            return None;
        }
        let Some(text) = self.filled(Column::Price) else {
            if existing.is_none() {
                errors.add("price", "is required");
            }
            return None;
        };
        match shop.minor_units(text) {
            Ok(amount) => Some(Price::Exact {
                amount,
                currency: shop.to_string(),
            }),
            Err(problem) => {
                errors.add("price", problem.to_string());
                None
            }
        }
    }

    fn number(&self, errors: &mut FieldErrors, column: Column) -> Option<i64> {
        let text = self.filled(column)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        if number.is_none() {
            let name = column.as_str();
            errors.add(
                name,
                "must be a whole number of units, written in digits only",
            );
        }
        number
    }
}

/// Errors of a product's fields, by column.
pub fn by_column(errors: FieldErrors) -> FieldErrors {
    let by_column = |error: FieldError| FieldError {
        field: match error.field.as_str() {
            "price.amount" => Column::Price.to_string(),
            "price.currency" => Column::Currency.to_string(),
            _ => error.field,
        },
        message: error.message,
    };
    FieldErrors(errors.0.into_iter().map(by_column).collect())
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// A product as a line of a file, in the order of [`Column::ALL`]. `category` is the unique name of its category.
pub fn cells(offer: &Offer, category: Option<&str>) -> Vec<String> {
    let product = &offer.product;
    Column::ALL
        .iter()
        .map(|column| match column {
            Column::Sku => product.sku.clone(),
            Column::Name => product.name.clone(),
            Column::Description => product.description.clone(),
            Column::Kind => product.kind.to_string(),
            Column::Price => product.currency.decimal(product.price),
            Column::Currency => product.currency.to_string(),
            Column::Category => category.unwrap_or_default().to_owned(),
            Column::Stock => number(offer.stock.map(|level| level.on_hand)),
            Column::Active => product.active.to_string(),
            Column::LowStockThreshold => number(product.low_stock_threshold),
        })
        .collect()
}

fn number(number: Option<i64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// Outcome of a line, with errors if it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub line: u64,
    pub sku: String,
    pub outcome: Outcome,
    /// Empty for a line that failed.
    pub product_id: String,
    pub errors: FieldErrors,
}

impl Report {
    pub fn failed(row: &Row, errors: FieldErrors) -> Self {
        Self {
            line: row.number,
            sku: row.sku().chars().take(64).collect(),
            outcome: Outcome::Failed,
            product_id: String::new(),
            errors: by_column(errors),
        }
    }
}

#[cfg(test)]
mod tests;
