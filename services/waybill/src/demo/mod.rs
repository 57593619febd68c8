//! Demo data: a shop that has been open for a while. Written through the services' own calls, so that it cannot differ from
//! what a client could have done; every step may be repeated, so that a seeding that was interrupted is completed.

mod catalogue;
mod files;
mod follow;
mod orders;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tonic::Code;
use waybill_proto::{
    auth::{
        LoginRequest, RegisterRequest, Session, SetUserRoleRequest,
        auth_service_client::AuthServiceClient,
    },
    chat::chat_service_client::ChatServiceClient,
    common::Role,
    order::{
        cart_service_client::CartServiceClient, catalogue_service_client::CatalogueServiceClient,
        file_service_client::FileServiceClient, order_service_client::OrderServiceClient,
        shipment_service_client::ShipmentServiceClient, work_service_client::WorkServiceClient,
    },
    payment::payment_service_client::PaymentServiceClient,
};
use waybill_service_kit::{CallContext, GrpcChannel, outgoing};

/// The password of every demo account.
pub const PASSWORD: &str = "waybill-demo";

/// An account of the demo, as the welcome page shows it.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    pub email: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub role: Role,
}

pub const ADMIN: Account = account("admin@waybill.example", "Ada", "Admin", Role::Admin);
pub const ACCOUNTS: [Account; 6] = [
    ADMIN,
    account("wendy@waybill.example", "Wendy", "Worker", Role::Staff),
    account("walter@waybill.example", "Walter", "Worker", Role::Staff),
    account("carla@waybill.example", "Carla", "Customer", Role::Customer),
    account("carl@waybill.example", "Carl", "Customer", Role::Customer),
    account("cleo@waybill.example", "Cleo", "Customer", Role::Customer),
];

const fn account(
    email: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    role: Role,
) -> Account {
    Account {
        email,
        first_name,
        last_name,
        role,
    }
}

/// Channels to the services, in this process or others.
#[derive(Debug, Clone)]
pub struct Channels {
    pub auth: GrpcChannel,
    pub order: GrpcChannel,
    pub payment: GrpcChannel,
    pub notification: GrpcChannel,
    pub chat: GrpcChannel,
}

/// Writes what is missing of the demo. The administrator must exist already (settings make the first one) with [`PASSWORD`].
pub async fn seed(channels: &Channels) -> Result<()> {
    let mut demo = Demo::new(channels);
    let mut people = Vec::with_capacity(ACCOUNTS.len());
    let admin = demo
        .sign_in(&ADMIN)
        .await
        .context("signing the demo administrator in")?;
    for account in &ACCOUNTS[1..] {
        people.push(demo.enrol(account, &admin).await?);
    }
    let [wendy, walter, carla, carl, cleo] = <[Person; 5]>::try_from(people)
        .map_err(|_| anyhow::anyhow!("the demo has five people besides the administrator"))?;
    let products = demo.stock_shelves(&admin).await?;
    let cast = orders::Cast {
        admin,
        wendy,
        walter,
        carla,
        carl,
        cleo,
    };
    demo.play(&cast, &products).await?;
    demo.fill_cart(&cast.cleo, &products).await
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
struct Person {
    context: CallContext,
}

impl Person {
    fn of(session: &Session) -> Self {
        let token = session.access_token.as_str();
        Self {
            context: CallContext::anonymous().with_token(token),
        }
    }

    fn ask<T>(&self, message: T) -> tonic::Request<T> {
        outgoing(&self.context, message)
    }

    /// Asks so that a repetition does nothing more.
    fn ask_once<T>(&self, key: &str, message: T) -> tonic::Request<T> {
        outgoing(&self.context.clone().with_idempotency_key(key), message)
    }
}

struct Demo {
    auth: AuthServiceClient<GrpcChannel>,
    catalogue: CatalogueServiceClient<GrpcChannel>,
    orders: OrderServiceClient<GrpcChannel>,
    work: WorkServiceClient<GrpcChannel>,
    shipments: ShipmentServiceClient<GrpcChannel>,
    files: FileServiceClient<GrpcChannel>,
    carts: CartServiceClient<GrpcChannel>,
    payments: PaymentServiceClient<GrpcChannel>,
    chat: ChatServiceClient<GrpcChannel>,
}

impl Demo {
    fn new(channels: &Channels) -> Self {
        Self {
            auth: AuthServiceClient::new(channels.auth.clone()),
            catalogue: CatalogueServiceClient::new(channels.order.clone()),
            orders: OrderServiceClient::new(channels.order.clone()),
            work: WorkServiceClient::new(channels.order.clone()),
            shipments: ShipmentServiceClient::new(channels.order.clone()),
            files: FileServiceClient::new(channels.order.clone()),
            carts: CartServiceClient::new(channels.order.clone()),
            payments: PaymentServiceClient::new(channels.payment.clone()),
            chat: ChatServiceClient::new(channels.chat.clone()),
        }
    }

    async fn sign_in(&mut self, account: &Account) -> Result<Person> {
        let request = LoginRequest {
            email: account.email.into(),
            password: PASSWORD.into(),
        };
        let anonymous = CallContext::anonymous();
        let answer = self
            .auth
            .login(outgoing(&anonymous, request))
            .await?
            .into_inner();
        Ok(Person::of(
            &answer.session.context("a login answers with a session")?,
        ))
    }

    /// Registers the account unless it exists, gives it its role, signs it in.
    async fn enrol(&mut self, account: &Account, admin: &Person) -> Result<Person> {
        let request = RegisterRequest {
            email: account.email.into(),
            password: PASSWORD.into(),
            first_name: account.first_name.into(),
            last_name: account.last_name.into(),
        };
        let anonymous = CallContext::anonymous();
        match self.auth.register(outgoing(&anonymous, request)).await {
            Ok(answer) => {
                let session = answer
                    .into_inner()
                    .session
                    .context("registering opens a session")?;
                if account.role == Role::Customer {
                    return Ok(Person::of(&session));
                }
                let id = session.user.context("a session has a user")?.id;
                let request = SetUserRoleRequest {
                    id,
                    role: account.role.into(),
                    version: None,
                };
                self.auth.set_user_role(admin.ask(request)).await?;
            }
            Err(status) if is_conflict(&status) => {}
            Err(status) => bail!("registering {}: {status}", account.email),
        }
        // A new session, whose token carries the role.
        self.sign_in(account).await
    }
}

fn is_conflict(status: &tonic::Status) -> bool {
    matches!(
        status.code(),
        Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition
    )
}

/// Asks again until the answer is there: what travels by events takes a moment.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if start.elapsed() > Duration::from_secs(30) {
            bail!("{what} did not come about within 30 seconds");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
