//! Rows under their names, in columns as wide as what is in them.

use std::fmt::Write as _;

use console::{Style, measure_text_width};
use exporter::counted;

/// Columns a terminal must have for less than all to be shown.
const LEAST_WIDTH: usize = 20;
/// What stands before each line, and between two columns.
const GAP: &str = "  ";

/// Names, and rows of as many cells.
pub(super) struct Grid {
    names: Vec<String>,
    /// Whether the cells of a column are numbers, which stand at its right.
    numeric: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    pub(super) fn new(columns: impl Iterator<Item = (String, bool)>) -> Self {
        let (names, numeric) = columns.unzip();
        Self { names, numeric, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// The lines, with as many columns as fit `terminal`, if it is one; how many are left out stands below.
    pub(super) fn lines(&self, terminal: Option<usize>) -> String {
        let widths: Vec<usize> = (0..self.names.len()).map(|column| self.width(column)).collect();
        let mut shown = widths.len();
        if let Some(terminal) = terminal.filter(|width| *width >= LEAST_WIDTH) {
            let mut taken = 0;
            let fits = |width: &&usize| {
                taken += **width + GAP.len();
                taken <= terminal
            };
            shown = widths.iter().take_while(fits).count().max(1).min(widths.len());
        }
        let mut text = String::new();
        let bold = Style::new().bold();
        let names: Vec<String> = self.cells(&self.names, &widths).take(shown).collect();
        let _ = writeln!(text, "{GAP}{}", bold.apply_to(names.join(GAP).trim_end()));
        let rule: Vec<String> = widths.iter().take(shown).map(|width| "─".repeat(*width)).collect();
        let _ = writeln!(text, "{GAP}{}", rule.join(GAP));
        for row in &self.rows {
            let cells: Vec<String> = self.cells(row, &widths).take(shown).collect();
            let _ = writeln!(text, "{GAP}{}", cells.join(GAP).trim_end());
        }
        if shown < widths.len() {
            let more = counted((widths.len() - shown) as u64, "more variable");
            let _ = writeln!(text, "{GAP}({more}: wider terminals, files and pipes show all)");
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).chain(self.names.get(column));
        cells.map(|cell| measure_text_width(cell)).max().unwrap_or_default()
    }

    /// The cells of a row, each as wide as its column.
    fn cells<'a>(&'a self, row: &'a [String], widths: &'a [usize]) -> impl Iterator<Item = String> + 'a {
        row.iter().zip(widths).zip(&self.numeric).map(|((cell, width), numeric)| {
            let blanks = " ".repeat(width.saturating_sub(measure_text_width(cell)));
            if *numeric { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn numbers_stand_at_the_right_and_columns_that_do_not_fit_are_counted() {
        let columns = [("id", true), ("name", false), ("note", false)];
        let mut grid = Grid::new(columns.into_iter().map(|(name, numeric)| (name.to_owned(), numeric)));
        grid.push(["7", "Ada", "first of them"].map(str::to_owned).to_vec());
        grid.push(["120", "日本", ""].map(str::to_owned).to_vec());
        let all = "   id  name  note\n  ───  ────  ─────────────\n    7  Ada   first of them\n  120  日本\n";
        assert_eq!(grid.lines(None), all);
        assert_eq!(grid.lines(Some(26)), all);
        let less = "   id  name\n  ───  ────\n    7  Ada\n  120  日本\n  (1 more variable: wider terminals, files and pipes show all)\n";
        assert_eq!(grid.lines(Some(25)), less);
    }
}
