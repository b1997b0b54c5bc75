use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::super::testing::{slow, within_a_minute};
use super::*;
use crate::error::{Error, ErrorKind, Result};

fn squares(threads: usize, count: u64) -> Vec<u64> {
    let mut got = Vec::new();
    let work = |number: u64, result: &mut u64| {
        slow(number);
        *result = number * number;
        Ok::<_, Error>(())
    };
    ordered(threads, (0..count).map(Ok::<_, Error>), work, |result| {
        got.push(*result);
        Ok(())
    })
    .unwrap();
    got
}

#[test]
fn results_are_the_same_at_any_number_of_threads() {
    for count in [0, 1, 2, 15, 500] {
        let expected: Vec<u64> = (0..count).map(|number| number * number).collect();
        for threads in [1, 2, 8, 1000] {
            assert_eq!(within_a_minute(move || squares(threads, count)), expected, "{threads} threads");
        }
    }
}

/// Where a run breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Break {
    Source,
    Work,
    Consume,
}

fn broken(threads: usize, at: Break, number: u64, how: fn() -> Result<()>) -> (Vec<u64>, Result<()>) {
    let mut got = Vec::new();
    let items = (0..200u64).map(|item| {
        if at == Break::Source && item == number {
            how()?;
        }
        Ok(item)
    });
    let work = |item: u64, result: &mut u64| {
        slow(item);
        if at == Break::Work && item == number {
            how()?;
        }
        *result = item;
        Ok(())
    };
    let ended = ordered(threads, items, work, |result| {
        if at == Break::Consume && *result == number {
            how()?;
        }
        got.push(*result);
        Ok(())
    });
    (got, ended)
}

#[test]
fn an_error_anywhere_ends_the_run_after_what_came_before() {
    for threads in [1, 2, 8] {
        for at in [Break::Source, Break::Work, Break::Consume] {
            for number in [0, 1, 7, 100, 199] {
                let (got, ended) =
                    within_a_minute(move || broken(threads, at, number, || Err(Error::limit("broken"))));
                assert_eq!(ended.unwrap_err().kind(), ErrorKind::Limit, "{threads} {at:?} {number}");
                assert_eq!(got, (0..number).collect::<Vec<_>>(), "{threads} {at:?} {number}");
            }
        }
    }
}

#[test]
fn a_panic_anywhere_reaches_the_caller_and_nobody_waits() {
    for threads in [1, 2, 8] {
        for at in [Break::Source, Break::Work, Break::Consume] {
            for number in [0, 7, 199] {
                let caught = within_a_minute(move || {
                    catch_unwind(AssertUnwindSafe(|| broken(threads, at, number, || panic!("broken"))))
                        .map(drop)
                });
                let payload = caught.unwrap_err();
                assert_eq!(payload.downcast_ref::<&str>(), Some(&"broken"), "{threads} {at:?} {number}");
            }
        }
    }
}

#[test]
fn the_first_error_in_order_wins() {
    for threads in [1, 2, 8] {
        let work = |item: u64, _: &mut ()| match item {
            // The later item fails at once, the earlier one after a while.
            3 => {
                thread::sleep(Duration::from_millis(20));
                Err(Error::limit("three"))
            }
            4.. => Err(Error::invalid("later")),
            _ => Ok(()),
        };
        let error = ordered(threads, (0..50).map(Ok), work, |()| Ok(())).unwrap_err();
        assert_eq!(error.message(), "three", "{threads} threads");
    }
}

#[test]
fn the_source_is_not_asked_again_after_its_end_or_error() {
    for threads in [1, 2, 8] {
        for last in [None, Some(Err(Error::cancelled()))] {
            let fails = last.is_some();
            let mut last = Some(last);
            let mut left = 5u64;
            let asked_again = AtomicUsize::new(0);
            let items = std::iter::from_fn(|| match left {
                0 => last.take().unwrap_or_else(|| {
                    asked_again.fetch_add(1, Ordering::SeqCst);
                    Some(Ok(99))
                }),
                _ => {
                    left -= 1;
                    Some(Ok(left))
                }
            });
            let mut count = 0;
            let ended = ordered(
                threads,
                items,
                |_: u64, _: &mut ()| Ok(()),
                |()| {
                    count += 1;
                    Ok(())
                },
            );
            assert_eq!((ended.is_err(), count), (fails, 5), "{threads} threads");
            assert_eq!(asked_again.into_inner(), 0, "{threads} threads");
        }
    }
}

#[test]
fn only_so_many_items_are_in_flight() {
    for threads in [1, 2, 8] {
        let in_flight = AtomicUsize::new(0);
        let most = AtomicUsize::new(0);
        let made = AtomicUsize::new(0);
        let items = (0..300u64).map(|item| {
            most.fetch_max(in_flight.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            Ok(item)
        });
        #[derive(Default)]
        struct Buffer(bool);
        let work = |_: u64, buffer: &mut Buffer| {
            if !std::mem::replace(&mut buffer.0, true) {
                made.fetch_add(1, Ordering::SeqCst);
            }
            Ok(())
        };
        ordered(threads, items, work, |_| -> Result<()> {
            // A slow consumer: everything before it fills up.
            thread::sleep(Duration::from_micros(50));
            in_flight.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        })
        .unwrap();
        let limit = if threads == 1 { 1 } else { 2 * threads };
        assert!(most.load(Ordering::SeqCst) <= limit, "{most:?} items with {threads} threads");
        assert!(made.load(Ordering::SeqCst) <= limit, "{made:?} buffers with {threads} threads");
    }
}

#[test]
fn as_many_results_as_asked_for_exist() {
    for (threads, results) in [(4, 1), (4, 3), (3, 3), (3, 5)] {
        let (made, working, most) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |item: u64, buffer: &mut bool| {
            most.fetch_max(working.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            slow(item);
            if !std::mem::replace(buffer, true) {
                made.fetch_add(1, Ordering::SeqCst);
            }
            working.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, Error>(())
        };
        ordered_with(threads, results, (0..300).map(Ok::<_, Error>), work, |_| Ok(())).unwrap();
        let (made, most) = (made.into_inner(), most.into_inner());
        assert!(made <= results && most <= threads.min(results), "{made} results, {most} threads");
    }
}

#[test]
fn nobody_consumes_at_the_same_time_and_each_thread_may() {
    let mut consumers = std::collections::BTreeSet::new();
    let alone = AtomicUsize::new(0);
    let work = |item: u64, _: &mut ()| {
        slow(item);
        Ok::<_, Error>(())
    };
    ordered(4, (0..500).map(Ok::<_, Error>), work, |()| {
        assert_eq!(alone.fetch_add(1, Ordering::SeqCst), 0);
        consumers.insert(format!("{:?}", thread::current().id()));
        alone.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    })
    .unwrap();
    assert!(consumers.len() > 1, "{consumers:?}");
}
