//! Where everything is on the pages. Lengths are points (1/72 inch) from the upper left corner; a text's `y` is its base line.

use super::{
    Paper,
    typeface::{Style, Typefaces, bold, regular},
};

/// A4.
pub const WIDTH: f32 = 595.28;
pub const HEIGHT: f32 = 841.89;
const LEFT: f32 = 56.0;
const RIGHT: f32 = WIDTH - 56.0;
const TOP: f32 = 56.0;
/// Below it is the footer only.
const BOTTOM: f32 = HEIGHT - 78.0;
const FOOTER: f32 = HEIGHT - 44.0;

pub type Color = [u8; 3];
const INK: Color = [24, 28, 36];
const MUTED: Color = [98, 106, 120];
const ACCENT: Color = [30, 64, 120];
const SHADE: Color = [238, 241, 246];
const RULE: Color = [214, 219, 227];

const TEXT: Style = regular(9.5);
const SMALL: Style = regular(8.5);
const LABEL: Style = bold(8.0);
/// From one base line to the next.
const LEADING: f32 = 13.0;
/// Between the edge of the table and its text.
const PAD: f32 = 8.0;
/// Right edges of the columns of numbers.
const EDGES: [f32; 3] = [RIGHT - 212.0, RIGHT - 112.0, RIGHT - PAD];
/// Of a name in the table.
const NAME_WIDTH: f32 = EDGES[0] - 52.0 - LEFT - PAD;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Text {
        x: f32,
        y: f32,
        style: Style,
        color: Color,
        text: String,
    },
    Bar {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        color: Color,
    },
}

/// The marks of each page.
pub fn pages(paper: &Paper, fonts: &Typefaces) -> Vec<Vec<Mark>> {
    let mut sheet = Sheet {
        fonts,
        done: Vec::new(),
        page: Vec::new(),
        y: TOP,
    };
    sheet.head(paper);
    sheet.parties(paper);
    sheet.table(paper);
    sheet.totals(paper);
    sheet.notes(paper);
    sheet.finish(paper)
}

struct Sheet<'a> {
    fonts: &'a Typefaces,
    done: Vec<Vec<Mark>>,
    page: Vec<Mark>,
    /// The top of what comes next.
    y: f32,
}

impl Sheet<'_> {
    fn text(&mut self, x: f32, y: f32, style: Style, color: Color, text: &str) {
        let text = self.fonts.shown(text);
        if !text.is_empty() {
            self.page.push(Mark::Text {
                x,
                y,
                style,
                color,
                text,
            });
        }
    }

    /// Ends at `right`.
    fn flush_right(&mut self, right: f32, y: f32, style: Style, color: Color, text: &str) {
        let width = self.fonts.width(style, &self.fonts.shown(text));
        self.text(right - width, y, style, color, text);
    }

    fn bar(&mut self, x: f32, y: f32, width: f32, height: f32, color: Color) {
        self.page.push(Mark::Bar {
            x,
            y,
            width,
            height,
            color,
        });
    }

    fn rule(&mut self, y: f32) {
        self.bar(LEFT, y, RIGHT - LEFT, 0.6, RULE);
    }

    /// Whether a new page was begun because this height is not left.
    fn breaks_for(&mut self, height: f32) -> bool {
        let breaks = self.y + height > BOTTOM;
        if breaks {
            self.done.push(std::mem::take(&mut self.page));
            self.y = TOP;
        }
        breaks
    }

    /// Wrapped lines from `y` on; where they end.
    fn column(&mut self, x: f32, y: f32, width: f32, lines: &[String], style: Style) -> f32 {
        let mut y = y;
        for line in lines {
            for part in self.fonts.lines(style, line, width) {
                self.text(x, y, style, INK, &part);
                y += LEADING;
            }
        }
        y
    }

    /// The seller on the left; the title with the number on the right.
    fn head(&mut self, paper: &Paper) {
        let width = 270.0;
        let mut y = self.y + 14.0;
        for line in self.fonts.lines(bold(14.0), &paper.seller, width) {
            self.text(LEFT, y, bold(14.0), INK, &line);
            y += 18.0;
        }
        for line in &paper.seller_lines {
            for part in self.fonts.lines(SMALL, line, width) {
                self.text(LEFT, y, SMALL, MUTED, &part);
                y += 12.0;
            }
        }
        let title = self.y + 18.0;
        self.flush_right(RIGHT, title, bold(21.0), ACCENT, &paper.title);
        self.flush_right(RIGHT, title + 18.0, regular(10.5), INK, &paper.number);
        self.y = y.max(title + 30.0) + 14.0;
    }

    /// The recipient, the place of delivery and the facts, side by side.
    fn parties(&mut self, paper: &Paper) {
        self.rule(self.y);
        let top = self.y + 22.0;
        let mut end = top;
        for (x, lines) in [(LEFT, &paper.recipient), (LEFT + 165.0, &paper.delivery)] {
            let Some((label, lines)) = lines.split_first() else {
                continue;
            };
            self.text(x, top, LABEL, MUTED, label);
            end = end.max(self.column(x, top + 15.0, 150.0, lines, TEXT));
        }
        let x = LEFT + 330.0;
        let mut y = top;
        for (label, value) in &paper.facts {
            self.text(x, y, LABEL, MUTED, label);
            let lines = self.fonts.lines(TEXT, value, RIGHT - x - 58.0);
            for line in &lines {
                self.flush_right(RIGHT, y, TEXT, INK, line);
                y += LEADING;
            }
            y += 3.0;
        }
        self.y = end.max(y) + 12.0;
    }

    fn table_head(&mut self, paper: &Paper) {
        self.bar(LEFT, self.y, RIGHT - LEFT, 22.0, SHADE);
        let y = self.y + 14.5;
        let [name, numbers @ ..] = &paper.columns;
        self.text(LEFT + PAD, y, LABEL, MUTED, name);
        for (edge, label) in EDGES.into_iter().zip(numbers) {
            self.flush_right(edge, y, LABEL, MUTED, label);
        }
        self.y += 22.0;
    }

    /// The rows, each on one page, with the head again on every page.
    fn table(&mut self, paper: &Paper) {
        self.breaks_for(60.0);
        self.table_head(paper);
        for [name, numbers @ ..] in &paper.rows {
            let lines = self.fonts.lines(TEXT, name, NAME_WIDTH);
            let height = (lines.len().max(1) as f32).mul_add(LEADING, 9.0);
            if self.breaks_for(height) {
                self.table_head(paper);
            }
            let y = self.y + 15.0;
            self.column(LEFT + PAD, y, NAME_WIDTH, &lines, TEXT);
            for (edge, number) in EDGES.into_iter().zip(numbers) {
                self.flush_right(edge, y, TEXT, INK, number);
            }
            self.y += height;
            self.rule(self.y);
        }
    }

    fn totals(&mut self, paper: &Paper) {
        let x = RIGHT - 230.0;
        let Some(((label, amount), others)) = paper.totals.split_last() else {
            return;
        };
        self.breaks_for((others.len() as f32).mul_add(17.0, 48.0));
        self.y += 20.0;
        for (label, amount) in others {
            self.text(x + PAD, self.y, TEXT, MUTED, label);
            self.flush_right(RIGHT - PAD, self.y, TEXT, INK, amount);
            self.y += 17.0;
        }
        self.bar(x, self.y - 8.0, RIGHT - x, 26.0, SHADE);
        self.text(x + PAD, self.y + 9.0, bold(11.0), INK, label);
        self.flush_right(RIGHT - PAD, self.y + 9.0, bold(11.0), INK, amount);
        self.y += 34.0;
    }

    fn notes(&mut self, paper: &Paper) {
        for note in &paper.notes {
            self.y += 8.0;
            for line in self.fonts.lines(TEXT, note, RIGHT - LEFT) {
                self.breaks_for(LEADING);
                self.y += LEADING;
                self.text(LEFT, self.y, TEXT, MUTED, &line);
            }
        }
    }

    /// Adds the footers: only now the number of pages is known.
    fn finish(mut self, paper: &Paper) -> Vec<Vec<Mark>> {
        self.done.push(std::mem::take(&mut self.page));
        let pages = std::mem::take(&mut self.done);
        let all = pages.len();
        let footed = pages.into_iter().enumerate().map(|(n, page)| {
            self.page = page;
            self.rule(FOOTER - 14.0);
            let place = format!("{} · {} {}", paper.seller, paper.title, paper.number);
            let width = RIGHT - LEFT - 80.0;
            let lines = self.fonts.lines(SMALL, &place, width);
            if let Some(line) = lines.first() {
                self.text(LEFT, FOOTER, SMALL, MUTED, line);
            }
            let number = format!("Page {} of {all}", n + 1);
            self.flush_right(RIGHT, FOOTER, SMALL, MUTED, &number);
            std::mem::take(&mut self.page)
        });
        footed.collect()
    }
}
