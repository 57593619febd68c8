//! What a module with an entity imports: sea-orm's own prelude, the relation enum of a table without relations, JSON columns.
//!
//! Such a module holds a table's row and the types of its columns, but no queries. Where the row is also the domain's type, the
//! domain re-exports it under its own name and adds the rules:
//!
//! ```ignore
//! pub use crate::entities::payment::{Model as Payment, PaymentState};
//! ```

use std::{fmt, ops::Deref};

pub use sea_orm::entity::prelude::*;
use sea_orm::{
    ActiveValue, ColIdx, IntoActiveValue, TryGetable,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::{Serialize, de::DeserializeOwned};

/// The relations of a table that has none: joins are written by hand.
#[derive(Debug, Clone, Copy, EnumIter)]
pub enum Relation {}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match *self {}
    }
}

/// A value that is kept as JSON in a text column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct JsonText<T>(pub T);

impl<T> Deref for JsonText<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for JsonText<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Serialize> From<JsonText<T>> for Value {
    fn from(value: JsonText<T>) -> Self {
        // Fails only for maps with keys that are not text, and for types that fail to serialise.
        let text = serde_json::to_string(&value.0).expect("a column's value is JSON");
        Self::from(text)
    }
}

impl<T: DeserializeOwned> TryGetable for JsonText<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, index)?;
        let unreadable =
            |error: &dyn fmt::Display| DbErr::Json(format!("the column {index:?}: {error}"));
        serde_json::from_str(&text)
            .map(Self)
            .map_err(|error| unreadable(&error).into())
    }
}

impl<T: DeserializeOwned> ValueType for JsonText<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let text = <String as ValueType>::try_from(value)?;
        serde_json::from_str(&text)
            .map(Self)
            .map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "JsonText".to_owned()
    }

    fn array_type() -> ArrayType {
        String::array_type()
    }

    fn column_type() -> ColumnType {
        ColumnType::Text
    }
}

impl<T> Nullable for JsonText<T> {
    fn null() -> Value {
        String::null()
    }
}

impl<T: Serialize> IntoActiveValue<Self> for JsonText<T> {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}
