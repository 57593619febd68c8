//! What units of an order cost when they are refunded. Pure.

use waybill_primitives::{FieldErrors, share_of};
use waybill_proto::payment as proto;

use super::domain::{Line, Refund, RefundState};
use crate::payments::domain::OrderLine;

/// Why units of a line are not refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the order has no such line")]
    NoLine,
    #[error("comes twice")]
    Twice,
    #[error("at most {0} units of it can still be refunded")]
    TooMany(i64),
    #[error("it has no stock that it could go back to")]
    NoStock,
}

/// A problem, and which of the asked lines has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub index: usize,
    pub problem: Problem,
}

/// Units of a line that refunds were made for, or still are.
fn taken(earlier: &[Refund], position: i32) -> i64 {
    let lines = earlier
        .iter()
        .filter(|refund| refund.state != RefundState::Failed)
        .flat_map(Refund::lines);
    lines
        .filter(|line| line.position == position)
        .map(|line| line.quantity)
        .sum()
}

/// What the asked units cost, in minor units of the order's currency; each at least one. `earlier`: the other refunds of the payment.
pub fn cost(order: &[OrderLine], earlier: &[Refund], asked: &[Line]) -> Result<i64, Refused> {
    let mut sum = 0;
    for (index, line) in asked.iter().enumerate() {
        let refused = |problem| Refused { index, problem };
        let place = usize::try_from(line.position).ok();
        let item = place.and_then(|place| order.get(place));
        let item = item.ok_or(refused(Problem::NoLine))?;
        let mut before = asked.iter().take(index);
        if before.any(|other| other.position == line.position) {
            return Err(refused(Problem::Twice));
        }
        let taken = taken(earlier, line.position);
        let left = item.quantity - taken;
        if line.quantity > left {
            return Err(refused(Problem::TooMany(left.max(0))));
        }
        if line.restock && !item.has_stock {
            return Err(refused(Problem::NoStock));
        }
        let share = |units| share_of(item.total, units, item.quantity);
        sum += share(taken + line.quantity) - share(taken);
    }
    Ok(sum)
}

impl From<&Line> for proto::RefundLine {
    fn from(line: &Line) -> Self {
        Self {
            position: line.position,
            quantity: line.quantity,
            restock: line.restock,
        }
    }
}

/// The lines of a request, within their bounds.
pub fn read(lines: &[proto::RefundLine], errors: &mut FieldErrors) -> Vec<Line> {
    type Pb = proto::RefundLine;
    let most = proto::CreateRefundRequest::MAX_LINES;
    errors.items("lines", lines.len(), most);
    let lines = lines.iter().enumerate().map(|(index, line)| {
        let field = |name: &str| format!("lines[{index}].{name}");
        let (position, first, last) = (line.position, Pb::MIN_POSITION, Pb::MAX_POSITION);
        errors.number(
            &field("position"),
            position.into(),
            first.into(),
            last.into(),
        );
        let (least, most) = (Pb::MIN_QUANTITY, Pb::MAX_QUANTITY);
        errors.number(&field("quantity"), line.quantity, least, most);
        Line {
            position: line.position,
            quantity: line.quantity,
            restock: line.restock,
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use waybill_primitives::{Currency, Money, Timestamp};

    use super::*;
    use crate::payments::testing::payment;

    fn order() -> Vec<OrderLine> {
        vec![
            OrderLine {
                quantity: 3,
                total: 1_000,
                has_stock: true,
            },
            OrderLine {
                quantity: 1,
                total: 500,
                has_stock: false,
            },
        ]
    }

    const fn line(position: i32, quantity: i64, restock: bool) -> Line {
        Line {
            position,
            quantity,
            restock,
        }
    }

    fn refund(lines: Vec<Line>, state: RefundState) -> Refund {
        let payment = payment(Money::new(1_500, Currency::USD));
        let refund = Refund::new(&payment, 1, lines, "", None, Timestamp::UNIX_EPOCH);
        Refund { state, ..refund }
    }

    #[test]
    fn only_units_that_are_there_are_refunded() {
        let earlier = [
            refund(vec![line(0, 2, false)], RefundState::Pending),
            refund(vec![line(1, 1, false)], RefundState::Failed),
        ];
        let problem = |asked: &[Line]| {
            let refused = cost(&order(), &earlier, asked).expect_err("refused");
            (refused.index, refused.problem)
        };
        assert_eq!(problem(&[line(2, 1, false)]), (0, Problem::NoLine));
        assert_eq!(problem(&[line(-1, 1, false)]), (0, Problem::NoLine));
        assert_eq!(problem(&[line(0, 2, false)]), (0, Problem::TooMany(1)));
        assert_eq!(problem(&[line(1, 1, true)]), (0, Problem::NoStock));
        let twice = [line(1, 1, false), line(1, 1, false)];
        assert_eq!(problem(&twice), (1, Problem::Twice));
        let rest = [line(0, 1, true), line(1, 1, false)];
        assert_eq!(cost(&order(), &earlier, &rest), Ok(334 + 500));
    }

    proptest! {
        #[test]
        fn the_parts_of_a_line_cost_what_the_line_costs(
            total in 0_i64..1_000_000_000_000, parts in prop::collection::vec(1_i64..1_000, 1..10),
        ) {
            let quantity = parts.iter().sum();
            let order = [OrderLine { quantity, total, has_stock: true }];
            let (mut earlier, mut sum) = (Vec::new(), 0);
            for part in parts {
                let asked = vec![line(0, part, true)];
                let cost = cost(&order, &earlier, &asked).expect("there are so many");
                prop_assert!(cost >= 0);
                sum += cost;
                earlier.push(refund(asked, RefundState::Succeeded));
            }
            prop_assert_eq!(sum, total);
        }
    }
}
