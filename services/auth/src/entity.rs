//! The tables and the types of their columns.

/// An account.
pub mod users {
    use waybill_primitives::{Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: UserId,
        #[sea_orm(unique)]
        pub email: String,
        pub first_name: String,
        pub last_name: String,
        /// Lower-case address and names, for searching.
        pub search_text: String,
        /// A PHC string.
        pub password_hash: String,
        pub role: Role,
        pub email_verified: bool,
        pub avatar_url: String,
        pub suspended_at: Option<Timestamp>,
        pub suspended_reason: Option<String>,
        pub role_changed_at: Option<Timestamp>,
        pub version: i64,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A signed-in device: the family of refresh tokens that come from one sign-in.
pub mod sessions {
    use waybill_primitives::{Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    waybill_primitives::string_enum! {
        /// Why a session ended early.
        pub enum Ending {
            LoggedOut = "LOGGED_OUT",
            TokenReused = "TOKEN_REUSED",
            PasswordChanged = "PASSWORD_CHANGED",
            Suspended = "SUSPENDED",
        }
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: UserId,
        pub created_at: Timestamp,
        pub last_used_at: Timestamp,
        /// When its newest refresh token expires.
        pub expires_at: Timestamp,
        pub revoked_at: Option<Timestamp>,
        pub revoked_reason: Option<Ending>,
        /// The time at which it could next refresh if it always waited; see `store::sessions::extend_session`.
        pub refreshes_until: Option<Timestamp>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An issued refresh token; only its hash is stored.
pub mod refresh_tokens {
    use waybill_primitives::Timestamp;
    use waybill_store::entity_prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_tokens")]
    pub struct Model {
        /// SHA-256 of the token, in hexadecimal.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub session_id: Uuid,
        pub issued_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
        /// The hash of the token that its use gave.
        pub successor_hash: Option<String>,
        /// The hash of the other token, if the use that gave this one was repeated.
        pub twin_hash: Option<String>,
        /// When its use was repeated, which is possible once.
        pub repeated_at: Option<Timestamp>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A key that signs access tokens, or did so earlier.
pub mod signing_keys {
    use waybill_primitives::Timestamp;
    use waybill_store::entity_prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        /// The RFC 7638 thumbprint of the public key.
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        /// Counts from 1; the highest signs. Unique, so that replicas that start at the same time agree on one key.
        #[sea_orm(unique)]
        pub generation: i64,
        /// Base64url of the 32 bytes.
        pub public_key: String,
        /// Base64 of the PKCS#8 document; none if the key comes from the settings, and after it is retired.
        pub private_key: Option<String>,
        pub created_at: Timestamp,
        pub retired_at: Option<Timestamp>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Wrong passwords in the current window, per e-mail address (of an account or not) and where they come from.
pub mod login_failures {
    use waybill_primitives::Timestamp;
    use waybill_store::entity_prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "login_failures")]
    pub struct Model {
        /// SHA-256 of the address and the place, in hexadecimal.
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: String,
        pub window_start: Timestamp,
        pub failures: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Administrative acts. Rows are only added.
pub mod audit_log {
    use waybill_primitives::{Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: Timestamp,
        pub actor_id: Option<UserId>,
        pub actor_name: String,
        pub actor_role: String,
        pub client_address: String,
        pub request_id: String,
        pub action: String,
        pub target_kind: String,
        pub target_id: String,
        #[sea_orm(column_type = "Text")]
        pub before_state: String,
        #[sea_orm(column_type = "Text")]
        pub after_state: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Accounts by day of registration and role.
pub mod registrations {
    use waybill_primitives::Role;
    use waybill_store::entity_prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "registrations_daily")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub role: Role,
        pub accounts: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
