//! Accounts by day of registration and role, updated together with the accounts.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
    sea_query::{Expr, OnConflict},
};
use waybill_primitives::{Role, Span, day_of};
use waybill_store::{StoreError, rows};

use crate::{
    domain::User,
    entity::registrations::{Column, Entity, Model},
};

/// Counts a new account.
pub async fn opened(db: &impl ConnectionTrait, user: &User) -> Result<(), StoreError> {
    add(db, user, [(user.role, 1)].into()).await
}

/// Counts an account with another role than before.
pub async fn moved(db: &impl ConnectionTrait, user: &User, from: Role) -> Result<(), StoreError> {
    add(db, user, [(from, -1), (user.role, 1)].into()).await
}

/// In the order of the roles, so that concurrent writers do not deadlock.
async fn add(
    db: &impl ConnectionTrait,
    user: &User,
    mut accounts: Vec<(Role, i64)>,
) -> Result<(), StoreError> {
    accounts.sort_by_key(|(role, _)| role.as_str());
    let rows = accounts.into_iter().map(|(role, accounts)| {
        let day = day_of(user.created_at);
        let row = Model {
            day,
            role,
            accounts,
        };
        row.into_active_model()
    });
    let sum = if db.get_database_backend() == DbBackend::MySql {
        "accounts + VALUES(accounts)"
    } else {
        "registrations_daily.accounts + excluded.accounts"
    };
    let plus = OnConflict::columns([Column::Day, Column::Role])
        .value(Column::Accounts, Expr::cust(sum))
        .to_owned();
    Entity::insert_many(rows)
        .on_conflict(plus)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The rows of the days of a span.
pub async fn days(db: &impl ConnectionTrait, span: Span) -> Result<Vec<Model>, StoreError> {
    let days = Entity::find()
        .filter(Column::Day.gte(span.first))
        .filter(Column::Day.lt(span.end))
        .order_by_asc(Column::Day);
    Ok(days.all(db).await?)
}

/// Role and number of all accounts.
pub async fn totals(db: &impl ConnectionTrait) -> Result<Vec<(Role, i64)>, StoreError> {
    let sum = rows::sum(Expr::col(Column::Accounts), db);
    let rows = Entity::find()
        .select_only()
        .column(Column::Role)
        .column_as(sum, "accounts")
        .group_by(Column::Role)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}

/// Days and roles whose stored number differs from that of the accounts; at most a hundred.
pub async fn mismatches(db: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    let day = match db.get_database_backend() {
        DbBackend::MySql => "created_at DIV 86400000000",
        _ => "created_at / 86400000000",
    };
    let sql = format!(
        "SELECT day, role, MAX(shown) AS shown, MAX(counted) AS counted FROM (
             SELECT day, role, accounts AS shown, 0 AS counted FROM registrations_daily
             UNION ALL SELECT {day}, role, 0, COUNT(*) FROM users GROUP BY {day}, role
         ) AS both_sides GROUP BY day, role HAVING MAX(shown) <> MAX(counted) LIMIT 100"
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await?;
    let mismatches = rows.iter().map(|row| {
        let role: String = row.try_get("", "role")?;
        Ok::<_, sea_orm::DbErr>(format!(
            "the number of accounts with role {role} on one day of registration is not that of the rollup"
        ))
    });
    Ok(mismatches.collect::<Result<_, _>>()?)
}
