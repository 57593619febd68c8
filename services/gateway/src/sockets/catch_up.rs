//! What a client missed while it was away: notifications, and the pool. For the orders that it watches, see `client`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use waybill_primitives::{Role, Timestamp};
use waybill_proto::{common::PageRequest, notification as pb, order};
use waybill_service_kit::CallContext;

use super::{
    Peer,
    shapes::{CatchUpAnswer, CatchUpRequest},
};
use crate::{
    app::{Gateway, read},
    error::ApiError,
};

/// Maximum number of notifications, and of orders, in an answer.
const MOST: u32 = 100;
/// A notification can become visible after newer ones: transactions end in another order, and clocks of replicas differ. So a bit more
/// than what was asked for is sent.
const OVERLAP: Duration = Duration::from_secs(10);

pub async fn catch_up(
    app: &Gateway,
    peer: &Peer,
    request: CatchUpRequest,
) -> Result<CatchUpAnswer, ApiError> {
    let context = peer.context();
    let context = &context;
    let (missed, unread, pool) = tokio::try_join!(
        notifications(app, context, request.since),
        unread(app, context),
        pool(app, context, peer.claims.role),
    )?;
    let (notifications, more_notifications) = missed;
    let (pool, more_in_pool) = pool;
    Ok(CatchUpAnswer {
        notifications,
        more_notifications,
        unread,
        pool,
        more_in_pool,
        ..CatchUpAnswer::default()
    })
}

fn page() -> PageRequest {
    PageRequest {
        limit: MOST,
        ..PageRequest::default()
    }
}

async fn notifications(
    app: &Gateway,
    context: &CallContext,
    since: DateTime<Utc>,
) -> Result<(Vec<pb::Notification>, bool), ApiError> {
    let since = since.checked_sub_signed(chrono::TimeDelta::from_std(OVERLAP).unwrap_or_default());
    let request = pb::ListNotificationsRequest {
        page: Some(page()),
        unread_only: false,
        since: since.map(Timestamp::from),
    };
    let answer = read!(
        app.clients.notification,
        list_notifications,
        context,
        request
    )?;
    let more = answer.page.is_some_and(|page| page.next_cursor.is_some());
    let mut notifications = answer.notifications;
    // The page is sorted newest first.
    notifications.reverse();
    Ok((notifications, more))
}

async fn unread(app: &Gateway, context: &CallContext) -> Result<u64, ApiError> {
    let request = pb::GetUnreadCountRequest {};
    let answer = read!(app.clients.notification, get_unread_count, context, request)?;
    Ok(answer.count)
}

async fn pool(
    app: &Gateway,
    context: &CallContext,
    role: Role,
) -> Result<(Option<Vec<order::Order>>, bool), ApiError> {
    if role == Role::Customer {
        return Ok((None, false));
    }
    let request = order::ListAvailableRequest {
        page: Some(page()),
        ..order::ListAvailableRequest::default()
    };
    let answer = read!(app.clients.work, list_available, context, request)?;
    let more = answer.page.is_some_and(|page| page.next_cursor.is_some());
    Ok((Some(answer.orders), more))
}
