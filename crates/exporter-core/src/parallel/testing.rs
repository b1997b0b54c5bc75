//! What the tests of all shapes need.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Fails the test instead of hanging when something waits for ever.
pub(super) fn within_a_minute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(60)).expect("the threads hang or the closure panics")
}

/// Uneven work, so that results come out of order.
pub(super) fn slow(number: u64) {
    if number.is_multiple_of(3) {
        thread::sleep(Duration::from_micros(200));
    }
}
