//! A refund.

use sea_orm::{ColumnTrait as _, Condition};
use uuid::Uuid;
use waybill_primitives::{Timestamp, UserId};

pub use crate::entity::refund::{Model as Refund, RefundState};
use crate::{
    entity::refund::{Column, Entity},
    payments::domain::Payment,
    transfers::{Columns, Row, shortened},
};

impl Refund {
    /// Of `amount` minor units of a payment, due at once.
    pub fn new(
        payment: &Payment,
        amount: i64,
        reason: &str,
        requested_by: Option<UserId>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: Uuid::now_v7(),
            payment_id: payment.id,
            reason: shortened(reason),
            amount,
            currency: payment.currency,
            provider_reference: None,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            completed: false,
            state: RefundState::Pending,
            requested_by,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Row for Refund {
    type Table = Entity;

    const COLUMNS: Columns<Column> = Columns {
        id: Column::Id,
        attempts: Column::Attempts,
        next_attempt_at: Column::NextAttemptAt,
        last_error: Column::LastError,
        provider_reference: Column::ProviderReference,
        updated_at: Column::UpdatedAt,
    };

    fn open() -> Condition {
        Condition::all().add(Column::Completed.eq(false))
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn attempts(&self) -> i32 {
        self.attempts
    }

    fn next_attempt_at(&self) -> Timestamp {
        self.next_attempt_at
    }

    fn since(&self) -> Timestamp {
        self.created_at
    }
}
