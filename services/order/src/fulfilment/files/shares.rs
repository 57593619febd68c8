//! What each uploader may hold at a time, and send in an hour, so that none holds what is there for all. In the memory of a process:
//! with replicas, each has its own count.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use waybill_primitives::{UserId, address_key};
use waybill_service_kit::{AppError, CallContext, UserCaller};

use crate::orders::domain::{Order, PaymentStatus};

/// Maximum number of concurrent uploads; further ones are refused with 503.
pub const PLACES: usize = 64;
/// Of these, maximum number of uploads of guests and for unpaid orders.
const UNTRUSTED_PLACES: usize = 32;
/// Maximum number of one user.
const PLACES_OF_ONE: usize = 32;
/// Maximum number of one address, of guests and for unpaid orders.
const UNTRUSTED_PLACES_OF_ONE: usize = 8;
/// Guests and unpaid orders may send this part of the quota.
const UNTRUSTED_QUOTA: u64 = 16;
/// The time of the quota.
const WINDOW: Duration = Duration::from_hours(1);

/// Whose share an upload belongs to. Accounts cost nothing: who has not paid is known by their address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Uploader {
    /// Staff, administrators, and customers of a paid order.
    User(UserId),
    /// Guests and customers of an unpaid order, by address (IPv6: by /64).
    Address(u128),
    /// The same without a known address.
    Unknown(UserId),
}

impl Uploader {
    /// `order` is none for a picture of a product, which only administrators add.
    pub fn of(ctx: &CallContext, user: &UserCaller, order: Option<&Order>) -> Self {
        let unpaid = order.is_some_and(|order| {
            order.customer_id == user.id
                && matches!(
                    order.payment_status,
                    PaymentStatus::Unpaid | PaymentStatus::Failed
                )
        });
        if !(user.guest || unpaid) {
            return Self::User(user.id);
        }
        match ctx.client_address.as_deref().and_then(address_key) {
            Some(address) => Self::Address(address),
            None => Self::Unknown(user.id),
        }
    }

    pub const fn is_trusted(self) -> bool {
        matches!(self, Self::User(_))
    }
}

/// The uploads of all.
#[derive(Debug)]
pub struct Shares {
    /// Bytes of one user in an hour.
    quota: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    places: HashMap<Uploader, usize>,
    sent: HashMap<Uploader, Sent>,
}

#[derive(Debug)]
struct Sent {
    since: Instant,
    bytes: u64,
}

/// A place for an upload; freed when dropped.
#[derive(Debug)]
pub struct Place {
    shares: Arc<Shares>,
    uploader: Uploader,
}

impl Shares {
    pub fn new(quota: u64) -> Self {
        Self {
            quota,
            state: Mutex::default(),
        }
    }

    fn quota(&self, uploader: Uploader) -> u64 {
        if uploader.is_trusted() {
            self.quota
        } else {
            self.quota / UNTRUSTED_QUOTA
        }
    }

    /// A place for an upload, if the uploader and all together have not too many.
    pub fn take(self: &Arc<Self>, uploader: Uploader) -> Result<Place, AppError> {
        let mut state = self.state.lock();
        state.sent.retain(|_, sent| sent.since.elapsed() < WINDOW);
        self.within_quota(&state, uploader)?;
        let own = state.places.get(&uploader).copied().unwrap_or(0);
        let all: usize = state.places.values().sum();
        let untrusted = state.places.iter().filter(|(of, _)| !of.is_trusted());
        let untrusted: usize = untrusted.map(|(_, count)| count).sum();
        let free = if uploader.is_trusted() {
            own < PLACES_OF_ONE
        } else {
            own < UNTRUSTED_PLACES_OF_ONE && untrusted < UNTRUSTED_PLACES
        };
        if !free || all >= PLACES {
            return Err(AppError::unavailable(
                "too many concurrent uploads; try again in a moment",
            )
            .with_retry_after(Duration::from_secs(5)));
        }
        state.places.insert(uploader, own + 1);
        drop(state);
        Ok(Place {
            shares: Arc::clone(self),
            uploader,
        })
    }

    fn within_quota(&self, state: &State, uploader: Uploader) -> Result<(), AppError> {
        let quota = self.quota(uploader);
        match state.sent.get(&uploader) {
            Some(sent) if sent.bytes > quota => Err(AppError::too_many_requests(
                format!(
                    "more than {quota} bytes were uploaded within an hour; wait as long as the header Retry-After says"
                ),
                WINDOW.saturating_sub(sent.since.elapsed()),
            )),
            _ => Ok(()),
        }
    }
}

impl Place {
    pub const fn uploader(&self) -> Uploader {
        self.uploader
    }

    /// Counts bytes as they arrive; refuses what exceeds the quota.
    pub fn count(&self, bytes: usize) -> Result<(), AppError> {
        let mut state = self.shares.state.lock();
        let sent = state.sent.entry(self.uploader).or_insert_with(|| Sent {
            since: Instant::now(),
            bytes: 0,
        });
        sent.bytes = sent.bytes.saturating_add(bytes as u64);
        self.shares.within_quota(&state, self.uploader)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.shares.state.lock();
        if let Some(own) = state.places.get_mut(&self.uploader) {
            *own -= 1;
            if *own == 0 {
                state.places.remove(&self.uploader);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use waybill_service_kit::ErrorCode;

    use super::*;

    #[test]
    fn nobody_takes_all_places_and_each_is_given_back() {
        let shares = Arc::new(Shares::new(1_000));
        let slow = Uploader::User(UserId::new());
        let take = |uploader| shares.take(uploader);
        let mut held: Vec<_> = (0..PLACES_OF_ONE).map(|_| take(slow).unwrap()).collect();
        assert!(take(slow).is_err());
        // However many guests one address is.
        let guest = Uploader::Address(1);
        for _ in 0..UNTRUSTED_PLACES_OF_ONE {
            held.push(take(guest).unwrap());
        }
        assert!(take(guest).is_err());
        // And however many addresses they have.
        let addresses = (UNTRUSTED_PLACES_OF_ONE..UNTRUSTED_PLACES)
            .map_while(|at| take(Uploader::Address(2 + at as u128)).ok());
        held.extend(addresses);
        assert_eq!(held.len(), PLACES_OF_ONE + UNTRUSTED_PLACES);
        drop(held.pop());
        assert!(take(Uploader::User(UserId::new())).is_ok());
        drop(held);
        assert!(shares.state.lock().places.is_empty());
    }

    #[test]
    fn untrusted_uploads_leave_places_for_others() {
        let shares = Arc::new(Shares::new(1_000));
        let held: Vec<_> = (0..PLACES)
            .map_while(|at| shares.take(Uploader::Address(at as u128)).ok())
            .collect();
        assert_eq!(held.len(), UNTRUSTED_PLACES);
        assert!(shares.take(Uploader::User(UserId::new())).is_ok());
    }

    #[test]
    fn bytes_have_a_quota_which_is_smaller_without_trust() {
        let shares = Arc::new(Shares::new(1_600));
        let (user, guest) = (Uploader::User(UserId::new()), Uploader::Address(1));
        for (uploader, quota) in [(user, 1_600), (guest, 100)] {
            let place = shares.take(uploader).unwrap();
            assert!(place.count(quota).is_ok());
            let refused = place.count(1).unwrap_err();
            assert_eq!(refused.code, ErrorCode::RateLimited);
            assert!(refused.retry_after().is_some());
            drop(place);
            // Nor another upload.
            assert!(shares.take(uploader).is_err());
        }
        assert!(shares.take(Uploader::Address(2)).is_ok());
        // The hour is over.
        let long_ago = Instant::now().checked_sub(WINDOW).unwrap();
        shares.state.lock().sent.get_mut(&guest).unwrap().since = long_ago;
        assert!(shares.take(guest).is_ok());
    }
}
