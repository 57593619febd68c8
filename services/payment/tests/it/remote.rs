//! The service with a provider that is asked over the network.

use std::{collections::HashMap, sync::Arc};

use waybill_payment::{PaymentProvider, Provider, Providers, Settings, build_with};
use waybill_proto::payment::{self as proto, payment_service_client::PaymentServiceClient};
use waybill_service_kit::{AppError, CallContext, GrpcChannel, Job, local_channel};
use waybill_testkit::answer;

use crate::shop::{Person, Shop, outgoing};

/// The service with its only provider.
pub struct Service {
    provider: proto::Provider,
    client: PaymentServiceClient<GrpcChannel>,
    jobs: Vec<Job>,
}

impl Service {
    pub async fn start(shop: &Shop, provider: impl PaymentProvider) -> Self {
        let settings = Settings {
            public_url: Some("https://shop.example".to_owned()),
            ..Settings::default()
        };
        let name = match provider.name() {
            Provider::Stripe => proto::Provider::Stripe,
            Provider::Paypal => proto::Provider::Paypal,
            Provider::Sandbox => proto::Provider::Sandbox,
            Provider::Manual => proto::Provider::Manual,
        };
        let providers = Providers::new(vec![Arc::new(provider)]);
        let order = shop.order_channel.clone();
        let service = build_with(&shop.deps, &settings, order, providers).await;
        let service = service.expect("the service is built");
        Self {
            provider: name,
            client: PaymentServiceClient::new(local_channel(&service, &shop.deps)),
            jobs: service.jobs,
        }
    }

    pub async fn create(
        &self,
        ctx: &CallContext,
        order_id: &str,
    ) -> Result<proto::Payment, AppError> {
        let request = proto::CreatePaymentRequest {
            order_id: order_id.to_owned(),
            provider: self.provider.into(),
            ..proto::CreatePaymentRequest::default()
        };
        let mut client = self.client.clone();
        let created = answer(client.create_payment(outgoing(ctx, request)).await)?;
        Ok(created.payment.expect("a payment in the answer"))
    }

    /// The customer comes back from the provider's page.
    pub async fn capture(&self, ctx: &CallContext, id: &str) -> Result<proto::Payment, AppError> {
        let request = proto::CapturePaymentRequest { id: id.to_owned() };
        let mut client = self.client.clone();
        let captured = answer(client.capture_payment(outgoing(ctx, request)).await)?;
        Ok(captured.payment.expect("a payment in the answer"))
    }

    pub async fn refund(
        &self,
        ctx: &CallContext,
        request: proto::CreateRefundRequest,
    ) -> Result<proto::Refund, AppError> {
        let mut client = self.client.clone();
        let refunded = answer(client.create_refund(outgoing(ctx, request)).await)?;
        Ok(refunded.refund.expect("a refund in the answer"))
    }

    /// A message of the provider.
    pub async fn tell(
        &self,
        headers: HashMap<String, String>,
        body: String,
    ) -> Result<(), AppError> {
        let request = proto::ReceiveWebhookRequest {
            provider: self.provider.into(),
            headers,
            body: body.into(),
        };
        let mut client = self.client.clone();
        let anyone = CallContext::anonymous();
        answer(client.receive_webhook(outgoing(&anyone, request)).await).map(drop)
    }

    pub async fn run_jobs(&self) {
        for job in &self.jobs {
            (job.run)().await.expect("the job succeeds");
        }
    }
}

/// The payments of an order, newest first.
pub async fn payments_of(
    shop: &Shop,
    customer: &Person,
    order: &waybill_proto::order::Order,
) -> Vec<proto::Payment> {
    let request = proto::ListPaymentsRequest {
        order_id: order.id.clone(),
        of_order: true,
        ..proto::ListPaymentsRequest::default()
    };
    let listed = shop.list(&customer.ctx, request).await;
    listed.expect("a list").payments
}

/// What was published of a payment, in order.
pub async fn words_of(shop: &Shop, payment: &str) -> Vec<String> {
    let events = shop.events_of(payment).await;
    events.into_iter().map(|(_, word)| word).collect()
}
