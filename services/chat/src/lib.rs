//! One conversation per order
