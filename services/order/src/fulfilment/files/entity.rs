//! Rows of `files` and `file_removals`: files as they are.

use waybill_primitives::string_enum;

string_enum! {
    /// What a file is for.
    pub enum Purpose as waybill_proto::order::FilePurpose {
        /// By staff while they work.
        Progress = "PROGRESS",
        /// By staff: what was ordered.
        Result = "RESULT",
        /// By the customer: what it should be like.
        Reference = "REFERENCE",
        /// A picture of a product. Public.
        Product = "PRODUCT",
    }
}

pub mod file {
    use waybill_primitives::{FileId, OrderId, ProductId, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::Purpose;

    /// A file whose bytes are in the storage. It never changes.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "files")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FileId,
        /// What it belongs to: one of both is set.
        pub order_id: Option<OrderId>,
        pub product_id: Option<ProductId>,
        /// The name of its object in the storage. It stays when the file goes to another order.
        pub object_key: String,
        pub purpose: Purpose,
        /// As the uploader called it, with the ending that its content has.
        pub name: String,
        /// By content.
        pub content_type: String,
        /// Bytes as stored.
        pub size: i64,
        /// Of the stored bytes, in hexadecimal.
        pub sha256: String,
        /// Of a picture, in pixels.
        pub width: Option<i32>,
        pub height: Option<i32>,
        /// A small copy of a picture, with its bytes.
        pub thumbnail_type: Option<String>,
        pub thumbnail_size: Option<i64>,
        pub uploader_id: UserId,
        pub uploader_name: String,
        pub uploader_role: Role,
        pub created_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod removal {
    use waybill_primitives::Timestamp;
    use waybill_store::entity_prelude::*;

    /// An object of the storage that is to be removed when the time comes.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "file_removals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_key: String,
        pub due_at: Timestamp,
        /// How often it was tried.
        pub attempts: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
