//! What a verifier asks auth.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use tonic::{Code, Response, Status};
use waybill_proto::auth::{
    GetJwksRequest, GetStandingRequest, GetStandingResponse, ListRevocationsRequest,
    ListRevocationsResponse, auth_service_client::AuthServiceClient,
};

use super::ServiceTokens;
use crate::{AppError, CallContext, GrpcChannel, UserCaller, outgoing_within};

/// How long auth may take for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Auth, as a verifier asks it. A function that returns keys is an authority without revocations, for tests.
#[async_trait]
pub trait Authority: Send + Sync + 'static {
    /// The JWKS as JSON.
    async fn keys(&self) -> Result<String, AppError>;

    /// What makes access tokens invalid before they expire.
    async fn revocations(
        &self,
        _request: ListRevocationsRequest,
    ) -> Result<ListRevocationsResponse, AppError> {
        Ok(ListRevocationsResponse::default())
    }

    /// The current state of a caller; none if this authority does not know it.
    async fn standing(&self, _user: &UserCaller) -> Result<Option<GetStandingResponse>, AppError> {
        Ok(None)
    }
}

#[async_trait]
impl<F, Fut> Authority for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<String, AppError>> + Send,
{
    async fn keys(&self) -> Result<String, AppError> {
        self().await
    }
}

/// Asks auth by gRPC, as `service`.
pub struct GrpcAuthority {
    auth: AuthServiceClient<GrpcChannel>,
    tokens: ServiceTokens,
    service: &'static str,
}

impl GrpcAuthority {
    pub fn new(auth: GrpcChannel, tokens: ServiceTokens, service: &'static str) -> Self {
        Self {
            auth: AuthServiceClient::new(auth),
            tokens,
            service,
        }
    }

    fn request<T>(&self, message: T) -> Result<tonic::Request<T>, AppError> {
        let context = CallContext::system().with_service_token(&self.tokens, self.service)?;
        Ok(outgoing_within(&context, PATIENCE, message))
    }
}

#[async_trait]
impl Authority for GrpcAuthority {
    async fn keys(&self) -> Result<String, AppError> {
        let request = self.request(GetJwksRequest {})?;
        let answer = self.auth.clone().get_jwks(request).await?;
        Ok(answer.into_inner().jwks_json)
    }

    async fn revocations(
        &self,
        request: ListRevocationsRequest,
    ) -> Result<ListRevocationsResponse, AppError> {
        let request = self.request(request)?;
        let answer = self.auth.clone().list_revocations(request).await;
        Ok(known_to(answer)?.unwrap_or_default())
    }

    async fn standing(&self, user: &UserCaller) -> Result<Option<GetStandingResponse>, AppError> {
        let request = self.request(GetStandingRequest {
            user_id: user.id.to_string(),
            session_id: user.session.map(|id| id.to_string()).unwrap_or_default(),
        })?;
        known_to(self.auth.clone().get_standing(request).await)
    }
}

/// None from an auth of the version before, during a rolling upgrade: it does not know what is asked.
fn known_to<T>(answer: Result<Response<T>, Status>) -> Result<Option<T>, AppError> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if status.code() == Code::Unimplemented => Ok(None),
        Err(status) => Err(status.into()),
    }
}
