use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::super::testing::{slow, within_a_minute};
use super::*;

/// Numbers below `count` squared, those that are no multiple of three; `how` is called with each number at its stage.
fn start(
    threads: usize,
    count: u64,
    how: impl Fn(&str, u64) -> Result<(), String> + Clone + Send + Sync + 'static,
) -> ReadAhead<u64, String> {
    let (source, finish) = (how.clone(), how.clone());
    let items = (0..count).map(move |number| source("source", number).map(|()| number));
    let work = move |number: u64, result: &mut (u64, u64)| {
        slow(number);
        how("work", number)?;
        *result = (number, number * number);
        Ok(())
    };
    let finish = move |(number, square): &mut (u64, u64)| {
        finish("finish", *number)?;
        Ok((*number % 3 != 0).then_some(*square))
    };
    read_ahead("test", threads, items, work, finish).unwrap()
}

fn squares(count: u64) -> Vec<u64> {
    (0..count).filter(|number| number % 3 != 0).map(|number| number * number).collect()
}

#[test]
fn results_come_in_order_at_any_number_of_threads() {
    for threads in [0, 1, 2, 8, 1000] {
        for count in [0, 1, 2, 500] {
            let got =
                within_a_minute(move || start(threads, count, |_, _| Ok(())).collect::<Result<Vec<_>, _>>());
            assert_eq!(got, Ok(squares(count)), "{threads} threads");
        }
    }
}

#[test]
fn the_first_error_in_order_comes_behind_what_was_before_it_and_ends_the_iterator() {
    for threads in [1, 2, 8] {
        for stage in ["source", "work", "finish"] {
            for bad in [0, 1, 100, 199] {
                let how = move |at: &str, number: u64| match () {
                    () if at == stage && number == bad => Err(format!("{stage} {number}")),
                    () if at == "work" && number > bad => Err("later".to_owned()),
                    () => Ok(()),
                };
                let (got, error, after) = within_a_minute(move || {
                    let mut ahead = start(threads, 200, how);
                    let mut got = Vec::new();
                    let error = ahead.by_ref().find_map(|result| result.map(|square| got.push(square)).err());
                    (got, error, ahead.next())
                });
                assert_eq!(error.as_deref(), Some(&*format!("{stage} {bad}")), "{threads} threads");
                assert_eq!((got, after), (squares(bad), None), "{threads} threads, {stage} {bad}");
            }
        }
    }
}

#[test]
fn a_panic_anywhere_goes_on_in_the_taker() {
    for threads in [1, 2, 8] {
        for stage in ["source", "work", "finish"] {
            let caught = within_a_minute(move || {
                let how = move |at: &str, number: u64| {
                    assert!(at != stage || number != 7, "broken");
                    Ok(())
                };
                let mut got = Vec::new();
                let taken = catch_unwind(AssertUnwindSafe(|| {
                    start(threads, 200, how).for_each(|square| got.push(square.unwrap()));
                }));
                assert_eq!(got, squares(7));
                taken
            });
            let payload = caught.unwrap_err();
            assert_eq!(payload.downcast_ref::<&str>(), Some(&"broken"), "{threads} threads, {stage}");
        }
    }
}

#[test]
fn dropping_it_stops_the_threads() {
    for threads in [1, 2, 8] {
        for taken in [0, 1, 20] {
            let begun = Arc::new(AtomicU64::new(0));
            let seen = Arc::clone(&begun);
            within_a_minute(move || {
                let how = move |at: &str, _| {
                    seen.fetch_add(u64::from(at == "work"), Ordering::SeqCst);
                    Ok(())
                };
                let mut ahead = start(threads, u64::MAX, how);
                assert_eq!(ahead.by_ref().take(taken).filter(Result::is_ok).count(), taken);
            });
            let stopped = begun.load(Ordering::SeqCst);
            thread::sleep(Duration::from_millis(2));
            assert_eq!(begun.load(Ordering::SeqCst), stopped, "{threads} threads");
        }
    }
}

#[test]
fn work_stops_ahead_of_a_slow_taker() {
    for threads in [1, 2, 8] {
        let (sourced, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let items = (0..300u64).map({
            let sourced = Arc::clone(&sourced);
            move |number| {
                sourced.fetch_add(1, Ordering::SeqCst);
                Ok::<_, ()>(number)
            }
        });
        let work = |number: u64, result: &mut u64| {
            *result = number;
            Ok(())
        };
        let ahead = read_ahead("test", threads, items, work, |number| Ok(Some(*number))).unwrap();
        for (taken, number) in ahead.enumerate() {
            assert_eq!(number, Ok(taken as u64));
            thread::sleep(Duration::from_micros(50));
            most.fetch_max(sourced.load(Ordering::SeqCst) - taken, Ordering::SeqCst);
        }
        let most = most.load(Ordering::SeqCst);
        // With the one that waits and the one that is taken.
        assert!(most <= 2 * threads + 3, "{most} items with {threads} threads");
    }
}
