//! The demo's orders: a dozen, covering every state of an order.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use waybill_primitives::non_empty;
use waybill_proto::{
    chat::PostMessageRequest,
    order::{
        Address, CancelOrderRequest, ChangeRequestKind, ChangeStatusRequest, ClaimOrderRequest,
        CreateChangeRequestRequest, DecideChangeRequestRequest, FilePurpose, GetOrderRequest,
        ListOrdersRequest, Order, OrderLine, OrderStatus, PaymentStatus, PlaceOrderRequest,
        ShipmentState,
    },
    payment::{CompleteSandboxCheckoutRequest, CreatePaymentRequest, Provider, SandboxOutcome},
};

use super::{Demo, Person, until};

/// The title of the order that is completed last.
const LAST: &str = "Photographs of ten bicycles";

pub struct Cast {
    pub admin: Person,
    pub wendy: Person,
    pub walter: Person,
    pub carla: Person,
    pub carl: Person,
    pub cleo: Person,
}

/// The content of a demo order.
pub(super) struct DemoOrder<'a> {
    pub key: &'static str,
    pub customer: &'a Person,
    pub lines: &'a [(&'static str, i64)],
    pub title: &'static str,
    pub description: &'static str,
}

impl Demo {
    /// Whether the last order is completed, and so all were placed. Idempotency keys are no proof: they expire after a week, and then
    /// the orders would be placed twice. For demos of versions without [`super::NEWCOMER`] there is no other sign of completion.
    pub(super) async fn is_played(&mut self, admin: &Person) -> Result<bool> {
        let request = ListOrdersRequest {
            q: LAST.into(),
            statuses: vec![OrderStatus::Completed.into()],
            ..Default::default()
        };
        let answer = self.clients.order.list_orders(admin.ask(request)).await;
        let answer = answer.context("looking for the last demo order")?;
        Ok(!answer.into_inner().orders.is_empty())
    }

    pub(super) async fn play(
        &mut self,
        cast: &Cast,
        products: &HashMap<String, String>,
    ) -> Result<()> {
        self.goods(cast, products).await?;
        self.quotes(cast, products).await?;
        self.services_in_the_pool(cast, products).await?;
        self.services_at_work(cast, products).await?;
        self.services_done(cast, products).await
    }

    async fn goods(&mut self, cast: &Cast, products: &HashMap<String, String>) -> Result<()> {
        let demo_order = |key, customer, lines| DemoOrder {
            key,
            customer,
            lines,
            title: "",
            description: "",
        };

        // Not paid yet.
        let lines = [("MUG-01", 2), ("TWL-01", 1)];
        self.place(products, &demo_order("demo-unpaid", &cast.carla, &lines))
            .await?;

        // Paid; waits for the administrator to pack it.
        let lines = [("PEN-01", 1), ("INK-01", 2), ("NTB-01", 3)];
        let order = self
            .place(products, &demo_order("demo-paid-goods", &cast.carl, &lines))
            .await?;
        self.pay(&cast.carl, &order, SandboxOutcome::Succeed)
            .await?;

        // Being packed.
        let lines = [("PAN-01", 1), ("BRD-01", 1)];
        let order = self
            .place(products, &demo_order("demo-packing", &cast.cleo, &lines))
            .await?;
        let order = self
            .pay(&cast.cleo, &order, SandboxOutcome::Succeed)
            .await?;
        self.pack(&cast.admin, &order).await?;

        // Shipped.
        let lines = [("KEY-01", 2)];
        let order = self
            .place(products, &demo_order("demo-shipped", &cast.carl, &lines))
            .await?;
        let order = self
            .pay(&cast.carl, &order, SandboxOutcome::Succeed)
            .await?;
        let shipment = self.pack(&cast.admin, &order).await?;
        self.send(&cast.admin, &shipment, ShipmentState::Shipped)
            .await?;

        // Delivered.
        let lines = [("BLK-01", 1)];
        let order = self
            .place(products, &demo_order("demo-delivered", &cast.carla, &lines))
            .await?;
        let order = self
            .pay(&cast.carla, &order, SandboxOutcome::Succeed)
            .await?;
        let shipment = self.pack(&cast.admin, &order).await?;
        for state in [ShipmentState::Shipped, ShipmentState::Delivered] {
            self.send(&cast.admin, &shipment, state).await?;
        }

        // Cancelled before it was paid.
        let lines = [("UMB-01", 1)];
        let order = self
            .place(products, &demo_order("demo-cancelled", &cast.carl, &lines))
            .await?;
        self.cancel(&cast.carl, &order, "Found one in the cellar")
            .await?;

        // Cancelled after it was paid: refunded.
        let lines = [("BAG-02", 1)];
        let order = self
            .place(products, &demo_order("demo-refunded", &cast.cleo, &lines))
            .await?;
        let order = self
            .pay(&cast.cleo, &order, SandboxOutcome::Succeed)
            .await?;
        self.cancel(
            &cast.admin,
            &order,
            "The zip of the last one is broken; sorry",
        )
        .await?;

        // The card was declined.
        let lines = [("LMP-01", 1)];
        let order = self
            .place(products, &demo_order("demo-declined", &cast.carla, &lines))
            .await?;
        self.pay(&cast.carla, &order, SandboxOutcome::Decline)
            .await?;
        Ok(())
    }

    async fn services_in_the_pool(
        &mut self,
        cast: &Cast,
        products: &HashMap<String, String>,
    ) -> Result<()> {
        let demo_orders = [
            DemoOrder {
                key: "demo-pool-logo",
                customer: &cast.carla,
                lines: &[("SVC-LOGO", 1)],
                title: "Logo for a bakery",
                description: "Warm, round, with a sheaf of wheat. Works in one colour too.",
            },
            DemoOrder {
                key: "demo-pool-edit",
                customer: &cast.cleo,
                lines: &[("SVC-EDIT", 1)],
                title: "Edit a grant application",
                description: "About four thousand words, due at the end of the month.",
            },
        ];
        for demo_order in &demo_orders {
            let order = self.place(products, demo_order).await?;
            self.pay(demo_order.customer, &order, SandboxOutcome::Succeed)
                .await?;
        }
        Ok(())
    }

    async fn services_at_work(
        &mut self,
        cast: &Cast,
        products: &HashMap<String, String>,
    ) -> Result<()> {
        // Claimed, with a conversation.
        let demo_order = DemoOrder {
            key: "demo-claimed",
            customer: &cast.carl,
            lines: &[("SVC-PAGE", 1)],
            title: "Landing page for a bicycle shop",
            description: "Opening hours, a map, three photographs.",
        };
        let order = self.place(products, &demo_order).await?;
        let order = self
            .pay(&cast.carl, &order, SandboxOutcome::Succeed)
            .await?;
        let order = self.claim(&cast.wendy, &order).await?;
        let lines = [
            (
                &cast.wendy,
                "Hello Carl, I will start today. Do you have the photographs at hand?",
            ),
            (
                &cast.carl,
                "I do. Two of the shop and one of the workshop; is that enough?",
            ),
            (
                &cast.wendy,
                "Perfect. You will see a first draft on Thursday.",
            ),
        ];
        for (number, (author, body)) in lines.into_iter().enumerate() {
            let client_id = format!("demo-message-{number}");
            let message = PostMessageRequest {
                order_id: order.id.clone(),
                body: body.into(),
                client_id: Some(client_id),
            };
            self.clients
                .chat
                .post_message(author.ask(message))
                .await
                .context("posting a demo message")?;
        }

        self.report(&cast.wendy, &order).await?;
        for (person, purpose, name) in [
            (&cast.carl, FilePurpose::Reference, "shop-front.png"),
            (&cast.wendy, FilePurpose::Progress, "first-draft.png"),
        ] {
            self.attach(person, &order, purpose, name).await?;
        }

        // Replaced, because the first worker could not do it.
        let demo_order = DemoOrder {
            key: "demo-replaced",
            customer: &cast.carla,
            lines: &[("SVC-TRAN", 1)],
            title: "Translate a menu into Dutch",
            description: "Two pages, with the allergens.",
        };
        let order = self.place(products, &demo_order).await?;
        let order = self
            .pay(&cast.carla, &order, SandboxOutcome::Succeed)
            .await?;
        let order = self.claim(&cast.walter, &order).await?;
        self.replace(&cast.admin, &cast.walter, &order).await?;

        // On hold.
        let demo_order = DemoOrder {
            key: "demo-on-hold",
            customer: &cast.cleo,
            lines: &[("SVC-TRAN", 1)],
            title: "Translate a user manual",
            description: "Ten pages about a coffee grinder.",
        };
        let order = self.place(products, &demo_order).await?;
        let order = self
            .pay(&cast.cleo, &order, SandboxOutcome::Succeed)
            .await?;
        let order = self.claim(&cast.walter, &order).await?;
        let note = "Waiting for the final text";
        self.move_to(&cast.walter, &order, OrderStatus::OnHold, note)
            .await?;

        // Handed in, waiting for the administrator's decision.
        let demo_order = DemoOrder {
            key: "demo-handed-in",
            customer: &cast.carla,
            lines: &[("SVC-CARD", 1)],
            title: "Business cards for a bakery",
            description: "To go with the logo.",
        };
        let order = self.place(products, &demo_order).await?;
        let order = self
            .pay(&cast.carla, &order, SandboxOutcome::Succeed)
            .await?;
        let order = self.claim(&cast.wendy, &order).await?;
        self.hand_in(&cast.wendy, &order).await?;
        Ok(())
    }

    async fn services_done(
        &mut self,
        cast: &Cast,
        products: &HashMap<String, String>,
    ) -> Result<()> {
        let demo_order = DemoOrder {
            key: "demo-completed",
            customer: &cast.carl,
            lines: &[("SVC-PHOT", 1)],
            title: LAST,
            description: "On white, from the side.",
        };
        let order = self.place(products, &demo_order).await?;
        let order = self
            .pay(&cast.carl, &order, SandboxOutcome::Succeed)
            .await?;
        let order = self.claim(&cast.walter, &order).await?;
        if order.status() == OrderStatus::InProgress {
            let (worker, result) = (&cast.walter, FilePurpose::Result);
            self.attach(worker, &order, result, "bicycles.png").await?;
        }
        if let Some(id) = self.hand_in(&cast.walter, &order).await? {
            let decision = DecideChangeRequestRequest {
                id,
                approve: true,
                note: "Beautiful work".into(),
                ..Default::default()
            };
            self.clients
                .work
                .decide_change_request(cast.admin.ask(decision))
                .await?;
        }
        Ok(())
    }

    pub(super) async fn place(
        &mut self,
        products: &HashMap<String, String>,
        demo_order: &DemoOrder<'_>,
    ) -> Result<Order> {
        let items = demo_order.lines.iter().map(|(sku, quantity)| {
            let id = products
                .get(*sku)
                .with_context(|| format!("the demo sells no {sku}"))?;
            Ok(OrderLine {
                product_id: id.clone(),
                quantity: *quantity,
            })
        });
        let request = PlaceOrderRequest {
            items: items.collect::<Result<_>>()?,
            title: non_empty(demo_order.title),
            description: non_empty(demo_order.description),
            shipping_address: Some(Address {
                name: Some("Demo Customer".into()),
                line1: "1 Harbour Street".into(),
                city: "Springfield".into(),
                postal_code: Some("12345".into()),
                country: "US".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let answer = self
            .clients
            .order
            .place_order(demo_order.customer.ask_once(demo_order.key, request))
            .await;
        let placed = answer
            .with_context(|| format!("placing {}", demo_order.key))?
            .into_inner();
        let id = placed.order.context("placing answers with the order")?.id;
        // A repeat gets the order as it was when placed; read its current state.
        self.order(demo_order.customer, &id).await
    }

    async fn order(&mut self, reader: &Person, id: &str) -> Result<Order> {
        let request = GetOrderRequest { id: id.into() };
        let answer = self
            .clients
            .order
            .get_order(reader.ask(request))
            .await?
            .into_inner();
        answer.order.context("the answer has an order")
    }

    /// Pays (or fails to), unless that has happened; waits until the order is updated.
    pub(super) async fn pay(
        &mut self,
        customer: &Person,
        order: &Order,
        outcome: SandboxOutcome,
    ) -> Result<Order> {
        if order.status() != OrderStatus::Pending || order.payment_status() != PaymentStatus::Unpaid
        {
            return Ok(order.clone());
        }
        let request = CreatePaymentRequest {
            order_id: order.id.clone(),
            provider: Provider::Sandbox.into(),
            ..Default::default()
        };
        let key = format!("demo-payment-{}", order.id);
        let answer = self
            .clients
            .payment
            .create_payment(customer.ask_once(&key, request))
            .await?;
        let payment = answer
            .into_inner()
            .payment
            .context("the answer has a payment")?;
        let request = CompleteSandboxCheckoutRequest {
            payment_id: payment.id,
            outcome: outcome.into(),
        };
        self.clients
            .payment
            .complete_sandbox_checkout(customer.ask(request))
            .await?;
        until("the payment of a demo order", async || {
            let order = self.order(customer, &order.id).await?;
            Ok((order.payment_status() != PaymentStatus::Unpaid).then_some(order))
        })
        .await
    }

    async fn claim(&mut self, worker: &Person, order: &Order) -> Result<Order> {
        if order.status() != OrderStatus::Pending {
            return Ok(order.clone());
        }
        let request = ClaimOrderRequest {
            version: None,
            id: order.id.clone(),
        };
        let answer = self
            .clients
            .work
            .claim_order(worker.ask(request))
            .await?
            .into_inner();
        answer.order.context("the answer has an order")
    }

    async fn move_to(
        &mut self,
        actor: &Person,
        order: &Order,
        status: OrderStatus,
        note: &str,
    ) -> Result<Order> {
        if order.status() == status || order.status() == OrderStatus::Completed {
            return Ok(order.clone());
        }
        let request = ChangeStatusRequest {
            id: order.id.clone(),
            status: status.into(),
            note: note.into(),
            version: None,
        };
        let answer = self
            .clients
            .order
            .change_status(actor.ask(request))
            .await?
            .into_inner();
        answer.order.context("the answer has an order")
    }

    async fn cancel(&mut self, actor: &Person, order: &Order, reason: &str) -> Result<()> {
        if order.status() == OrderStatus::Cancelled {
            return Ok(());
        }
        let request = CancelOrderRequest {
            id: order.id.clone(),
            reason: reason.into(),
            version: None,
        };
        self.clients.order.cancel_order(actor.ask(request)).await?;
        Ok(())
    }

    /// The change request's id, unless the order was handed in before.
    async fn hand_in(&mut self, worker: &Person, order: &Order) -> Result<Option<String>> {
        let request = CreateChangeRequestRequest {
            order_id: order.id.clone(),
            kind: ChangeRequestKind::Completion.into(),
            reason: "Everything is in the folder".into(),
            ..Default::default()
        };
        match self
            .clients
            .work
            .create_change_request(worker.ask(request))
            .await
        {
            Ok(answer) => Ok(answer.into_inner().change_request.map(|request| request.id)),
            Err(status) if super::is_conflict(&status) => Ok(None),
            Err(status) => Err(status).context("handing a demo order in"),
        }
    }
}
