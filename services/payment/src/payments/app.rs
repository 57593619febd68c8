//! The use cases of payments and their transactions.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::Serialize;
use waybill_primitives::{Clock, OrderId, PaymentId, Role, Timestamp};
use waybill_proto::{parse_id, payment as proto, payment::PaymentEvent};
use waybill_service_kit::{
    AppError, CallContext, ErrorCode, FieldError, UserCaller,
    once::{self, Done, once},
};
use waybill_store::{
    Db, Grouped, IdempotencyError, IdempotencyKey, StoreError,
    page::{Page, PageQuery},
    transact,
};

use super::{
    domain::{NotPayable, OrderSummary, Payment, PaymentState, Provider, Step},
    events,
    return_url::ReturnPolicy,
    starting::{StartPayments, StartedPayment},
    store::{self, Filter},
};
use crate::providers::{
    Checkout, CheckoutSession, PaymentProvider, ProviderError, Providers, sandbox::NO_SANDBOX,
};

/// Looks up orders.
#[async_trait]
pub trait Orders: Send + Sync + 'static {
    /// An order as the caller of `ctx` may see it; `NOT_FOUND` for everybody else.
    async fn find(&self, ctx: &CallContext, id: OrderId) -> Result<OrderSummary, AppError>;
}

/// A request to pay an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPayment {
    pub order_id: OrderId,
    pub provider: Provider,
    /// Empty: none.
    pub success_url: String,
    pub cancel_url: String,
}

/// A closed order, and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    pub closed: OrderId,
    pub opened: OrderId,
    /// The number of the replacement.
    pub number: String,
}

/// Longest reason of a failure, in characters.
const MAX_REASON: usize = 500;
/// How long customers have on the provider's page, where it can be limited.
const LIFETIME: Duration = Duration::from_hours(1);

/// After the provider's answer; none if it has begun before, or was given up.
fn begun(payment: &Payment, session: CheckoutSession, now: Timestamp) -> Option<Payment> {
    let mut next = payment.after(Step::Begin, now)?;
    next.provider_reference = session.reference;
    next.redirect_url = session.redirect_url;
    next.instructions = session.instructions;
    Some(next)
}

pub struct Payments {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub orders: Arc<dyn Orders>,
    pub providers: Providers,
    pub return_policy: ReturnPolicy,
    /// `https://shop.example`; pages of other providers lead back there.
    pub public_url: Option<String>,
    /// Whether the sandbox may be used: not in production.
    pub sandbox: bool,
    pub starting: Grouped<StartPayments>,
}

impl Payments {
    /// Begins a payment of an order, for its owner or an administrator. Amount and currency are the order's.
    pub async fn create(
        &self,
        ctx: &CallContext,
        new: NewPayment,
    ) -> Result<Done<proto::Payment>, AppError> {
        let user = ctx.user()?;
        let request = serde_json::to_vec(&new).map_err(AppError::internal)?;
        let key = once::key(ctx, "create_payment", &request)?;
        // First, so that a repetition begins nothing at the provider.
        let done = match once::earlier::<proto::Payment>(&self.db, key.as_ref()).await? {
            Some(payment) => Done::before(payment),
            None => {
                // A concurrent call with the same key may be faster; then its result is returned.
                let begin = self.begin(ctx, user, new, key.as_ref());
                once(&self.db, key.as_ref(), begin).await?
            }
        };
        // Also if an earlier call did not get further than writing it.
        if done.answer.state() == proto::PaymentState::Created {
            let id = parse_id("payment.id", &done.answer.id).map_err(AppError::internal)?;
            let payment = self.begin_at_provider(ctx, id).await?;
            return Ok(Done {
                answer: (&payment).into(),
                ..done
            });
        }
        Ok(done)
    }

    /// Writes the payment. A provider that must be asked over the network is asked afterwards: whatever is lost on the way, the payment
    /// is known here, and a repetition goes on with it.
    async fn begin(
        &self,
        ctx: &CallContext,
        user: &UserCaller,
        new: NewPayment,
        key: Option<&IdempotencyKey>,
    ) -> Result<proto::Payment, AppError> {
        let provider = self.provider(new.provider)?;
        if !user.is_admin() && self.providers.names().all(|it| it != new.provider) {
            return Err(not_configured(new.provider));
        }
        let (success_url, cancel_url) = self.return_urls(&new)?;
        let order = self.own_order(ctx, user, new.order_id).await?;
        self.check_payable(&order).await?;

        let now = self.clock.now();
        let id = PaymentId::new();
        let mut payment = Payment {
            id,
            order_id: order.id,
            order_number: order.number,
            customer_id: order.customer_id,
            provider: new.provider,
            // Until the provider gives its own.
            provider_reference: id.to_string(),
            capture_reference: None,
            amount: order.total.amount,
            currency: order.total.currency,
            refunded: 0,
            refunding: 0,
            received: 0,
            state: PaymentState::Created,
            redirect_url: String::new(),
            instructions: None,
            success_url,
            cancel_url,
            failure_reason: None,
            version: 0,
            checked_at: None,
            created_at: now,
            updated_at: now,
        };
        if !new.provider.is_remote() {
            let session = provider.begin(&self.checkout(&payment)).await;
            payment = begun(&payment, session.map_err(provider_failed)?, now)
                .ok_or_else(|| AppError::internal("a new payment cannot begin"))?;
        }
        let started = self.starting.call(StartedPayment {
            ctx: ctx.clone(),
            for_other: user.id != payment.customer_id,
            key: key.cloned(),
            payment,
        });
        match started.await {
            Ok(payment) => {
                if payment.id == id {
                    count(&payment);
                }
                Ok((&payment).into())
            }
            Err(StoreError::Unique { .. }) if key.is_some() => {
                Err(IdempotencyError::InProgress.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Begins a written payment at its provider. Can be repeated: the provider begins it once, and the first answer counts.
    async fn begin_at_provider(
        &self,
        ctx: &CallContext,
        id: PaymentId,
    ) -> Result<Payment, AppError> {
        let payment = store::find(self.db.reader(), id).await?;
        let payment = payment.ok_or_else(|| AppError::not_found("payment"))?;
        if payment.state != PaymentState::Created {
            return Ok(payment);
        }
        let provider = self.provider(payment.provider)?;
        let session = match provider.begin(&self.checkout(&payment)).await {
            Ok(session) => session,
            Err(ProviderError::Refused(why)) => {
                self.refused(ctx, id, &why).await?;
                return Err(provider_failed(ProviderError::Refused(why)));
            }
            Err(error) => return Err(provider_failed(error)),
        };
        let written = transact!(self.db, ctx, async |tx| {
            let payment = store::lock(tx, id).await?;
            let payment = payment.ok_or_else(|| AppError::not_found("payment"))?;
            let Some(next) = begun(&payment, session.clone(), self.clock.now()) else {
                return Ok((payment, false));
            };
            store::save(tx, &next).await?;
            events::changed(tx, &next, PaymentEvent::Created);
            Ok::<_, AppError>((next, true))
        });
        let (payment, changed) = written.await?;
        if changed {
            count(&payment);
        }
        Ok(payment)
    }

    /// The provider refuses to begin a payment. Nobody but its customer knows of it, so nothing is published.
    async fn refused(&self, ctx: &CallContext, id: PaymentId, why: &str) -> Result<(), AppError> {
        transact!(self.db, ctx, async |tx| {
            let found = store::lock(tx, id).await?;
            if let Some(payment) = found.filter(|it| it.state == PaymentState::Created) {
                let failed = Payment {
                    state: PaymentState::Failed,
                    failure_reason: Some(why.chars().take(MAX_REASON).collect()),
                    updated_at: self.clock.now(),
                    ..payment
                };
                store::save(tx, &failed).await?;
            }
            Ok::<_, AppError>(())
        })
        .await
    }

    fn checkout(&self, payment: &Payment) -> Checkout {
        let absolute = |url: &Option<String>, page: &str| {
            let url = url.clone();
            let url = url.unwrap_or_else(|| format!("/{page}/{}", payment.order_id));
            match &self.public_url {
                Some(base) if url.starts_with('/') => {
                    Some(format!("{}{url}", base.trim_end_matches('/')))
                }
                _ => Some(url),
            }
        };
        Checkout {
            payment_id: payment.id,
            order_number: payment.order_number.clone(),
            amount: payment.money(),
            success_url: absolute(&payment.success_url, "placed"),
            cancel_url: absolute(&payment.cancel_url, "pay"),
            expires_at: Some(payment.created_at.plus(LIFETIME)),
        }
    }

    fn provider(&self, name: Provider) -> Result<&Arc<dyn PaymentProvider>, AppError> {
        if name == Provider::Sandbox && !self.sandbox {
            return Err(AppError::invalid_field("provider", NO_SANDBOX));
        }
        self.providers.get(name).ok_or_else(|| not_configured(name))
    }

    fn return_urls(&self, new: &NewPayment) -> Result<(Option<String>, Option<String>), AppError> {
        let success = self.return_policy.check(&new.success_url);
        let cancel = self.return_policy.check(&new.cancel_url);
        match (success, cancel) {
            (Ok(success), Ok(cancel)) => Ok((success, cancel)),
            (success, cancel) => {
                let problem = |field: &str, outcome: Result<_, _>| {
                    let error = outcome.err()?;
                    Some(FieldError::new(field, ToString::to_string(&error)))
                };
                let fields = [problem("successUrl", success), problem("cancelUrl", cancel)];
                Err(AppError::invalid(fields.into_iter().flatten().collect()))
            }
        }
    }

    /// The order, if the user owns it or is an administrator. An assignee may see it but not pay it.
    async fn own_order(
        &self,
        ctx: &CallContext,
        user: &UserCaller,
        id: OrderId,
    ) -> Result<OrderSummary, AppError> {
        let order = self.orders.find(ctx, id).await?;
        if order.customer_id != user.id && !user.is_admin() {
            return Err(AppError::not_found("order"));
        }
        Ok(order)
    }

    async fn check_payable(&self, order: &OrderSummary) -> Result<(), AppError> {
        order.check_payable(self.clock.now()).map_err(not_payable)?;
        // The money may have just arrived, and the order does not know it yet.
        let reader = self.db.reader();
        let paid = store::refundable_of(reader, order.id).await?;
        if paid.is_empty() {
            Ok(())
        } else {
            Err(not_payable(NotPayable::Paid))
        }
    }

    /// A payment, for its customer and administrators.
    pub async fn get(&self, ctx: &CallContext, id: PaymentId) -> Result<Payment, AppError> {
        let user = ctx.user()?;
        store::find(self.db.reader(), id)
            .await?
            .filter(|payment| payment.customer_id == user.id || user.is_admin())
            .ok_or_else(|| AppError::not_found("payment"))
    }

    /// The payments of an order for its owner and administrators, or of all orders for administrators; newest first. `must_exist`: the
    /// order is not a filter, but what the list belongs to.
    pub async fn list(
        &self,
        ctx: &CallContext,
        order: Option<OrderId>,
        must_exist: bool,
        states: Vec<PaymentState>,
        query: &PageQuery,
    ) -> Result<Page<Payment>, AppError> {
        let user = ctx.user()?;
        if order.is_none() {
            ctx.require(&[Role::Admin])?;
        }
        let filter = Filter {
            order,
            customer: (!user.is_admin()).then_some(user.id),
            states,
        };
        let page = store::list(self.db.reader(), filter, query).await?;
        if let (Some(order), true) = (order, page.rows.is_empty())
            && (must_exist || !user.is_admin())
        {
            // Nobody has paid yet, or the order is not the caller's: the order service decides.
            self.own_order(ctx, user, order).await?;
        }
        Ok(page)
    }
}

fn not_configured(name: Provider) -> AppError {
    AppError::invalid_field("provider", format!("provider {name} is not configured"))
}

fn not_payable(why: NotPayable) -> AppError {
    AppError::conflict(ErrorCode::OrderNotPayable, why.to_string())
}

fn provider_failed(error: ProviderError) -> AppError {
    match error {
        ProviderError::Unavailable(_) => {
            AppError::unavailable("the payment provider does not answer; try again shortly")
                .with_source(error)
        }
        ProviderError::Account(_) | ProviderError::Refused(_) => AppError::internal(error),
    }
}

/// Counts a payment that entered its state.
pub(crate) fn count(payment: &Payment) {
    metrics::counter!(
        "waybill_payments_total",
        "provider" => payment.provider.as_str(), "state" => payment.state.as_str()
    )
    .increment(1);
}
