//! Rows of `workers` and `worker_categories`: workers as they are.

pub mod worker {
    use waybill_primitives::{CategoryId, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    /// Somebody who works, or has worked, on orders.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: UserId,
        pub name: String,
        /// In small letters, for lists by name.
        pub name_key: String,
        pub email: String,
        pub role: Role,
        pub suspended: bool,
        /// Of the account, as auth's events tell of it. Facts of an older version change nothing; 0: as a caller's token or an
        /// administrator says, until auth has told.
        pub auth_version: i64,
        /// Orders that they may have at a time, 0: any number; none: as the shop's settings say.
        pub max_open_orders: Option<i32>,
        /// Categories that they may take orders from, in the order of their ids; none: all. Rows of their own.
        #[sea_orm(ignore)]
        pub categories: Vec<CategoryId>,
        /// Counts the changes of categories and limit.
        pub version: i64,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod skill {
    use waybill_primitives::{CategoryId, UserId};
    use waybill_store::entity_prelude::*;

    /// A category that a worker may take orders from.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "worker_categories")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub worker_id: UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub category_id: CategoryId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
