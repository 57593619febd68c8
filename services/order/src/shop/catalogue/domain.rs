//! Filters and sorts of product lists. Pure.

use waybill_primitives::string_enum;
use waybill_proto::order as pb;

use crate::shop::products::domain::ProductKind;

string_enum! {
    /// How a list of products is sorted.
    pub enum Sort as pb::ProductSort {
        Newest = "newest",
        Oldest = "oldest",
        Name = "name",
        NameDesc = "name_desc",
        PriceAsc = "price_asc",
        PriceDesc = "price_desc",
    }
}

/// Filter of a list of products.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Each must be a prefix of a word of name, SKU or description.
    pub words: Vec<String>,
    /// Id, slug or name; includes subcategories.
    pub category: Option<String>,
    /// Minor units; both bounds are included.
    pub min_price: Option<i64>,
    pub max_price: Option<i64>,
    pub in_stock: Option<bool>,
    /// Any of these; none for all.
    pub kinds: Vec<ProductKind>,
    /// Below their threshold, or not.
    pub low_stock: Option<bool>,
    pub with_archived: bool,
}
