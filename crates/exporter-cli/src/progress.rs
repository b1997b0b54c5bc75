//! A progress bar on terminals: rows, bytes, rate, remaining; nothing when piped.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use exporter::{NoProgress, Progress};
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::ProgressWhen;

/// The progress to report to, and the bar to clear in the end.
pub(crate) fn start(when: ProgressWhen) -> (Arc<dyn Progress>, Option<ProgressBar>) {
    let show = match when {
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
    (Arc::new(Bar { bar: bar.clone(), bytes: AtomicU64::new(0) }), Some(bar))
}

const SPINNER: &str = "{spinner} {prefix} {human_pos} rows {msg} {elapsed}";
const BAR: &str = "{prefix} [{bar:30}] {human_pos}/{human_len} rows ({per_sec}) {msg} {eta} left";

fn style(template: &str) -> ProgressStyle {
    // The templates are constants; a wrong one would only cost its looks.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

struct Bar {
    bar: ProgressBar,
    bytes: AtomicU64,
}

impl Progress for Bar {
    fn stage(&self, name: &str, rows: Option<u64>) {
        self.bar.set_prefix(name.to_owned());
        self.bar.set_position(0);
        match rows {
            Some(rows) => {
                self.bar.set_length(rows);
                self.bar.set_style(style(BAR));
            }
            None => self.bar.set_style(style(SPINNER)),
        }
        self.bar.reset_eta();
    }

    fn rows(&self, more: u64) {
        self.bar.inc(more);
    }

    fn bytes(&self, more: u64) {
        let bytes = self.bytes.fetch_add(more, Ordering::Relaxed) + more;
        self.bar.set_message(HumanBytes(bytes).to_string());
    }
}
