//! Rows of `orders`, `order_items`, `order_history` and `payment_attempts`.

pub mod order {
    //! An order without its items.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub status: String,
        pub payment_status: String,
        pub kind: String,
        pub holding: String,
        pub customer_id: Uuid,
        pub customer_name: String,
        pub customer_email: String,
        pub assignee_id: Option<Uuid>,
        pub assignee_name: Option<String>,
        pub title: String,
        #[sea_orm(column_type = "Text")]
        pub description: String,
        #[sea_orm(column_type = "Text")]
        pub special_instructions: String,
        pub estimated_completion: Option<i64>,
        /// Minor units of `currency`.
        pub total: i64,
        pub currency: String,
        #[sea_orm(column_type = "Text", nullable)]
        pub shipping_address: Option<String>,
        pub payment_id: Option<Uuid>,
        pub held_from: Option<String>,
        pub available_since: Option<i64>,
        pub expires_at: Option<i64>,
        pub completed_at: Option<i64>,
        pub search: String,
        pub guest: bool,
        pub replaces_id: Option<Uuid>,
        pub replaced_by_id: Option<Uuid>,
        pub version: i64,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod item {
    //! A line of an order.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub product_id: Uuid,
        pub name: String,
        pub kind: String,
        pub unit_price: i64,
        pub quantity: i64,
        pub line_total: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod history {
    //! One change of an order.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_history")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub at: i64,
        pub event: String,
        pub from_value: Option<String>,
        pub to_value: String,
        pub actor_id: Option<Uuid>,
        pub actor_name: Option<String>,
        pub actor_role: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod attempt {
    //! An attempt to pay an order.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        pub order_id: Uuid,
        pub opened_at: i64,
        /// Succeeded or failed.
        pub closed_at: Option<i64>,
        /// How much of it has gone back, if that was heard of before the order took it.
        pub refunded: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
