//! What a transaction writes with its commit: new rows, and numbers that are added to columns of existing ones or replace them.
//!
//! Rows that nothing else in the transaction reads need no round trip of their own. On PostgreSQL they are one statement, and if the
//! transaction ran no other, that statement is the whole transaction. On SQLite they are one call to the driver's thread, on MySQL one
//! statement per table.

mod sql;

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, EntityName as _, EntityTrait, IdenStatic,
    IntoActiveModel, Iterable as _, PrimaryKeyToColumn, Value,
};
use uuid::Uuid;

/// Rows and changes, by table. PostgreSQL writes them in an order of its own, the others in that in which the tables were first named.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    inserts: Vec<Insert>,
    changes: Vec<Changes>,
}

/// Rows of one table.
#[derive(Debug)]
struct Insert {
    table: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
    conflict: Conflict,
}

/// What is done if a row with the same primary key exists.
#[derive(Debug, PartialEq, Eq)]
enum Conflict {
    Refuse,
    Keep {
        key: Vec<&'static str>,
    },
    Replace {
        key: Vec<&'static str>,
        columns: Vec<&'static str>,
        /// Only a row with a lower value in this column.
        version: Option<&'static str>,
    },
    Sum {
        key: Vec<&'static str>,
        columns: Vec<&'static str>,
    },
}

/// What becomes of a row that exists when another one with its primary key is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existing<C> {
    /// It stays as it is.
    Kept,
    /// It takes these columns. Of rows with the same key the last one counts; they must follow each other.
    Replaced(Vec<C>),
    /// As `Replaced`, with its `version`, if that is lower.
    Renewed { version: C, columns: Vec<C> },
    /// These columns are added to it; at most one row in a transaction.
    Summed(Vec<C>),
}

/// Numbers for columns of one table.
#[derive(Debug)]
struct Changes {
    table: &'static str,
    key: &'static str,
    columns: Vec<&'static str>,
    /// They are added to sums of several writers, not set by one of them; then each changed row also gets a value in this column, such
    /// as the time of the change.
    sums: Option<(&'static str, Value)>,
    /// By key, so that rows with sums are locked in the same order everywhere.
    rows: BTreeMap<Uuid, Vec<i64>>,
}

/// Numbers to add to the row with the key `id`.
#[derive(Debug, Clone)]
pub struct Addition<C, const N: usize> {
    pub key: C,
    pub id: Uuid,
    pub amounts: [(C, i64); N],
    /// A column that is set on the way, such as the time of the change.
    pub stamp: (C, Value),
}

impl Deferred {
    pub(crate) fn is_empty(&self) -> bool {
        self.inserts.is_empty() && self.changes.is_empty()
    }

    pub(crate) fn insert<M, A>(&mut self, rows: impl IntoIterator<Item = M>)
    where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait,
    {
        self.write::<M, A>(rows, Conflict::Refuse);
    }

    pub(crate) fn upsert<M, A>(
        &mut self,
        rows: impl IntoIterator<Item = M>,
        existing: Existing<<A::Entity as EntityTrait>::Column>,
    ) where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait,
    {
        let names = |columns: Vec<_>| columns.iter().map(IdenStatic::as_str).collect();
        let key = <A::Entity as EntityTrait>::PrimaryKey::iter();
        let key = names(key.map(PrimaryKeyToColumn::into_column).collect());
        let conflict = match existing {
            Existing::Kept => Conflict::Keep { key },
            Existing::Replaced(columns) => Conflict::Replace {
                key,
                columns: names(columns),
                version: None,
            },
            // The version is the last one, as MySQL needs it.
            Existing::Renewed { version, columns } => Conflict::Replace {
                key,
                columns: names(columns.into_iter().chain([version]).collect()),
                version: Some(version.as_str()),
            },
            Existing::Summed(columns) => Conflict::Sum {
                key,
                columns: names(columns),
            },
        };
        self.write::<M, A>(rows, conflict);
    }

    fn write<M, A>(&mut self, rows: impl IntoIterator<Item = M>, conflict: Conflict)
    where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait,
    {
        type Column<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::Column;
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return;
        }
        let table = A::Entity::default().table_name();
        let same = |other: &Insert| other.table == table && other.conflict == conflict;
        let place = self.inserts.iter().position(same).unwrap_or_else(|| {
            self.inserts.push(Insert {
                table,
                columns: Column::<A>::iter().map(|column| column.as_str()).collect(),
                rows: Vec::new(),
                conflict,
            });
            self.inserts.len() - 1
        });
        let insert = &mut self.inserts[place];
        for row in rows {
            let mut row = row.into_active_model();
            let value = |column| match row.take(column) {
                ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
                // A model has a value for each column.
                ActiveValue::NotSet => Value::String(None),
            };
            insert.push(Column::<A>::iter().map(value).collect());
        }
    }

    pub(crate) fn add<C: ColumnTrait, const N: usize>(&mut self, addition: Addition<C, N>) {
        let columns = addition.amounts.map(|(column, _)| column);
        let changes = self.changes_of(addition.key, &columns, true);
        changes.sums = Some((addition.stamp.0.as_str(), addition.stamp.1));
        let row = changes.rows.entry(addition.id);
        let row = row.or_insert_with(|| vec![0; N]);
        for (sum, (_, amount)) in row.iter_mut().zip(addition.amounts) {
            *sum += amount;
        }
    }

    pub(crate) fn set<C: ColumnTrait>(&mut self, key: C, id: Uuid, (column, value): (C, i64)) {
        let changes = self.changes_of(key, &[column], false);
        changes.rows.insert(id, vec![value]);
    }

    fn changes_of<C: ColumnTrait>(&mut self, key: C, columns: &[C], sums: bool) -> &mut Changes {
        let table = C::EntityName::default().table_name();
        let columns: Vec<_> = columns.iter().map(IdenStatic::as_str).collect();
        let same = |other: &Changes| {
            (other.table, &other.columns, other.sums.is_some()) == (table, &columns, sums)
        };
        let place = self.changes.iter().position(same).unwrap_or_else(|| {
            self.changes.push(Changes {
                table,
                key: key.as_str(),
                columns,
                sums: None,
                rows: BTreeMap::new(),
            });
            self.changes.len() - 1
        });
        &mut self.changes[place]
    }
}

impl Insert {
    /// Adds a row. PostgreSQL refuses to replace a row twice in one statement, so the last of several with the same key counts; they
    /// follow each other, because the rows are in the order of their keys.
    fn push(&mut self, row: Vec<Value>) {
        if let (Conflict::Replace { key, .. }, Some(before)) =
            (&self.conflict, self.rows.last_mut())
        {
            let mut values = self.columns.iter().zip(before.iter().zip(&row));
            if values.all(|(name, (before, value))| !key.contains(name) || before == value) {
                *before = row;
                return;
            }
        }
        self.rows.push(row);
    }
}
