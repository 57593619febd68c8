//! The use cases with their transactions.

use std::{collections::BTreeSet, sync::Arc};

use waybill_bus::Envelope;
use waybill_primitives::{Clock, MessageId, OrderId, Role};
use waybill_service_kit::{AppError, CallContext, ErrorCode, UserCaller};
use waybill_store::{
    Db, EventContext, IdempotencyError, Tx,
    page::{Page, PageQuery, Total},
    retrying, rows, transact,
};

use crate::{
    clients::Orders,
    domain::{self, Change, Conversation, Message},
    events,
    store::{conversations, messages},
};

/// The use cases.
pub struct App {
    db: Db,
    clock: Arc<dyn Clock>,
    orders: Orders,
}

/// What an event says about an order.
#[derive(Debug)]
pub struct OrderUpdate<'a> {
    pub event: &'a Envelope,
    /// The initial conversation of the order.
    pub order: Conversation,
    /// The change that its conversation records.
    pub change: Option<Change>,
}

/// A conversation as one of its participants sees it.
#[derive(Debug)]
pub struct Seen {
    pub conversation: Conversation,
    pub unread: u64,
    pub last: Option<Message>,
}

/// The result of a post.
#[derive(Debug)]
pub struct Posted {
    pub message: Message,
    /// It had been posted before.
    pub replayed: bool,
}

impl App {
    pub fn new(db: Db, clock: Arc<dyn Clock>, orders: Orders) -> Self {
        Self { db, clock, orders }
    }

    // ------------------------------------------------------------ consumers

    /// Stores what events say about their orders, and records the changes in their conversations, once. The updates are sorted by order
    /// and version.
    pub async fn follow(&self, tx: &Tx, updates: &[OrderUpdate<'_>]) -> Result<(), AppError> {
        conversations::defer(tx, updates.iter().map(|one| one.order.clone()));
        let mut changes: Vec<_> = updates
            .iter()
            .filter_map(|one| Some((one, one.change.as_ref()?)))
            .collect();
        let ids = changes.iter().map(|(one, _)| one.event.id);
        let noted = messages::noted(tx.conn(), ids.collect()).await?;
        changes.retain(|(one, _)| !noted.contains(&one.event.id));
        if !changes.is_empty() {
            // From here on their rows exist, and all rows are locked, in the order of their ids.
            tx.write_deferred().await?;
        }
        let now = self.clock.now();
        while !changes.is_empty() {
            // One message of each conversation at a time.
            let mut orders = BTreeSet::new();
            let first = |(one, _): &(&OrderUpdate<'_>, _)| orders.insert(one.order.order_id);
            let (these, later): (Vec<_>, Vec<_>) = changes.into_iter().partition(first);
            let orders: Vec<_> = orders.into_iter().collect();
            let conversations = conversations::next_messages(tx, &orders, now).await?;
            for (one, change) in these {
                let order = one.order.order_id;
                let Some(conversation) = conversations.get(&order) else {
                    return Err(AppError::internal(
                        "a conversation that was just stored is missing",
                    ));
                };
                let line = Message {
                    id: MessageId::new(),
                    order_id: order,
                    seq: conversation.last_seq,
                    author_id: None,
                    author_name: None,
                    author_role: None,
                    body: change.line(),
                    client_id: None,
                    event_id: Some(one.event.id),
                    created_at: now,
                };
                tx.act_for(EventContext::of(one.event));
                events::posted(tx, conversation, &line);
                tx.defer([line]);
            }
            changes = later;
        }
        Ok(())
    }

    // -------------------------------------------------------- participation

    /// The conversation, if the caller takes part in it; else NOT_FOUND. The projection decides if it can. If it does not know
    /// the order, or refuses the caller, it may only be behind: then the order service is called. Of a worker it is always called:
    /// the order may have been taken from them by an event that is late.
    async fn admitted(
        &self,
        ctx: &CallContext,
        user: &UserCaller,
        order: OrderId,
    ) -> Result<Conversation, AppError> {
        let known = conversations::find(self.db.reader(), order).await?;
        let admits = |one: &Conversation| one.admits(user.id, user.role);
        if let Some(known) = known.as_ref().filter(|known| admits(known))
            && user.role != Role::Staff
        {
            return Ok(known.clone());
        }
        let Some(current) = self.orders.get(ctx, order).await? else {
            return Err(missing());
        };
        let conversation = match known {
            // Nothing new: a refusal writes nothing, however often it is repeated.
            Some(known) if known.order_version >= current.order_version => known,
            _ => self.take_over(ctx, &current).await?,
        };
        Some(conversation).filter(admits).ok_or_else(missing)
    }

    async fn take_over(
        &self,
        ctx: &CallContext,
        current: &Conversation,
    ) -> Result<Conversation, AppError> {
        transact!(self.db, ctx, async |tx| {
            conversations::defer(tx, [current.clone()]);
            Ok::<_, AppError>(())
        })
        .await?;
        let stored = conversations::find(self.db.reader(), current.order_id).await?;
        stored.ok_or_else(missing)
    }

    // -------------------------------------------------------- conversations

    pub async fn conversation(&self, ctx: &CallContext, order: OrderId) -> Result<Seen, AppError> {
        let user = ctx.user()?;
        let conversation = self.admitted(ctx, user, order).await?;
        self.seen(user, vec![conversation])
            .await?
            .pop()
            .ok_or_else(missing)
    }

    /// The caller's conversations, the most recently changed first; administrators get all of them.
    pub async fn conversations(
        &self,
        ctx: &CallContext,
        query: &PageQuery,
    ) -> Result<Page<Seen>, AppError> {
        let user = ctx.user()?;
        let page = conversations::list(self.db.reader(), user.id, user.role, query).await?;
        page.try_map_all(async |rows| {
            let rows = match user.role {
                Role::Staff => self.still_admitted(ctx, user, rows).await?,
                Role::Customer | Role::Admin => rows,
            };
            self.seen(user, rows).await
        })
        .await
    }

    /// Those of these conversations in which a worker still takes part, as the order service says.
    async fn still_admitted(
        &self,
        ctx: &CallContext,
        user: &UserCaller,
        conversations: Vec<Conversation>,
    ) -> Result<Vec<Conversation>, AppError> {
        let orders: Vec<_> = conversations.iter().map(|one| one.order_id).collect();
        let current = self.orders.get_all(ctx, &orders).await?;
        let admits = |one: &Conversation| {
            let current = current.iter().find(|order| order.order_id == one.order_id);
            current.is_some_and(|order| order.admits(user.id, user.role))
        };
        Ok(conversations.into_iter().filter(admits).collect())
    }

    async fn seen(
        &self,
        user: &UserCaller,
        conversations: Vec<Conversation>,
    ) -> Result<Vec<Seen>, AppError> {
        let orders: Vec<_> = conversations.iter().map(|one| one.order_id).collect();
        let reader = self.db.reader();
        let unread = messages::unread(reader, user.id, &orders).await?;
        let mut last = messages::last_of(reader, &conversations).await?;
        Ok(conversations
            .into_iter()
            .map(|conversation| {
                let order = conversation.order_id;
                Seen {
                    unread: unread.get(&order).copied().unwrap_or(0),
                    last: last.remove(&order),
                    conversation,
                }
            })
            .collect())
    }

    // ------------------------------------------------------------- messages

    /// Newest first; with `since`, oldest first from just after that message, so that a client that reconnects misses none.
    pub async fn messages(
        &self,
        ctx: &CallContext,
        order: OrderId,
        since: Option<MessageId>,
        query: &PageQuery,
    ) -> Result<Page<Message>, AppError> {
        let user = ctx.user()?;
        let conversation = self.admitted(ctx, user, order).await?;
        let reader = self.db.reader();
        let since = match since {
            None => None,
            Some(since) => {
                let seq = messages::seq_of(reader, order, since).await?;
                Some(seq.ok_or_else(|| no_such_message("since"))?)
            }
        };
        let uncounted = PageQuery {
            total: false,
            ..query.clone()
        };
        let mut page = messages::list(reader, order, since, &uncounted).await?;
        // Messages count from 1 without gaps.
        let last = u64::try_from(conversation.last_seq).unwrap_or(0);
        page.total = query.total.then_some(Total::exactly(last));
        Ok(page)
    }

    /// Stores a message and publishes it. With a client id (or an idempotency key) a repetition returns the first response again.
    pub async fn post(
        &self,
        ctx: &CallContext,
        order: OrderId,
        body: &str,
        client_id: &str,
    ) -> Result<Posted, AppError> {
        let user = ctx.user()?;
        let body = domain::clean_body(body)?;
        let client_id = if client_id.trim().is_empty() {
            ctx.idempotency_key.as_deref().unwrap_or_default()
        } else {
            client_id
        };
        let client_id = domain::client_id(client_id)?;
        self.admitted(ctx, user, order).await?;
        retrying(|| async {
            let tx = self.db.begin(&ctx.event_context()).await?;
            let now = self.clock.now();
            // From here on nobody else writes to this conversation, so the look-up below is final.
            let conversation = conversations::next_message(&tx, order, now)
                .await?
                .filter(|conversation| conversation.admits(user.id, user.role))
                .ok_or_else(missing)?;
            if let Some(client_id) = &client_id
                && let Some(message) =
                    messages::by_client_id(tx.conn(), order, user.id, client_id).await?
            {
                tx.rollback().await?;
                if message.body != body {
                    return Err(IdempotencyError::Reused.into());
                }
                return Ok(Posted {
                    message,
                    replayed: true,
                });
            }
            // After the look-up: a repetition of an earlier post gets its response.
            if conversation.is_closed() {
                tx.rollback().await?;
                return Err(AppError::conflict(
                    ErrorCode::Conflict,
                    "this order was replaced by another one; write in that one's conversation",
                ));
            }
            let message = Message {
                id: MessageId::new(),
                order_id: order,
                seq: conversation.last_seq,
                author_id: Some(user.id),
                author_name: Some(domain::cut(&user.name)),
                author_role: Some(user.role),
                body: body.clone(),
                client_id: client_id.clone(),
                event_id: None,
                created_at: now,
            };
            rows::insert(tx.conn(), message.clone()).await?;
            events::posted(&tx, &conversation, &message);
            tx.commit().await?;
            Ok(Posted {
                message,
                replayed: false,
            })
        })
        .await
    }

    /// Records that everything up to a message was read; never goes back. Returns how many are unread now.
    pub async fn mark_read(
        &self,
        ctx: &CallContext,
        order: OrderId,
        up_to: MessageId,
    ) -> Result<u64, AppError> {
        let user = ctx.user()?;
        self.admitted(ctx, user, order).await?;
        let seq = messages::seq_of(self.db.reader(), order, up_to)
            .await?
            .ok_or_else(|| no_such_message("upTo"))?;
        retrying(|| async {
            let tx = self.db.begin(&ctx.event_context()).await?;
            let conversation = conversations::next_event(&tx, order)
                .await?
                .filter(|conversation| conversation.admits(user.id, user.role))
                .ok_or_else(missing)?;
            if messages::mark_read(&tx, order, user.id, seq, self.clock.now()).await? {
                events::read(&tx, &conversation, user.id, up_to);
                tx.commit().await?;
            } else {
                tx.rollback().await?;
            }
            Ok::<_, AppError>(())
        })
        .await?;
        let unread = messages::unread(self.db.reader(), user.id, &[order]).await?;
        Ok(unread.get(&order).copied().unwrap_or(0))
    }
}

/// The same error for callers who may not know of it.
fn missing() -> AppError {
    AppError::not_found("conversation")
}

fn no_such_message(field: &'static str) -> AppError {
    AppError::invalid_field(field, "is no message of this conversation")
}
