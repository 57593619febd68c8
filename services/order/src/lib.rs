//! Catalogue, stock, orders and work
