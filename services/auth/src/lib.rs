//! Users, sessions, roles and tokens
