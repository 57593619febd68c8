//! Categories, and products as files.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::order::{self as pb, ImportLine};

use super::{
    read_only::with_read_only,
    rules::{not_blank, not_blank_if_given},
};

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Tea & Coffee", "description": "Pots, cups and what goes into them.", "position": 1}))]
pub struct NewCategory {
    #[garde(custom(not_blank), length(chars, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Made from the name if not given.
    #[garde(custom(not_blank_if_given), length(chars, max = 100))]
    pub slug: Option<String>,
    #[garde(length(chars, max = 2_000))]
    pub description: Option<String>,
    /// At the top if not given.
    #[garde(skip)]
    pub parent_id: Option<uuid::Uuid>,
    #[garde(range(min = 0, max = 1_000_000))]
    pub position: Option<i32>,
    /// True if not given.
    #[garde(skip)]
    pub active: Option<bool>,
}

impl From<NewCategory> for pb::CreateCategoryRequest {
    fn from(new: NewCategory) -> Self {
        Self {
            name: new.name,
            slug: new.slug.unwrap_or_default(),
            description: new.description.unwrap_or_default(),
            parent_id: new.parent_id.map(|id| id.to_string()).unwrap_or_default(),
            position: new.position.unwrap_or(0),
            active: new.active,
        }
    }
}

with_read_only! {
    /// Fields that are not given stay as they are. A category can be sent back as it was read.
    #[derive(Debug, Deserialize, ToSchema, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(example = json!({"name": "Kitchen", "version": 1}))]
    pub struct CategoryPatch {
        #[garde(custom(not_blank_if_given), length(chars, max = 100))]
        pub name: Option<String>,
        #[garde(custom(not_blank_if_given), length(chars, max = 100))]
        pub slug: Option<String>,
        #[garde(length(chars, max = 2_000))]
        pub description: Option<String>,
        /// Null: to the top.
        #[garde(skip)]
        #[serde(default, deserialize_with = "super::given")]
        #[schema(value_type = Option<uuid::Uuid>)]
        pub parent_id: Option<Option<uuid::Uuid>>,
        #[garde(range(min = 0, max = 1_000_000))]
        pub position: Option<i32>,
        #[garde(skip)]
        pub active: Option<bool>,
        /// As last read; a stale one is refused with `VERSION_CONFLICT`.
        #[garde(range(min = 1))]
        pub version: Option<i64>,
    }

    read_only { id, products, created_at, updated_at }
}

impl CategoryPatch {
    /// `version` is what the request asks for, by header or field.
    pub fn into_request(self, id: String, version: Option<i64>) -> pb::UpdateCategoryRequest {
        let parent = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        pb::UpdateCategoryRequest {
            id,
            name: self.name,
            slug: self.slug,
            description: self.description,
            parent_id: self.parent_id.map(parent),
            position: self.position,
            active: self.active,
            version,
        }
    }
}

/// What became of a file of products.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Nothing was changed; this is what would have been.
    pub dry_run: bool,
    pub created: i64,
    pub updated: i64,
    /// Lines that say what is already so.
    pub unchanged: i64,
    pub failed: i64,
    pub lines: Vec<ImportLine>,
}

/// CSV in UTF-8.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, example = "sku,name,kind,price\nMUG-01,Enamel mug,GOODS,12.50\n")]
pub struct CsvFile(
    #[expect(dead_code, reason = "it is read as a stream; this describes it")] String,
);

/// A file of products, as a form sends it.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"file": "sku,name,kind,price\nMUG-01,Enamel mug,GOODS,12.50\n"}))]
pub struct ProductFile {
    /// CSV in UTF-8.
    #[expect(dead_code, reason = "it is read as a stream; this describes it")]
    pub file: String,
}
