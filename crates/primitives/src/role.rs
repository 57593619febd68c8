//! What an account may do, coarsely; ownership is checked in addition.

crate::string_enum! {
    /// A role of an account.
    pub enum Role {
        Customer = "CUSTOMER",
        Staff = "STAFF",
        Admin = "ADMIN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(
                serde_json::from_value::<Role>(role.as_str().into()).unwrap(),
                role
            );
        }
        let unknown = "admin".parse::<Role>().unwrap_err();
        assert_eq!(unknown.to_string(), "must be one of CUSTOMER, STAFF, ADMIN");
        assert!(serde_json::from_str::<Role>("\"admin\"").is_err());
    }
}
