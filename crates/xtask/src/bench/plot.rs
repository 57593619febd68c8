//! A picture of the ratios: a bar for each measurement that has a ceiling, and a line at the ceiling.

use std::fmt::Write as _;

use super::row::Row;

const WIDTH: f64 = 1010.0;
/// Of the names.
const NAMES: f64 = 440.0;
/// Of the rates, to the right of the bars.
const RATES: f64 = 130.0;
const LINE: f64 = 30.0;
const TOP: f64 = 44.0;

/// Colours of both themes: the reader's browser chooses.
const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { fill: #59636e } .bar { fill: #2f6f9f } .rest { fill: #d8dee4 } .ceiling { stroke: #b3541e; stroke-width: 2 } \
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .small { fill: #9198a1 } .bar { fill: #58a6d6 } .rest { fill: #2d333b } .ceiling { stroke: #f0883e } }";

/// The picture as SVG. The bars are as long as the share of the ceiling that was reached.
pub fn svg(rows: &[Row]) -> String {
    // Those of the scale part are compared with a small shop, not with a ceiling.
    let shown = |row: &Row| !row.name.contains(": scale: ");
    let ratio = |row: &Row| row.figures["ratio"].as_f64().filter(|_| shown(row));
    let bars: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, ratio(row)?)))
        .collect();
    let most = bars.iter().map(|(_, ratio)| *ratio).fold(1.0, f64::max);
    let unit = (WIDTH - NAMES - RATES) / most;
    let height = TOP + LINE * bars.len() as f64 + 10.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Rates as shares of their ceilings\">\n\
         <style>{STYLE}</style>\n"
    );
    let ceiling = NAMES + unit;
    let _ = writeln!(
        text,
        "<text class=\"small\" x=\"{ceiling}\" y=\"18\" text-anchor=\"middle\">ceiling = 1</text>"
    );
    for ((row, ratio), number) in bars.into_iter().zip(0..) {
        let y = LINE.mul_add(f64::from(number), TOP);
        let rate = row.figures["per_second"].as_f64().unwrap_or(0.0);
        let (middle, length) = (y + 15.0, unit * ratio);
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\n\
             <rect class=\"rest\" x=\"{NAMES}\" y=\"{y}\" width=\"{unit:.1}\" height=\"20\"/>\n\
             <rect class=\"bar\" x=\"{NAMES}\" y=\"{y}\" width=\"{length:.1}\" height=\"20\"/>\n\
             <text class=\"small\" x=\"{:.1}\" y=\"{middle}\">{ratio:.2} · {rate:.0}/s</text>",
            NAMES - 10.0,
            escaped(&row.name),
            NAMES + unit.max(length) + 8.0,
        );
    }
    let _ = writeln!(
        text,
        "<line class=\"ceiling\" x1=\"{ceiling:.1}\" x2=\"{ceiling:.1}\" y1=\"{}\" y2=\"{}\"/>\n</svg>",
        TOP - 16.0,
        height - 8.0
    );
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
