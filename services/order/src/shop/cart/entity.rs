//! Rows of `carts` and `cart_items`.

pub mod cart {
    use waybill_primitives::{CartId, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::item;

    /// A stored cart.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "carts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CartId,
        /// Its owner: an account, or the guest's token with this SHA-256 (lower-case hex).
        pub user_id: Option<UserId>,
        pub token_hash: Option<String>,
        pub merged_into: Option<UserId>,
        pub version: i64,
        /// Rows of their own, in the order in which they were put in.
        #[sea_orm(ignore)]
        pub items: Vec<item::Model>,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod item {
    use waybill_primitives::{CartId, Currency, ProductId, Timestamp};
    use waybill_store::entity_prelude::*;

    /// A stored line of a cart. Amounts in minor units of the currency beside them.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cart_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cart_id: CartId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: ProductId,
        /// The requested quantity.
        pub quantity: i64,
        pub seen_price: i64,
        pub seen_currency: Currency,
        pub shown_price: i64,
        pub shown_currency: Currency,
        pub shown_quantity: i64,
        pub added_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
