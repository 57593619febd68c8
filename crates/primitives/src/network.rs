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

/// A coarser key: IPv6 by the /48, which is the most that providers give to one customer.
pub fn customer_key(network: u128) -> u128 {
    /// Addresses of IPv4, as IPv6 has them, begin so.
    const IPV4: u128 = 0xffff;
    if network >> 32 == IPV4 {
        network
    } else {
        network >> 80 << 80
    }
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
        let customer = |text| address_key(text).map(customer_key);
        assert_eq!(customer("2001:db8:0:1::1"), customer("2001:db8::1"));
        assert_ne!(customer("2001:db8:1::1"), customer("2001:db8::1"));
        assert_ne!(customer("192.0.2.1"), customer("192.0.2.2"));
    }
}
