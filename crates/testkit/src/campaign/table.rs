//! The campaign's results for people.

use std::fmt::Write as _;

use super::{Fault, Outcome, Shape, Tolerance};

/// Findings of each kind that are printed; the folder has all of them.
const SHOWN: usize = 10;

/// One line of the table.
pub struct Row {
    pub fault: &'static Fault,
    pub shape: Shape,
    /// The error of the run itself, such as a platform that does not come back.
    pub outcome: Result<Outcome, String>,
}

pub const HEAD: &str = "| fault | shape | tried → acknowledged | lost | twice | wrong | failed answers | recovery: order, PAID | verdict |\n\
    | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

impl Row {
    /// Whether nothing was lost, nothing happened twice, and the fault allows every failed response.
    pub fn holds(&self) -> bool {
        match &self.outcome {
            Err(_) => false,
            Ok(outcome) => {
                let found = &outcome.differences;
                found.lost.is_empty()
                    && found.twice.is_empty()
                    && found.wrong.is_empty()
                    && self.intolerable(outcome).is_empty()
            }
        }
    }

    /// The failed responses that the fault does not allow.
    fn intolerable(&self, outcome: &Outcome) -> Vec<String> {
        let counts = outcome.failed.iter();
        counts
            .filter(|(what, _)| !self.fault.tolerance.allows(what))
            .map(|(what, count)| format!("{count} × {what}"))
            .collect()
    }

    pub fn line(&self) -> String {
        let (name, shape) = (self.fault.name, self.shape);
        let outcome = match &self.outcome {
            Err(error) => {
                let first = error.lines().next().unwrap_or_default();
                return format!("| {name} | {shape} | | | | | | | FAILED: {first} |");
            }
            Ok(outcome) => outcome,
        };
        if let Some(reason) = &outcome.skipped {
            return format!("| {name} | {shape} | | | | | | | skipped: {reason} |");
        }
        let found = &outcome.differences;
        let failed: Vec<_> = outcome
            .failed
            .iter()
            .map(|(what, count)| format!("{count} × {what}"))
            .collect();
        let recovery = outcome.recovery.map_or_else(String::new, |(order, paid)| {
            format!("{:.1} s, {:.1} s", order.as_secs_f64(), paid.as_secs_f64())
        });
        let verdict = if self.holds() { "holds" } else { "FAILED" };
        format!(
            "| {name} | {shape} | {} → {} | {} | {} | {} | {} | {recovery} | {verdict} |",
            outcome.tried,
            outcome.acknowledged,
            found.lost.len(),
            found.twice.len(),
            found.wrong.len(),
            failed.join(", "),
        )
    }

    /// All findings, at most `most` of each kind.
    pub fn findings(&self, most: usize) -> String {
        let mut text = String::new();
        let outcome = match &self.outcome {
            Err(error) => return format!("  {error}\n"),
            Ok(outcome) => outcome,
        };
        let found = &outcome.differences;
        for (kind, all) in [
            ("lost", &found.lost),
            ("twice", &found.twice),
            ("wrong", &found.wrong),
        ] {
            for one in all.iter().take(most) {
                let _ = writeln!(text, "  {kind}: {one}");
            }
            if all.len() > most {
                let _ = writeln!(text, "  {kind}: and {} more", all.len() - most);
            }
        }
        for one in self.intolerable(outcome) {
            let _ = writeln!(text, "  answers that this fault does not allow: {one}");
        }
        text
    }

    pub fn short(&self) -> String {
        self.findings(SHOWN)
    }
}

impl Tolerance {
    fn allows(self, failed: &str) -> bool {
        match failed {
            // The contract of idempotency keys: the first request is still in progress.
            "409 at work" => true,
            "503" => self != Self::Nothing,
            "refused" => matches!(self, Self::Away | Self::Broken),
            "cut off" => self == Self::Broken,
            _ => false,
        }
    }
}
