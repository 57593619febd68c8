//! Conversations.

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rules::not_blank;

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"body": "When will it be ready?"}))]
pub struct NewMessage {
    /// 1 to 4000 characters.
    #[garde(custom(not_blank), length(chars, max = 4_000))]
    #[schema(min_length = 1, max_length = 4000)]
    pub body: String,
    /// Your own id of the message: sent twice, it is stored once.
    #[garde(length(chars, max = 64))]
    #[schema(max_length = 64)]
    pub client_id: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"upTo": "01890a5d-ac96-774b-bcce-b302099a8057"}))]
pub struct ChatRead {
    /// The newest message that was read.
    #[garde(skip)]
    pub up_to: Uuid,
}
