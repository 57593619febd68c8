//! The demo's orders without a price: requests for a quote and what became of them.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context as _, Result};
use waybill_primitives::{Money, Timestamp};
use waybill_proto::{
    order::{AcceptQuoteRequest, Order, QuoteItem, QuoteState, SetQuoteRequest},
    payment::SandboxOutcome,
};

use super::{
    Demo, Person,
    orders::{Cast, DemoOrder},
};

/// How long the demo's offers stand.
const OFFER: Duration = Duration::from_hours(90 * 24);

impl Demo {
    /// Orders without a price: a request, an offer, and one that was accepted and paid.
    pub(super) async fn quotes(
        &mut self,
        cast: &Cast,
        products: &HashMap<String, String>,
    ) -> Result<()> {
        let request = |key, customer, title, description| DemoOrder {
            key,
            customer,
            lines: &[],
            title,
            description,
        };
        let mural = request(
            "demo-request",
            &cast.cleo,
            "A mural for a school yard",
            "Six metres wide, with animals of the region. Please name a price.",
        );
        self.place(products, &mural).await?;

        let shelf = request(
            "demo-offer",
            &cast.carl,
            "A shelf for bicycle tools",
            "Oak, two metres, to be hung on a brick wall.",
        );
        let order = self.place(products, &shelf).await?;
        let lines = [("Shelf, oak, 2 m", 38_000), ("Hanging it", 9_000)];
        self.offer(&cast.wendy, &order, &lines).await?;

        let sign = request(
            "demo-quoted",
            &cast.carla,
            "A wooden sign for a bakery",
            "Round, sixty centimetres, carved and painted.",
        );
        let order = self.place(products, &sign).await?;
        let lines = [("Sign, carved and painted", 52_000)];
        let order = self.offer(&cast.admin, &order, &lines).await?;
        let order = self.accept(&cast.carla, &order).await?;
        self.pay(&cast.carla, &order, SandboxOutcome::Succeed)
            .await?;
        Ok(())
    }

    /// Offers a price for a request, unless that has happened.
    async fn offer(
        &mut self,
        staff: &Person,
        order: &Order,
        lines: &[(&str, i64)],
    ) -> Result<Order> {
        if order.quote.as_ref().is_none_or(|quote| quote.version > 0) {
            return Ok(order.clone());
        }
        let currency = order.total.unwrap_or_default().currency;
        let item = |(name, price): &(&str, i64)| QuoteItem {
            name: (*name).into(),
            unit_price: Some(Money::new(*price, currency)),
            quantity: 1,
            ..Default::default()
        };
        let request = SetQuoteRequest {
            order_id: order.id.clone(),
            items: lines.iter().map(item).collect(),
            valid_until: Some(Timestamp::now().plus(OFFER)),
            note: "With two rounds of changes.".into(),
            ..Default::default()
        };
        let answer = self.clients.order.set_quote(staff.ask(request)).await;
        let answer = answer.context("offering a price for a demo order")?;
        answer.into_inner().order.context("the answer has an order")
    }

    /// Accepts an offer, unless that has happened.
    async fn accept(&mut self, customer: &Person, order: &Order) -> Result<Order> {
        let quote = order.quote.as_ref();
        let Some(quote) = quote.filter(|quote| quote.state() == QuoteState::Offered) else {
            return Ok(order.clone());
        };
        let request = AcceptQuoteRequest {
            order_id: order.id.clone(),
            version: quote.version,
        };
        let answer = self.clients.order.accept_quote(customer.ask(request)).await;
        let answer = answer.context("accepting the offer of a demo order")?;
        answer.into_inner().order.context("the answer has an order")
    }
}
