//! Repeats several measurements in turn and takes medians: what disturbs the machine for a while disturbs all of them, and the others
//! are measured between the repetitions of each.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::row::Row;

/// One of the measurements that take turns.
pub struct Case<'a> {
    pub name: String,
    /// The case that it is compared with.
    pub ceiling: Option<String>,
    /// Figures of one repetition: numbers, and objects of numbers.
    pub run: Box<dyn FnMut() -> Result<Value> + 'a>,
}

impl<'a> Case<'a> {
    pub fn new(name: impl Into<String>, run: impl FnMut() -> Result<Value> + 'a) -> Self {
        Self {
            name: name.into(),
            ceiling: None,
            run: Box::new(run),
        }
    }

    #[must_use]
    pub fn of(mut self, ceiling: &str) -> Self {
        self.ceiling = Some(ceiling.to_owned());
        self
    }
}

/// One row for each case, with the medians of its figures, all of its rates, and the ratio of its median rate to its ceiling's.
pub fn alternate(repetitions: usize, mut cases: Vec<Case<'_>>) -> Result<Vec<Row>> {
    let mut figures: Vec<Vec<Value>> = cases.iter().map(|_| Vec::new()).collect();
    for repetition in 1..=repetitions {
        for (case, figures) in cases.iter_mut().zip(&mut figures) {
            let some = (case.run)()?;
            println!("{repetition}/{repetitions} {}: {some}", case.name);
            figures.push(some);
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for (case, figures) in cases.into_iter().zip(figures) {
        let rates: Vec<_> = figures.iter().filter_map(rate).collect();
        let mut row = Row {
            name: case.name,
            ceiling: case.ceiling,
            figures: median(&figures),
        };
        if rates.len() > 1 {
            row.figures["rates"] = json!(rates);
        }
        rows.push(row);
    }
    let rates: Vec<_> = rows
        .iter()
        .map(|row| (row.name.clone(), rate(&row.figures)))
        .collect();
    for row in &mut rows {
        let ceiling = rates
            .iter()
            .find(|(name, _)| Some(name) == row.ceiling.as_ref());
        let ceiling = ceiling.and_then(|(_, rate)| *rate);
        if let Some((reached, most)) = rate(&row.figures).zip(ceiling) {
            row.figures["ratio"] = json!(reached / most);
        }
    }
    Ok(rows)
}

fn rate(figures: &Value) -> Option<f64> {
    figures["per_second"].as_f64()
}

/// The median of each number by its name; of anything else, the last.
fn median(all: &[Value]) -> Value {
    match all.last() {
        Some(Value::Object(last)) => {
            let of = |name: &String| {
                let some: Vec<_> = all
                    .iter()
                    .filter_map(|one| one.get(name))
                    .cloned()
                    .collect();
                (name.clone(), median(&some))
            };
            Value::Object(last.keys().map(of).collect::<Map<_, _>>())
        }
        Some(Value::Number(_)) => {
            let mut numbers: Vec<f64> = all.iter().filter_map(Value::as_f64).collect();
            numbers.sort_by(f64::total_cmp);
            let (low, high) = ((numbers.len() - 1) / 2, numbers.len() / 2);
            json!(f64::midpoint(numbers[low], numbers[high]))
        }
        Some(other) => other.clone(),
        None => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_take_turns_and_medians_are_compared() {
        let order = std::cell::RefCell::new(String::new());
        let case = |name: &'static str, mut rates: Vec<f64>| {
            let order = &order;
            Case::new(name, move || {
                order.borrow_mut().push_str(name);
                Ok(json!({"per_second": rates.pop(), "cpu_us": {"load": rates.len()}}))
            })
        };
        let cases = vec![
            case("a", vec![30.0, 900.0, 20.0]),
            case("b", vec![5.0, 10.0, 15.0]).of("a"),
        ];
        let rows = alternate(3, cases).expect("no case fails");
        assert_eq!(*order.borrow(), "ababab");
        assert_eq!(rows[0].figures["per_second"], json!(30.0));
        assert_eq!(rows[0].figures["cpu_us"], json!({"load": 1.0}));
        assert_eq!(rows[1].figures["rates"], json!([15.0, 10.0, 5.0]));
        assert_eq!(rows[1].figures["ratio"], json!(10.0 / 30.0));
    }
}
