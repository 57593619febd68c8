//! Rows of `files` and `file_removals`.

use waybill_primitives::string_enum;

string_enum! {
    /// Purpose of a file.
    pub enum Purpose as waybill_proto::order::FilePurpose {
        /// Progress of the work, by staff.
        Progress = "PROGRESS",
        /// Result of the work, by staff.
        Result = "RESULT",
        /// Reference of the customer for the work.
        Reference = "REFERENCE",
        /// A picture of a product. Public.
        Product = "PRODUCT",
    }
}

pub mod file {
    use waybill_primitives::{FileId, OrderId, ProductId, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::Purpose;

    /// A file in the storage. It never changes.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "files")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FileId,
        /// Its owner: exactly one of both is set.
        pub order_id: Option<OrderId>,
        pub product_id: Option<ProductId>,
        /// The name of its object in the storage. It stays the same if the file moves to another order.
        pub object_key: String,
        pub purpose: Purpose,
        /// The uploader's file name, with the extension of its content.
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

pub mod link_key {
    use waybill_primitives::Timestamp;
    use waybill_store::entity_prelude::*;

    /// The key that signs links to files.
    #[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "link_keys")]
    pub struct Model {
        /// The only row.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub secret: String,
        pub created_at: Timestamp,
    }

    impl std::fmt::Debug for Model {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("LinkKey").finish_non_exhaustive()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod removal {
    use waybill_primitives::Timestamp;
    use waybill_store::entity_prelude::*;

    /// An object of the storage to be removed when it is due.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "file_removals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_key: String,
        pub due_at: Timestamp,
        /// Number of attempts.
        pub attempts: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
