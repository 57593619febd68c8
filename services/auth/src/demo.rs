//! The accounts of the demo, whose password is public. They and a shop that is in use keep apart.

use waybill_primitives::Role;
use waybill_service_kit::{AppError, ErrorCode};
use waybill_store::Db;

use crate::{
    SeedUser,
    app::seed::{hash_password, seed_user},
    domain::Email,
    error::Error,
    password::{Passwords, Requester},
    store,
};

/// The password of every demo account.
pub const PASSWORD: &str = "waybill-demo";

/// A demo account, shown on the welcome page.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    pub email: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub role: Role,
}

pub const ADMIN: Account = account("admin@waybill.example", "Ada", "Admin", Role::Admin);
pub const ACCOUNTS: [Account; 6] = [
    ADMIN,
    account("wendy@waybill.example", "Wendy", "Worker", Role::Staff),
    account("walter@waybill.example", "Walter", "Worker", Role::Staff),
    account("carla@waybill.example", "Carla", "Customer", Role::Customer),
    account("carl@waybill.example", "Carl", "Customer", Role::Customer),
    account("cleo@waybill.example", "Cleo", "Customer", Role::Customer),
];

/// Marks the demo as complete: registered last and not shown anywhere, so that nobody changes her account. If she can sign in, the
/// demo is complete. An account rather than a file, because `waybill demo` fills remote platforms.
pub const NEWCOMER: Account = account("nora@waybill.example", "Nora", "Newcomer", Role::Customer);

const fn account(
    email: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    role: Role,
) -> Account {
    Account {
        email,
        first_name,
        last_name,
        role,
    }
}

/// Makes the demo's administrator, unless the shop has accounts and is no demo: whoever reads the documentation could sign in to it.
/// `admin`: the address of the administrator that the settings name, who is no sign of use.
///
/// # Errors
/// `CONFLICT` for a shop that is in use, also by somebody who registered the address of the demo's administrator.
pub async fn admit(db: &Db, admin: Option<&str>) -> Result<(), AppError> {
    let demo = Email::parse("email", ADMIN.email)?;
    let known = store::users::by_email(db.reader(), &demo).await?;
    let is_demo = known.is_some_and(|known| known.user.role == Role::Admin);
    if !is_demo && store::users::any_but(db.reader(), admin.unwrap_or_default()).await? {
        return Err(AppError::conflict(
            ErrorCode::Conflict,
            "this shop has accounts and is no demo: --demo would add accounts whose password everybody knows; give it another folder with --data-dir",
        ));
    }
    let seed = SeedUser {
        email: ADMIN.email.to_owned(),
        first_name: ADMIN.first_name.to_owned(),
        last_name: ADMIN.last_name.to_owned(),
        role: ADMIN.role,
        password_hash: hash_password(PASSWORD).await?,
    };
    seed_user(db, &seed).await?;
    Ok(())
}

/// Refuses to serve a shop in which somebody can sign in with the demo's password.
pub(crate) async fn refuse(db: &Db, passwords: &Passwords) -> Result<(), Error> {
    let mut open = Vec::new();
    for account in ACCOUNTS.iter().chain([&NEWCOMER]) {
        let email = Email::parse("email", account.email)?;
        let Some(known) = store::users::by_email(db.reader(), &email).await? else {
            continue;
        };
        let stored = Some(known.password_hash.as_str());
        let turn = passwords.turn(Requester::START).await?;
        if !known.user.suspended && turn.verify(PASSWORD, stored).await? {
            open.push(account.email);
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let message = format!(
        "this shop has demo accounts with the demo's password, which is public: {}. Use another folder or other databases for production, or change these passwords or suspend these accounts in development first",
        open.join(", ")
    );
    Err(AppError::conflict(ErrorCode::Conflict, message).into())
}
