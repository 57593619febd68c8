//! The gRPC layer: decodes, calls the use case, encodes.

mod audit;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use waybill_primitives::{Bucket, Role, non_empty, start_of};
use waybill_proto::{
    auth::{
        ChangePasswordRequest, ChangePasswordResponse, GetEmailStatusRequest,
        GetEmailStatusResponse, GetJwksRequest, GetJwksResponse, GetProfileRequest,
        GetProfileResponse, GetStandingRequest, GetStandingResponse, GetUserAnalyticsRequest,
        GetUserAnalyticsResponse, GetUserRequest, GetUserResponse, IssueGuestTokenRequest,
        IssueGuestTokenResponse, ListRevocationsRequest, ListRevocationsResponse, ListUsersRequest,
        ListUsersResponse, LoginRequest, LoginResponse, LogoutRequest, LogoutResponse,
        RefreshRequest, RefreshResponse, RegisterRequest, RegisterResponse, RestoreUserRequest,
        RestoreUserResponse, Session, SetUserRoleRequest, SetUserRoleResponse, SuspendUserRequest,
        SuspendUserResponse, UpdateProfileRequest, UpdateProfileResponse, UserBucket, UserCounts,
        auth_service_server::AuthService,
    },
    common, parse_id,
};
use waybill_service_kit::{AppError, context, page_query};

use crate::{
    app::{self, App, Counts, Guest, NewAccount, ProfileChange, SignedIn},
    error::Error,
    events,
};

pub use audit::AuditGrpc;

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        AppError::from(error).into()
    }
}

/// The service that tonic serves.
pub struct Grpc(pub Arc<App>);

#[tonic::async_trait]
impl AuthService for Grpc {
    async fn register(
        &self,
        request: Request<RegisterRequest>,
    ) -> Result<Response<RegisterResponse>, Status> {
        let ctx = context(&request);
        let RegisterRequest {
            email,
            password,
            first_name,
            last_name,
        } = request.into_inner();
        let new = NewAccount {
            email,
            password,
            first_name,
            last_name,
        };
        let session = Some(session(self.0.register(&ctx, new).await?));
        Ok(Response::new(RegisterResponse { session }))
    }

    async fn login(
        &self,
        request: Request<LoginRequest>,
    ) -> Result<Response<LoginResponse>, Status> {
        let ctx = context(&request);
        let LoginRequest {
            email,
            password,
            device_token,
        } = request.into_inner();
        let login = self.0.login(&ctx, &email, &password, &device_token);
        let session = Some(session(login.await?));
        Ok(Response::new(LoginResponse { session }))
    }

    async fn refresh(
        &self,
        request: Request<RefreshRequest>,
    ) -> Result<Response<RefreshResponse>, Status> {
        let ctx = context(&request);
        let token = request.into_inner().refresh_token;
        let session = Some(session(self.0.refresh(&ctx, &token).await?));
        Ok(Response::new(RefreshResponse { session }))
    }

    async fn logout(
        &self,
        request: Request<LogoutRequest>,
    ) -> Result<Response<LogoutResponse>, Status> {
        let ctx = context(&request);
        self.0
            .logout(&ctx, &request.into_inner().refresh_token)
            .await?;
        Ok(Response::new(LogoutResponse {}))
    }

    async fn get_jwks(
        &self,
        _: Request<GetJwksRequest>,
    ) -> Result<Response<GetJwksResponse>, Status> {
        let jwks_json = self.0.keys().jwks().await;
        Ok(Response::new(GetJwksResponse { jwks_json }))
    }

    async fn issue_guest_token(
        &self,
        request: Request<IssueGuestTokenRequest>,
    ) -> Result<Response<IssueGuestTokenResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let guest = Guest {
            email: request.email,
            first_name: request.first_name,
            last_name: request.last_name,
        };
        let token = self.0.guest_token(&ctx, &guest).await?;
        Ok(Response::new(IssueGuestTokenResponse {
            id: token.id.to_string(),
            access_token: token.access_token,
            expires_in: token.expires_in,
        }))
    }

    async fn get_email_status(
        &self,
        request: Request<GetEmailStatusRequest>,
    ) -> Result<Response<GetEmailStatusResponse>, Status> {
        let ctx = context(&request);
        let registered = self.0.is_registered(&ctx, &request.get_ref().email).await?;
        Ok(Response::new(GetEmailStatusResponse { registered }))
    }

    async fn list_revocations(
        &self,
        request: Request<ListRevocationsRequest>,
    ) -> Result<Response<ListRevocationsResponse>, Status> {
        context(&request).service()?;
        let ListRevocationsRequest { since, after } = request.into_inner();
        let after = after.map(app::cursor).transpose()?;
        let revocations = self.0.revocations().list(since, after).await?;
        Ok(Response::new(revocations))
    }

    async fn get_standing(
        &self,
        request: Request<GetStandingRequest>,
    ) -> Result<Response<GetStandingResponse>, Status> {
        context(&request).service()?;
        let GetStandingRequest {
            user_id,
            session_id,
        } = request.into_inner();
        let user = parse_id("userId", &user_id).map_err(AppError::from)?;
        let session = non_empty(session_id)
            .map(|id| parse_id("sessionId", &id))
            .transpose()
            .map_err(AppError::from)?;
        let standing = self.0.revocations().standing(user, session).await?;
        Ok(Response::new(standing))
    }

    async fn get_profile(
        &self,
        request: Request<GetProfileRequest>,
    ) -> Result<Response<GetProfileResponse>, Status> {
        let user = self.0.profile(&context(&request)).await?;
        let user = Some(events::message(&user));
        Ok(Response::new(GetProfileResponse { user }))
    }

    async fn update_profile(
        &self,
        request: Request<UpdateProfileRequest>,
    ) -> Result<Response<UpdateProfileResponse>, Status> {
        let ctx = context(&request);
        let UpdateProfileRequest {
            first_name,
            last_name,
            version,
        } = request.into_inner();
        let change = ProfileChange {
            first_name,
            last_name,
            version,
        };
        let user = self.0.update_profile(&ctx, change).await?;
        let user = Some(events::message(&user));
        Ok(Response::new(UpdateProfileResponse { user }))
    }

    async fn change_password(
        &self,
        request: Request<ChangePasswordRequest>,
    ) -> Result<Response<ChangePasswordResponse>, Status> {
        let ctx = context(&request);
        let ChangePasswordRequest {
            current_password,
            new_password,
            refresh_token,
        } = request.into_inner();
        self.0
            .change_password(&ctx, &current_password, &new_password, &refresh_token)
            .await?;
        Ok(Response::new(ChangePasswordResponse {}))
    }

    async fn list_users(
        &self,
        request: Request<ListUsersRequest>,
    ) -> Result<Response<ListUsersResponse>, Status> {
        let ctx = context(&request);
        // Checked first, so that callers without permission learn nothing about the request.
        ctx.require(&[Role::Admin])?;
        let ListUsersRequest { page, q, roles } = request.into_inner();
        let query = page_query(page.as_ref())?;
        let roles = roles.into_iter().map(known_role);
        let roles: Vec<_> = roles
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?;
        let page = self.0.list_users(&ctx, &q, roles, &query).await?;
        Ok(Response::new(ListUsersResponse {
            page: Some(page.info()),
            users: page.rows.iter().map(events::message).collect(),
        }))
    }

    async fn get_user(
        &self,
        request: Request<GetUserRequest>,
    ) -> Result<Response<GetUserResponse>, Status> {
        let ctx = context(&request);
        ctx.require(&[Role::Admin])?;
        let id = parse_id("id", &request.into_inner().id).map_err(AppError::from)?;
        let user = self.0.get_user(&ctx, id).await?;
        let user = Some(events::message(&user));
        Ok(Response::new(GetUserResponse { user }))
    }

    async fn set_user_role(
        &self,
        request: Request<SetUserRoleRequest>,
    ) -> Result<Response<SetUserRoleResponse>, Status> {
        let ctx = context(&request);
        ctx.require(&[Role::Admin])?;
        let SetUserRoleRequest { id, role, version } = request.into_inner();
        let id = parse_id("id", &id).map_err(AppError::from)?;
        let role = known_role(role)?.ok_or_else(no_role)?;
        let user = self.0.set_role(&ctx, id, role, version).await?;
        let user = Some(events::message(&user));
        Ok(Response::new(SetUserRoleResponse { user }))
    }

    async fn suspend_user(
        &self,
        request: Request<SuspendUserRequest>,
    ) -> Result<Response<SuspendUserResponse>, Status> {
        let ctx = context(&request);
        ctx.require(&[Role::Admin])?;
        let SuspendUserRequest { id, reason } = request.into_inner();
        let id = parse_id("id", &id).map_err(AppError::from)?;
        let user = self.0.suspend(&ctx, id, &reason).await?;
        let user = Some(events::message(&user));
        Ok(Response::new(SuspendUserResponse { user }))
    }

    async fn restore_user(
        &self,
        request: Request<RestoreUserRequest>,
    ) -> Result<Response<RestoreUserResponse>, Status> {
        let ctx = context(&request);
        ctx.require(&[Role::Admin])?;
        let id = parse_id("id", &request.into_inner().id).map_err(AppError::from)?;
        let user = self.0.restore(&ctx, id).await?;
        let user = Some(events::message(&user));
        Ok(Response::new(RestoreUserResponse { user }))
    }

    async fn get_user_analytics(
        &self,
        request: Request<GetUserAnalyticsRequest>,
    ) -> Result<Response<GetUserAnalyticsResponse>, Status> {
        let ctx = context(&request);
        ctx.require(&[Role::Admin])?;
        let request = request.into_inner();
        let bucket = match common::Bucket::try_from(request.bucket) {
            Ok(common::Bucket::Unspecified | common::Bucket::Day) => Bucket::Day,
            Ok(common::Bucket::Week) => Bucket::Week,
            Ok(common::Bucket::Month) => Bucket::Month,
            Err(_) => {
                let error = "must be one of day, week, month";
                return Err(AppError::invalid_field("bucket", error).into());
            }
        };
        let found = self
            .0
            .registrations(&ctx, request.from, request.to, bucket)
            .await?;
        let bucket = |(day, counts): &(i32, Counts)| UserBucket {
            start: Some(start_of(*day)),
            registered: user_counts(*counts),
        };
        Ok(Response::new(GetUserAnalyticsResponse {
            buckets: found.buckets.iter().map(bucket).collect(),
            registered: user_counts(found.registered),
            total: user_counts(found.total),
        }))
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the field that it fills is optional"
)]
fn user_counts(counts: Counts) -> Option<UserCounts> {
    Some(UserCounts {
        customers: counts.customers,
        staff: counts.staff,
        admins: counts.admins,
        all: counts.customers + counts.staff + counts.admins,
    })
}

fn session(signed_in: SignedIn) -> Session {
    Session {
        user: Some(events::message(&signed_in.user)),
        access_token: signed_in.access_token,
        expires_in: signed_in.expires_in,
        refresh_token: signed_in.refresh_token,
        refresh_expires_in: signed_in.refresh_expires_in,
        device_token: signed_in.device_token,
    }
}

/// The role of a request; none if it is unspecified.
fn known_role(role: i32) -> Result<Option<Role>, AppError> {
    common::Role::try_from(role)
        .map(common::Role::known)
        .map_err(|_| no_role())
}

fn no_role() -> AppError {
    AppError::invalid_field("role", "expected CUSTOMER, STAFF or ADMIN")
}
