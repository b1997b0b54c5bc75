use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Duration;

use super::super::testing::within_a_minute;
use super::*;

#[test]
fn shares_cover_the_range_in_order() {
    for range in [0..0, 5..5, 7..8, 3..10, 0..1000, u64::MAX - 3..u64::MAX] {
        for threads in [0, 1, 2, 3, 7, 1000] {
            let told = shares(threads, range.clone(), Ok::<_, ()>).unwrap();
            assert!(told.len() <= threads.max(1), "{told:?} on {threads} threads");
            assert!(told.len() == 1 || told.iter().all(|share| share.start < share.end), "{told:?}");
            let mut next = range.start;
            for share in &told {
                assert_eq!(share.start, next, "{told:?}");
                next = share.end;
            }
            assert_eq!(next, range.end, "{told:?}");
        }
    }
    assert_eq!(shares(3, 0..7, Ok::<_, ()>), Ok(vec![0..3, 3..6, 6..7]));
}

#[test]
fn the_first_share_is_worked_on_by_the_caller() {
    let caller = thread::current().id();
    let threads = shares(3, 0..3, |_| Ok::<_, ()>(thread::current().id())).unwrap();
    assert_eq!(threads.iter().filter(|thread| **thread == caller).count(), 1);
    assert_eq!(threads.first(), Some(&caller));
}

#[test]
fn the_first_error_in_order_wins_and_all_shares_end() {
    for threads in [1, 2, 4, 8] {
        let ended = Mutex::new(0);
        let told = shares(threads, 0..8, |share| {
            let outcome = match share.end {
                // The later share fails at once, the earlier one after a while.
                8 if threads > 1 => Err("last"),
                _ if share.start == 0 => {
                    thread::sleep(Duration::from_millis(20));
                    Err("first")
                }
                _ => Ok(()),
            };
            *ended.lock().unwrap() += 1;
            outcome
        });
        assert_eq!(told, Err("first"), "{threads} threads");
        assert_eq!(*ended.lock().unwrap(), threads);
    }
}

#[test]
fn a_panic_in_any_share_reaches_the_caller() {
    for threads in [1, 2, 4] {
        for place in 0..threads as u64 {
            let caught = within_a_minute(move || {
                let work = |share: Range<u64>| -> Result<(), ()> {
                    assert!(share.start != place, "broken");
                    Ok(())
                };
                catch_unwind(AssertUnwindSafe(|| shares(threads, 0..threads as u64, work)))
            });
            assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"broken"), "share {place}");
        }
    }
}
