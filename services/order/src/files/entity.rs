//! Rows of `files` and `file_removals`.

pub mod file {
    //! A file whose bytes are in the storage.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "files")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// One of both is set.
        pub order_id: Option<Uuid>,
        pub product_id: Option<Uuid>,
        pub object_key: String,
        pub purpose: String,
        pub name: String,
        pub content_type: String,
        /// Bytes as stored.
        pub size: i64,
        pub sha256: String,
        pub width: Option<i32>,
        pub height: Option<i32>,
        pub thumbnail_type: Option<String>,
        pub thumbnail_size: Option<i64>,
        pub uploader_id: Uuid,
        pub uploader_name: String,
        pub uploader_role: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod removal {
    //! An object of the storage that is to be removed when the time comes.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "file_removals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_key: String,
        pub due_at: i64,
        /// How often it was tried.
        pub attempts: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
