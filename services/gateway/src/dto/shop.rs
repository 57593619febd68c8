//! The shop and its settings.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::{json::name_of, order as pb, payment};

use crate::app::{DemoAccount, Gateway};

/// Public information about the shop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shop {
    #[schema(example = "Waybill")]
    pub name: String,
    /// The currency of all prices (ISO 4217).
    #[schema(example = "USD")]
    pub currency: String,
    /// Maximum size of a file of an order, in bytes.
    #[schema(example = 5_242_880)]
    pub max_file_bytes: i64,
    /// Types of files that orders take, by content.
    #[schema(value_type = Vec<pb::FileType>)]
    pub allowed_file_types: Vec<&'static str>,
    /// Whether an administrator approves finished work: the assigned worker requests the completion.
    pub completion_needs_approval: bool,
    /// Providers that take payments, in the order in which to offer them.
    #[schema(value_type = Vec<payment::Provider>)]
    pub payment_providers: Vec<&'static str>,
    /// Whether mails are kept at `/mailbox` instead of being sent.
    pub mailbox: bool,
    /// Accounts for a first look, with their passwords; empty except with demo data.
    pub demo_accounts: Vec<DemoAccount>,
}

impl Shop {
    pub fn new(settings: pb::ShopSettings, providers: &[i32], app: &Gateway) -> Self {
        let types = settings.allowed_file_types.into_iter();
        Self {
            name: settings.shop_name,
            currency: settings.currency,
            max_file_bytes: settings.max_file_bytes,
            allowed_file_types: types.map(name_of::<pb::FileType>).collect(),
            completion_needs_approval: !settings.completion_without_approval,
            payment_providers: providers
                .iter()
                .map(|provider| name_of::<payment::Provider>(*provider))
                .collect(),
            mailbox: app.mailbox,
            demo_accounts: app.demo_accounts.clone(),
        }
    }
}
