//! Ctrl-C: the first asks the export to stop and clean up, the second ends the program at once.

use exporter::Cancel;

use crate::terminal::say;

/// A cancel flag that Ctrl-C (and a termination signal) raises.
pub(crate) fn on_signal() -> Cancel {
    let cancel = Cancel::default();
    let raised = cancel.clone();
    let installed = ctrlc::set_handler(move || {
        if raised.is_cancelled() {
            std::process::exit(130);
        }
        say("cancelling: press Ctrl-C once more to stop at once");
        raised.cancel();
    });
    if let Err(error) = installed {
        say(&format!("warning: Ctrl-C will not clean up: {error}"));
    }
    cancel
}
