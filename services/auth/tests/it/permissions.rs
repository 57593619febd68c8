//! Who may call what: each RPC with each caller.

use std::collections::BTreeSet;

use waybill_primitives::{Role, UserId};
use waybill_proto::{
    DESCRIPTORS,
    auth::{
        ChangePasswordRequest, GetEmailStatusRequest, GetJwksRequest, GetProfileRequest,
        GetStandingRequest, GetUserAnalyticsRequest, GetUserRequest, IssueGuestTokenRequest,
        ListRevocationsRequest, ListUsersRequest, LoginRequest, LogoutRequest, RefreshRequest,
        RegisterRequest, RestoreUserRequest, SetUserRoleRequest, SuspendUserRequest,
        UpdateProfileRequest,
    },
};
use waybill_service_kit::{AppError, CallContext, ErrorKind, outgoing};
use waybill_testkit::on_any_database;

use crate::support::{Client, World, answer};

on_any_database! { every_rpc_has_its_callers }

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// Every caller passes the permission check.
    Open,
    /// Signed-in users.
    User,
    Admin,
    /// Services on their own behalf.
    Service,
}

const GATES: &[(&str, Gate)] = &[
    ("Register", Gate::Open),
    ("Login", Gate::Open),
    ("Refresh", Gate::Open),
    ("Logout", Gate::Open),
    ("GetJwks", Gate::Open),
    ("IssueGuestToken", Gate::Service),
    ("GetEmailStatus", Gate::Service),
    ("ListRevocations", Gate::Service),
    ("GetStanding", Gate::Service),
    ("GetProfile", Gate::User),
    ("UpdateProfile", Gate::User),
    ("ChangePassword", Gate::User),
    ("ListUsers", Gate::Admin),
    ("GetUser", Gate::Admin),
    ("SetUserRole", Gate::Admin),
    ("SuspendUser", Gate::Admin),
    ("RestoreUser", Gate::Admin),
    ("GetUserAnalytics", Gate::Admin),
];

/// Calls with a request that changes nothing, whoever the caller is.
async fn call(mut auth: Client, rpc: &str, ctx: &CallContext) -> Result<(), AppError> {
    let id = UserId::new().to_string();
    macro_rules! send {
        ($method:ident, $message:expr) => {
            answer(auth.$method(outgoing(ctx, $message)).await).map(drop)
        };
    }
    match rpc {
        "Register" => send!(register, RegisterRequest::default()),
        "Login" => send!(login, LoginRequest::default()),
        // A valid token, so that the response is not 401 for another reason.
        "Refresh" => {
            let email = format!("{id}@example.com");
            let new = RegisterRequest {
                email,
                password: "only for this".to_owned(),
                first_name: "Only".to_owned(),
                last_name: String::new(),
            };
            let session = answer(auth.register(new).await)?.session.unwrap();
            send!(
                refresh,
                RefreshRequest {
                    refresh_token: session.refresh_token
                }
            )
        }
        "Logout" => send!(
            logout,
            LogoutRequest {
                refresh_token: "unknown".to_owned()
            }
        ),
        "GetJwks" => send!(get_jwks, GetJwksRequest {}),
        "IssueGuestToken" => send!(issue_guest_token, IssueGuestTokenRequest::default()),
        "GetEmailStatus" => send!(get_email_status, GetEmailStatusRequest::default()),
        "ListRevocations" => send!(list_revocations, ListRevocationsRequest::default()),
        "GetStanding" => send!(
            get_standing,
            GetStandingRequest {
                user_id: id,
                session_id: String::new()
            }
        ),
        "GetProfile" => send!(get_profile, GetProfileRequest {}),
        "GetUserAnalytics" => send!(get_user_analytics, GetUserAnalyticsRequest::default()),
        "UpdateProfile" => send!(update_profile, UpdateProfileRequest::default()),
        "ChangePassword" => send!(change_password, ChangePasswordRequest::default()),
        "ListUsers" => send!(list_users, ListUsersRequest::default()),
        "GetUser" => send!(get_user, GetUserRequest { id }),
        "SetUserRole" => send!(
            set_user_role,
            SetUserRoleRequest {
                id,
                role: 1,
                version: None
            }
        ),
        "SuspendUser" => send!(
            suspend_user,
            SuspendUserRequest {
                id,
                reason: String::new()
            }
        ),
        "RestoreUser" => send!(restore_user, RestoreUserRequest { id }),
        other => panic!("{other} is not called by this test"),
    }
}

async fn every_rpc_has_its_callers(world: &World) {
    let rpcs: BTreeSet<_> = rpcs_of_the_proto().into_iter().collect();
    let listed: BTreeSet<_> = GATES.iter().map(|(rpc, _)| (*rpc).to_owned()).collect();
    assert_eq!(rpcs, listed, "every RPC has a row in the table");

    let mut callers = vec![(None, CallContext::anonymous())];
    for role in Role::ALL {
        let session = world
            .signed_in_as(&role.as_str().to_lowercase(), role)
            .await;
        callers.push((
            Some(role),
            CallContext::anonymous().with_token(session.access_token),
        ));
    }
    for (rpc, gate) in GATES {
        for (role, ctx) in &callers {
            let stopped = match call(world.auth.clone(), rpc, ctx).await {
                Ok(()) => None,
                Err(error) => Some(error.kind),
            };
            let stopped = stopped
                .filter(|kind| matches!(kind, ErrorKind::Unauthenticated | ErrorKind::Forbidden));
            let expected = match (gate, role) {
                (Gate::Open, _) | (Gate::User, Some(_)) | (Gate::Admin, Some(Role::Admin)) => None,
                (Gate::User | Gate::Admin, None) => Some(ErrorKind::Unauthenticated),
                (Gate::Service, _) | (Gate::Admin, Some(_)) => Some(ErrorKind::Forbidden),
            };
            assert_eq!(stopped, expected, "{rpc} by {role:?}");
        }
        // A service on its own behalf is no user and no administrator.
        let service = world.deps.system_context().unwrap();
        let outcome = call(world.auth.clone(), rpc, &service).await;
        let stopped = outcome.is_err_and(|error| error.kind == ErrorKind::Unauthenticated);
        let may = matches!(gate, Gate::Open | Gate::Service);
        assert_eq!(stopped, !may, "{rpc} by a service");
    }
}

/// The names of the RPCs, from the compiled proto files.
fn rpcs_of_the_proto() -> Vec<String> {
    use prost::Message as _;
    let files = prost_types::FileDescriptorSet::decode(DESCRIPTORS).unwrap();
    let services = files.file.into_iter().flat_map(|file| file.service);
    let auth = services.filter(|service| service.name() == "AuthService");
    auth.flat_map(|service| service.method)
        .map(|method| method.name().to_owned())
        .collect()
}
