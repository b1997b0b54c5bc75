//! A progress bar on terminals: rows, bytes, rate, remaining; nothing when piped.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use exporter::{NoProgress, Progress};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::ProgressWhen;
use crate::terminal::is_quiet;

/// The progress to report to, and the bar to clear in the end.
pub(crate) fn start(when: ProgressWhen) -> (Arc<dyn Progress>, Option<ProgressBar>) {
    let show = !is_quiet()
        && match when {
            ProgressWhen::Always => true,
            ProgressWhen::Never => false,
            ProgressWhen::Auto => std::io::stderr().is_terminal(),
        };
    if !show {
        return (Arc::new(NoProgress), None);
    }
    let bar = ProgressBar::new_spinner();
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar.set_style(style(SPINNER));
    let (rows, bytes) = Default::default();
    let stage = Mutex::new(Stage { name: String::new(), rows: None, began: Instant::now() });
    (Arc::new(Bar { bar: bar.clone(), stage, rows, bytes }), Some(bar))
}

/// What is shown never wraps: the message is cut at the width of the terminal.
const SPINNER: &str = "{spinner} {wide_msg}";
const BAR: &str = "[{bar:20}] {wide_msg}";

fn style(template: &str) -> ProgressStyle {
    // The templates are constants; a wrong one would only cost its looks.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

struct Bar {
    bar: ProgressBar,
    stage: Mutex<Stage>,
    rows: AtomicU64,
    bytes: AtomicU64,
}

/// What is done now.
struct Stage {
    name: String,
    rows: Option<u64>,
    began: Instant,
}

impl Bar {
    fn show(&self) {
        let stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, bytes) = (self.rows.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        self.bar.set_message(message(&stage.name, (rows, stage.rows), bytes, stage.began.elapsed()));
    }
}

/// What stands beside the bar: the stage, rows of how many, bytes, rows a second, and how long it will take.
fn message(stage: &str, (rows, all): (u64, Option<u64>), bytes: u64, elapsed: Duration) -> String {
    let mut parts = vec![match all {
        Some(all) => format!("{stage} {}/{} rows", short(rows as f64), short(all as f64)),
        None => format!("{stage} {} rows", short(rows as f64)),
    }];
    if bytes > 0 {
        parts.push(format!("{}B", short(bytes as f64)));
    }
    let seconds = elapsed.as_secs_f64();
    if rows > 0 && seconds >= 1.0 {
        let rate = rows as f64 / seconds;
        parts.push(format!("{} rows/s", short(rate)));
        if let Some(left) = all.and_then(|all| all.checked_sub(rows)).filter(|left| *left > 0) {
            parts.push(format!("{} left", HumanDuration(Duration::from_secs_f64(left as f64 / rate))));
        }
    }
    parts.join(", ")
}

/// A number with two significant digits: 950, 1.2 k, 34 M.
fn short(number: f64) -> String {
    let mut rest = number;
    let mut units = ["", " k", " M", " G", " T"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while rest >= 999.5 {
        let Some(next) = units.next() else { break };
        (rest, unit) = (rest / 1000.0, next);
    }
    match rest {
        _ if unit.is_empty() => format!("{rest:.0}"),
        _ if rest < 9.95 => format!("{rest:.1}{unit}"),
        _ => format!("{rest:.0}{unit}"),
    }
}

impl Progress for Bar {
    fn stage(&self, name: &str, rows: Option<u64>) {
        let stage = Stage { name: name.to_owned(), rows, began: Instant::now() };
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        self.rows.store(0, Ordering::Relaxed);
        self.bar.set_position(0);
        match rows {
            Some(rows) => {
                self.bar.set_length(rows);
                self.bar.set_style(style(BAR));
            }
            None => self.bar.set_style(style(SPINNER)),
        }
        self.show();
    }

    fn rows(&self, more: u64) {
        self.rows.fetch_add(more, Ordering::Relaxed);
        self.bar.inc(more);
        self.show();
    }

    fn bytes(&self, more: u64) {
        self.bytes.fetch_add(more, Ordering::Relaxed);
        self.show();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_digits() {
        let shown = [0.0, 7.0, 950.0, 999.6, 1234.0, 9960.0, 34_567_000.0, 5e12].map(short);
        assert_eq!(shown, ["0", "7", "950", "1.0 k", "1.2 k", "10 k", "35 M", "5.0 T"]);
    }

    #[test]
    fn the_message_says_what_is_known() {
        let second = Duration::from_secs(1);
        assert_eq!(message("write", (0, None), 0, second), "write 0 rows");
        let half = message("write", (500_000, Some(1_000_000)), 2_500_000, 2 * second);
        assert_eq!(half, "write 500 k/1.0 M rows, 2.5 MB, 250 k rows/s, 2 seconds left");
    }
}
