//! Workers, notes and steps of progress.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order as pb;

use super::{NoteVisibility, Person, filled, moment, rules::not_blank};

/// A worker: what they may take, and how much they have.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkerEntry {
    #[schema(value_type = Uuid)]
    pub id: String,
    pub name: String,
    #[schema(required)]
    pub email: Option<String>,
    /// False: suspended, or no worker any more. Their open orders wait to be given to others.
    pub active: bool,
    /// Categories that they may claim from, with those below; empty: all.
    #[schema(value_type = Vec<Uuid>)]
    pub category_ids: Vec<String>,
    /// Orders that they may have at a time, 0: any number; null: as the shop's settings say.
    #[schema(required)]
    pub max_open_orders: Option<i32>,
    /// What holds for them now; 0: any number.
    pub limit: i64,
    /// IN_PROGRESS and ON_HOLD together.
    pub open_orders: i64,
    pub on_hold_orders: i64,
    pub completed_orders: i64,
    pub version: i64,
}

impl From<pb::WorkerEntry> for WorkerEntry {
    fn from(entry: pb::WorkerEntry) -> Self {
        Self {
            id: entry.id,
            name: entry.name,
            email: filled(entry.email),
            active: entry.active,
            category_ids: entry.category_ids,
            max_open_orders: entry.max_open_orders,
            limit: entry.limit,
            open_orders: entry.open_orders,
            on_hold_orders: entry.on_hold_orders,
            completed_orders: entry.completed_orders,
            version: entry.version,
        }
    }
}

/// A field that is there counts even if it is null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    field: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "garde calls it so"
)]
fn limit(value: &Option<Option<i32>>, _: &()) -> garde::Result {
    match value {
        Some(Some(limit)) if !(0..=10_000).contains(limit) => {
            Err(garde::Error::new("must be from 0 to 10000"))
        }
        _ => Ok(()),
    }
}

/// Fields that are not given stay as they are.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"maxOpenOrders": 5}))]
pub struct WorkerPatch {
    /// All categories anew; empty: all categories.
    #[garde(inner(length(max = 100)))]
    #[schema(max_items = 100)]
    pub category_ids: Option<Vec<Uuid>>,
    /// Orders that they may have at a time, 0: any number; null: as the shop's settings say.
    #[garde(custom(limit))]
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 10_000)]
    pub max_open_orders: Option<Option<i32>>,
    #[garde(range(min = 0))]
    pub version: Option<i64>,
}

/// Something told about an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    #[schema(value_type = Uuid)]
    pub id: String,
    #[schema(value_type = Uuid)]
    pub order_id: String,
    #[schema(required)]
    pub author: Option<Person>,
    pub body: String,
    #[schema(value_type = NoteVisibility)]
    pub visibility: &'static str,
    pub created_at: DateTime<Utc>,
}

impl From<pb::Note> for Note {
    fn from(note: pb::Note) -> Self {
        Self {
            visibility: NoteVisibility::text(note.visibility),
            id: note.id,
            order_id: note.order_id,
            author: note.author.map(Into::into),
            body: note.body,
            created_at: moment(note.created_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"body": "The sketches are in the chat; please choose one.", "visibility": "CUSTOMER"}))]
pub struct NewNote {
    #[garde(custom(not_blank), length(chars, max = 5_000))]
    #[schema(min_length = 1, max_length = 5000)]
    pub body: String,
    #[garde(skip)]
    pub visibility: NoteVisibility,
}

/// A step of the work, for the customer to follow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    #[schema(value_type = Uuid)]
    pub id: String,
    #[schema(value_type = Uuid)]
    pub order_id: String,
    #[schema(required)]
    pub author: Option<Person>,
    pub step: String,
    #[schema(required)]
    pub percent: Option<i32>,
    #[schema(required)]
    pub note: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl From<pb::Progress> for Progress {
    fn from(progress: pb::Progress) -> Self {
        Self {
            id: progress.id,
            order_id: progress.order_id,
            author: progress.author.map(Into::into),
            step: progress.step,
            percent: progress.percent,
            note: filled(progress.note),
            created_at: moment(progress.created_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"step": "Sketches are drawn", "percent": 40, "note": "Two of three."}))]
pub struct NewProgress {
    #[garde(custom(not_blank), length(chars, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub step: String,
    #[garde(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub percent: Option<i32>,
    #[garde(length(chars, max = 2_000))]
    pub note: Option<String>,
}
