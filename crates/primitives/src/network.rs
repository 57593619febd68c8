//! Network addresses as the keys of limits.

use std::net::IpAddr;

/// The key of an address: IPv6 by its /64, which usually belongs to one household or machine.
pub fn network_key(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => address.to_bits(),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

/// As [`network_key`], of an address as text; none for what is no address.
pub fn address_key(address: &str) -> Option<u128> {
    address.parse().ok().map(network_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_counts_by_network() {
        assert_eq!(address_key("2001:db8::1"), address_key("2001:db8::2"));
        assert_ne!(address_key("2001:db8:0:1::1"), address_key("2001:db8::1"));
        assert_ne!(address_key("192.0.2.1"), address_key("192.0.2.2"));
        assert_eq!(address_key("::ffff:192.0.2.1"), address_key("192.0.2.1"));
        assert_eq!(address_key("unknown"), None);
    }
}
