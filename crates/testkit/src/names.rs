//! Names of databases on a shared server. They contain the time, so that leftovers of killed tests can be distinguished from
//! databases in use.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// No test runs this long.
pub(crate) const LEFT_BEHIND: Duration = Duration::from_hours(24);

/// Such as `waybill_test_692ab3c4_1f0e…`, at most 40 characters.
pub(crate) fn new(purpose: &str) -> String {
    let id = Uuid::new_v4().simple().to_string();
    format!("waybill_{purpose}_{:x}_{}", seconds(), &id[..16])
}

/// Whether a database is one of ours that is no longer used.
pub(crate) fn is_left_behind(name: &str) -> bool {
    let rest = name
        .strip_prefix("waybill_test_")
        .or_else(|| name.strip_prefix("waybill_template_"));
    let mut parts = rest.unwrap_or_default().split('_');
    let (time, id) = (parts.next().and_then(hex), parts.next().and_then(hex));
    let (Some((8, time)), Some((16, _))) = (time, id) else {
        return false;
    };
    time.saturating_add(LEFT_BEHIND.as_secs()) < seconds()
}

/// The number of digits and the value.
fn hex(digits: &str) -> Option<(usize, u64)> {
    Some((digits.len(), u64::from_str_radix(digits, 16).ok()?))
}

fn seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_databases_of_tests_are_left_behind() {
        assert!(!is_left_behind(&new("test")));
        for old in [
            "waybill_test_65000000_0123456789abcdef",
            "waybill_test_65000000_0123456789abcdef_order",
            "waybill_template_65000000_0123456789abcdef",
        ] {
            assert!(is_left_behind(old), "{old}");
        }
        for other in [
            "postgres",
            "waybill_order",
            "waybill_test_order",
            "waybill_test_2024_order",
            "waybill_shop_65000000_0123456789abcdef",
        ] {
            assert!(!is_left_behind(other), "{other}");
        }
    }
}
