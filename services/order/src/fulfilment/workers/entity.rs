//! Rows of `workers` and `worker_categories`.

pub mod worker {
    use waybill_primitives::{CategoryId, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    /// A current or former worker.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: UserId,
        pub name: String,
        /// Lower-case name, for sorting.
        pub name_key: String,
        pub email: String,
        pub role: Role,
        pub suspended: bool,
        /// Version of the account in auth; older versions are ignored. 0: from a caller's token or an administrator, before the first event
        /// of auth.
        pub auth_version: i64,
        /// Limit of open orders, 0: no limit; none: the shop's default.
        pub max_open_orders: Option<i32>,
        /// Categories, in the order of their ids; empty: all. Stored as separate rows.
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

    /// A category of a worker.
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
