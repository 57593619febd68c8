//! Statements on accounts.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Set,
    sea_query::{Expr, LikeExpr},
};
use waybill_primitives::{Role, Timestamp, UserId};
use waybill_store::{
    StoreError,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows,
};

use super::registrations;
use crate::{
    domain::{Email, User, search_text},
    entity::users::{ActiveModel, Column, Entity, Model},
};

/// An account with the hash of its password.
#[derive(Clone)]
pub struct Credentials {
    pub user: User,
    pub password_hash: String,
}

/// The filter of a list of users.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Part of the address or the name; empty: any.
    pub text: String,
    /// Any of these; empty for all.
    pub roles: Vec<Role>,
}

/// The reason and time of a suspension.
#[derive(Debug)]
pub struct Suspension<'a> {
    pub reason: &'a str,
    pub at: Timestamp,
}

/// Inserts an account and counts it; [`StoreError::Unique`] if the address is taken.
pub async fn insert(
    db: &impl ConnectionTrait,
    user: &User,
    password_hash: &str,
) -> Result<(), StoreError> {
    let row = Model {
        id: user.id,
        email: user.email.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        search_text: search_text(&user.email, &user.first_name, &user.last_name),
        password_hash: password_hash.to_owned(),
        role: user.role,
        email_verified: user.email_verified,
        avatar_url: user.avatar_url.clone(),
        suspended_at: None,
        suspended_reason: None,
        role_changed_at: None,
        version: user.version,
        created_at: user.created_at,
        updated_at: user.created_at,
    };
    rows::insert(db, row).await?;
    registrations::opened(db, user).await
}

pub async fn by_id(db: &impl ConnectionTrait, id: UserId) -> Result<Option<User>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    Ok(row.map(|row| from_row(row).user))
}

pub async fn credentials(
    db: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Credentials>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    Ok(row.map(from_row))
}

pub async fn by_email(
    db: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<Credentials>, StoreError> {
    let row = Entity::find()
        .filter(Column::Email.eq(email.as_str()))
        .one(db)
        .await?;
    Ok(row.map(from_row))
}

/// Whether there is any account besides the one with this address.
pub async fn any_but(db: &impl ConnectionTrait, email: &str) -> Result<bool, StoreError> {
    let other = Entity::find().filter(Column::Email.ne(email));
    Ok(other.one(db).await?.is_some())
}

/// The account, locked until the transaction ends.
pub async fn lock(
    db: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Credentials>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(db).await?;
    Ok(row.map(from_row))
}

/// The ids of all administrators who are not suspended, locked until the transaction ends. They are locked in a fixed order, so
/// that two administrators who act on each other take turns.
pub async fn lock_active_admins(db: &impl ConnectionTrait) -> Result<Vec<UserId>, StoreError> {
    let admins = Entity::find()
        .filter(Column::Role.eq(Role::Admin))
        .filter(Column::SuspendedAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive();
    let admins = admins.all(db).await?;
    Ok(admins.into_iter().map(|admin| admin.id).collect())
}

/// Writes the names of an account that [`lock`] returned; `user` holds the new state with its new version.
pub async fn update(
    db: &impl ConnectionTrait,
    user: &User,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        first_name: Set(user.first_name.clone()),
        last_name: Set(user.last_name.clone()),
        search_text: Set(search_text(&user.email, &user.first_name, &user.last_name)),
        ..touched(user, at)
    };
    write(db, user, row).await
}

/// Writes the role of a locked account.
pub async fn set_role(
    db: &impl ConnectionTrait,
    user: &User,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        role: Set(user.role),
        role_changed_at: Set(Some(at)),
        ..touched(user, at)
    };
    write(db, user, row).await
}

/// The accounts whose role changed at `since` or later, the newest change first.
pub async fn changed_roles(
    db: &impl ConnectionTrait,
    since: Timestamp,
    limit: u64,
) -> Result<Vec<(UserId, Role, i64, Timestamp)>, StoreError> {
    let changed = Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Role,
            Column::Version,
            Column::RoleChangedAt,
        ])
        .filter(Column::RoleChangedAt.gte(since))
        .order_by_desc(Column::RoleChangedAt)
        .limit(limit);
    Ok(changed.into_tuple().all(db).await?)
}

/// Suspends a locked account, or restores it with none.
pub async fn set_suspension(
    db: &impl ConnectionTrait,
    user: &User,
    suspension: Option<Suspension<'_>>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        suspended_at: Set(suspension.as_ref().map(|suspension| suspension.at)),
        suspended_reason: Set(suspension.map(|suspension| suspension.reason.to_owned())),
        ..touched(user, at)
    };
    write(db, user, row).await
}

/// Replaces the password of a locked account.
pub async fn set_password(
    db: &impl ConnectionTrait,
    user: &User,
    password_hash: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        password_hash: Set(password_hash.to_owned()),
        ..touched(user, at)
    };
    write(db, user, row).await
}

fn touched(user: &User, at: Timestamp) -> ActiveModel {
    ActiveModel {
        version: Set(user.version),
        updated_at: Set(at),
        ..ActiveModel::default()
    }
}

async fn write(db: &impl ConnectionTrait, user: &User, row: ActiveModel) -> Result<(), StoreError> {
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(user.id))
        .exec(db)
        .await?;
    Ok(())
}

/// Newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    query: &PageQuery,
) -> Result<Page<User>, PageError> {
    let order = Keyset::desc("users", Column::Id);
    let page = page::fetch(db, filtered(filter), order, query).await?;
    Ok(page.map(|row| from_row(row).user))
}

fn filtered(filter: &Filter) -> Select<Entity> {
    let mut condition = Condition::all();
    if !filter.roles.is_empty() {
        condition = condition.add(Column::Role.is_in(filter.roles.iter().copied()));
    }
    if !filter.text.is_empty() {
        condition = condition.add(Expr::col(Column::SearchText).like(contains(&filter.text)));
    }
    Entity::find().filter(condition)
}

/// A pattern that matches `text` literally. The escape is not a backslash, because MySQL interprets those in literals.
fn contains(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('!')
}

fn from_row(row: Model) -> Credentials {
    let user = User {
        id: row.id,
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
        role: row.role,
        email_verified: row.email_verified,
        avatar_url: row.avatar_url,
        suspended: row.suspended_at.is_some(),
        version: row.version,
        created_at: row.created_at,
    };
    Credentials {
        user,
        password_hash: row.password_hash,
    }
}

/// The id and version of the next accounts after `after`, oldest first: to check all of them in batches.
pub async fn versions(
    db: &impl ConnectionTrait,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<(UserId, i64)>, StoreError> {
    let mut query = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Version])
        .order_by_asc(Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.into_tuple().all(db).await?)
}
