//! The targets, and how much of each was reached.

use super::row::{Row, short};

/// A figure that is to be reached.
struct Goal {
    what: &'static str,
    /// The beginning of the names of the rows that have it; the worst counts.
    rows: &'static str,
    /// Where it is in the figures.
    figure: &'static str,
    limit: Limit,
}

#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

use Limit::{AtLeast, AtMost};

const fn goal(what: &'static str, rows: &'static str, figure: &'static str, limit: Limit) -> Goal {
    Goal {
        what,
        rows,
        figure,
        limit,
    }
}

const GOALS: [Goal; 39] = [
    goal(
        "Place an order on PostgreSQL, 8 connections, of its ceiling",
        "embedded postgres: place an order, 8 ",
        "ratio",
        AtLeast(0.7),
    ),
    goal(
        "Place an order on PostgreSQL, 32 connections, of its ceiling",
        "embedded postgres: place an order, 32 ",
        "ratio",
        AtLeast(1.2),
    ),
    goal(
        "Place an order, distributed, 8 connections, of its ceiling",
        "distributed: place an order, 8 ",
        "ratio",
        AtLeast(0.4),
    ),
    goal(
        "Place an order, distributed, 32 connections, of its ceiling",
        "distributed: place an order, 32 ",
        "ratio",
        AtLeast(0.7),
    ),
    goal(
        "Place an order on SQLite, 8 connections, of its ceiling",
        "embedded sqlite: place an order, 8 ",
        "ratio",
        AtLeast(1.5),
    ),
    goal(
        "Place an order on SQLite, 32 connections, of its ceiling",
        "embedded sqlite: place an order, 32 ",
        "ratio",
        AtLeast(2.5),
    ),
    goal(
        "Place an order on MariaDB, 8 connections, of its ceiling",
        "embedded mariadb: place an order, 8 ",
        "ratio",
        AtLeast(0.8),
    ),
    goal(
        "Place an order on MariaDB, 32 connections, of its ceiling",
        "embedded mariadb: place an order, 32 ",
        "ratio",
        AtLeast(1.5),
    ),
    goal(
        "p99 / p50 of placing on PostgreSQL",
        "embedded postgres: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "p99 / p50 of placing, distributed",
        "distributed: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "p99 / p50 of placing on SQLite",
        "embedded sqlite: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "p99 / p50 of placing on MariaDB",
        "embedded mariadb: place an order, ",
        "tail",
        AtMost(3.0),
    ),
    goal(
        "Orders of the same two products, of orders of any two",
        "embedded postgres: place an order of the same",
        "ratio",
        AtLeast(0.5),
    ),
    goal(
        "Whole order on PostgreSQL, of placing",
        "embedded postgres: whole order",
        "ratio",
        AtLeast(0.4),
    ),
    goal(
        "Whole orders a second (100 × Vendure on such a machine)",
        "embedded postgres: whole order",
        "per_second",
        AtLeast(1200.0),
    ),
    goal(
        "Product list, of a bare route",
        "embedded postgres: product list",
        "ratio",
        AtLeast(0.7),
    ),
    goal(
        "Read an order, of a bare route",
        "embedded postgres: read an order",
        "ratio",
        AtLeast(0.3),
    ),
    goal(
        "Order to live event at 500 orders a second, p50, ms",
        "embedded postgres: order to live event",
        "p50_ms",
        AtMost(5.0),
    ),
    goal(
        "Order to live event at 500 orders a second, p99, ms",
        "embedded postgres: order to live event",
        "p99_ms",
        AtMost(25.0),
    ),
    goal(
        "Order to live event, distributed, p50, ms",
        "distributed: order to live event",
        "p50_ms",
        AtMost(5.0),
    ),
    goal(
        "Order to live event, distributed, p99, ms",
        "distributed: order to live event",
        "p99_ms",
        AtMost(25.0),
    ),
    goal(
        "10,000 idle live clients, KB each",
        "embedded postgres: 10000 idle live clients",
        "kb_per_client",
        AtMost(20.0),
    ),
    goal(
        "An event at all of 10,000 live clients, ms",
        "embedded postgres: 10000 idle live clients",
        "all_ms",
        AtMost(500.0),
    ),
    goal(
        "p99 of lists and searches with a million orders, of that with a thousand, on PostgreSQL",
        "embedded postgres: scale: ",
        "p99_ratio",
        AtMost(2.0),
    ),
    goal(
        "p99 of lists and searches with a million orders, of that with a thousand, on SQLite",
        "embedded sqlite: scale: ",
        "p99_ratio",
        AtMost(2.0),
    ),
    goal(
        "p99 of lists and searches with a million orders, of that with a thousand, on MariaDB",
        "embedded mariadb: scale: ",
        "p99_ratio",
        AtMost(2.0),
    ),
    goal(
        "Placing with ten million orders, of that in an empty shop",
        "embedded postgres: place an order with 10000000",
        "ratio",
        AtLeast(0.8),
    ),
    goal(
        "The list with ten million orders, of that in an empty shop",
        "embedded postgres: list with 10000000",
        "ratio",
        AtLeast(0.8),
    ),
    goal(
        "Backlog of 100,000 events on PostgreSQL, events a second",
        "embedded postgres: backlog",
        "done_per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "Backlog of 100,000 events, distributed, events a second",
        "distributed: backlog",
        "done_per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "Backlog of 100,000 events on SQLite, events a second",
        "embedded sqlite: backlog",
        "done_per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "Backlog of 100,000 events on MariaDB, events a second",
        "embedded mariadb: backlog",
        "done_per_second",
        AtLeast(10_000.0),
    ),
    goal(
        "Start with data on SQLite, ms",
        "embedded sqlite: start with data",
        "start_ms",
        AtMost(100.0),
    ),
    goal(
        "Start with data on PostgreSQL, ms",
        "embedded postgres: start with data",
        "start_ms",
        AtMost(100.0),
    ),
    goal(
        "Idle memory on SQLite, MB",
        "embedded sqlite: memory idle",
        "rss_mb",
        AtMost(60.0),
    ),
    goal(
        "Idle memory on PostgreSQL, MB",
        "embedded postgres: memory idle",
        "rss_mb",
        AtMost(60.0),
    ),
    goal(
        "Most memory under load on SQLite, MB",
        "embedded sqlite: memory after load",
        "peak_mb",
        AtMost(150.0),
    ),
    goal(
        "Most memory under load on PostgreSQL, MB",
        "embedded postgres: memory after load",
        "peak_mb",
        AtMost(150.0),
    ),
    goal(
        "Idle memory of each distributed service, MB",
        "distributed: memory idle",
        "rss_mb",
        AtMost(30.0),
    ),
];

impl Goal {
    /// The target, the worst figure, and whether it is reached; none if it was not measured.
    fn line(&self, rows: &[Row]) -> Option<String> {
        let of = rows.iter().filter(|row| row.name.starts_with(self.rows));
        let figures = of.filter_map(|row| row.figures[self.figure].as_f64());
        let (target, worst) = match self.limit {
            AtLeast(least) => (format!("≥ {least}"), figures.reduce(f64::min)?),
            AtMost(most) => (format!("≤ {most}"), figures.reduce(f64::max)?),
        };
        let reached = match self.limit {
            AtLeast(least) => worst >= least,
            AtMost(most) => worst <= most,
        };
        let reached = if reached { "yes" } else { "**no**" };
        let worst = short(worst);
        Some(format!(
            "| {} | {target} | {worst} | {reached} |\n",
            self.what
        ))
    }
}

/// The table of the targets, of those that were measured.
pub fn goals(rows: &[Row]) -> String {
    let lines = GOALS.iter().filter_map(|goal| goal.line(rows));
    format!(
        "| target | | reached | |\n| --- | --- | --- | --- |\n{}",
        lines.collect::<String>()
    )
}
