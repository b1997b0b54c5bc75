use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::super::testing::{slow, within_a_minute};
use super::*;

/// Pushes `rounds` steps to each of `count` lanes that keep what they get.
fn keep(threads: usize, count: usize, rounds: u64, most: usize) -> Vec<Vec<u64>> {
    let mut kept: Vec<Vec<u64>> = vec![Vec::new(); count];
    let work = |kept: &mut &mut Vec<u64>, step: u64| {
        slow(step);
        kept.push(step);
        Ok::<(), ()>(())
    };
    let fed = lanes(threads, kept.iter_mut().collect(), work, |lanes| {
        for round in 0..rounds {
            lanes.push((0..count as u64).map(|lane| round * 100 + lane));
            lanes.help(most)?;
        }
        Ok("fed")
    });
    assert_eq!(fed, Ok("fed"));
    kept
}

#[test]
fn steps_of_a_lane_stay_in_order_and_all_are_done() {
    for threads in [0, 1, 2, 8, 1000] {
        for most in [0, 5, 1000] {
            let kept = within_a_minute(move || keep(threads, 7, 50, most));
            for (lane, kept) in (0..).zip(kept) {
                assert_eq!(
                    kept,
                    (0..50).map(|round| round * 100 + lane).collect::<Vec<_>>(),
                    "{threads} threads"
                );
            }
        }
    }
    assert_eq!(keep(3, 0, 5, 0), Vec::<Vec<u64>>::new());
}

#[test]
fn lanes_without_a_step_in_a_round_get_none() {
    let mut counts = [0, 0, 0];
    let work = |count: &mut &mut u64, add: u64| {
        **count += add;
        Ok::<(), ()>(())
    };
    lanes(2, counts.iter_mut().collect(), work, |lanes| {
        lanes.push([1, 2]);
        lanes.push([10]);
        lanes.push([100, 200, 300, 400]);
        Ok(())
    })
    .unwrap();
    assert_eq!(counts, [111, 202, 300]);
}

#[test]
fn no_more_steps_wait_than_allowed() {
    for threads in [1, 2, 8] {
        let (pushed, done, most) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |(): &mut (), _: u64| {
            done.fetch_add(1, Ordering::SeqCst);
            Ok::<(), ()>(())
        };
        lanes(threads, vec![(); 10], work, |lanes| {
            for round in 0..100 {
                pushed.fetch_add(10, Ordering::SeqCst);
                lanes.push(std::iter::repeat_n(round, 10));
                lanes.help(15)?;
                let waiting = pushed.load(Ordering::SeqCst) - done.load(Ordering::SeqCst);
                most.fetch_max(waiting, Ordering::SeqCst);
            }
            Ok(())
        })
        .unwrap();
        assert!(most.into_inner() <= 15, "{threads} threads");
        assert_eq!(done.into_inner(), 1000, "{threads} threads");
    }
}

#[test]
fn the_first_error_in_the_order_of_pushing_wins() {
    for threads in [1, 2, 8] {
        for most in [0, 1000] {
            let work = |_: &mut usize, step: u64| match step {
                // Lane 5 fails in round 3 after a while, lane 2 in round 4 at once, lane 6 in round 3 at once.
                305 => {
                    thread::sleep(Duration::from_millis(20));
                    Err(step)
                }
                306 | 402 => Err(step),
                _ => Ok(()),
            };
            let run = move || {
                lanes(threads, (0..8).collect(), work, |lanes| {
                    for round in 0..20 {
                        lanes.push((0..8).map(|lane| round * 100 + lane));
                        lanes.help(most)?;
                    }
                    // A later error of the feeder's own.
                    Err::<(), u64>(9999)
                })
            };
            assert_eq!(within_a_minute(run), Err(305), "{threads} threads");
        }
    }
}

#[test]
fn an_error_of_the_feeder_comes_behind_all_steps() {
    for threads in [1, 4] {
        let done = AtomicUsize::new(0);
        let work = |(): &mut (), _: u64| {
            done.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        let fed = lanes(threads, vec![(); 3], work, |lanes| {
            lanes.push([1, 2, 3]);
            Err::<(), _>("fed up")
        });
        assert_eq!((fed, done.into_inner()), (Err("fed up"), 3));
    }
}

#[test]
fn a_panic_in_a_step_or_in_the_feeder_reaches_the_caller() {
    for threads in [1, 2, 8] {
        for most in [0, 1000] {
            for in_step in [true, false] {
                let caught = within_a_minute(move || {
                    let work = |(): &mut (), step: u64| -> Result<(), ()> {
                        slow(step);
                        assert!(!in_step || step != 12, "broken");
                        Ok(())
                    };
                    catch_unwind(AssertUnwindSafe(|| {
                        lanes(threads, vec![(); 5], work, |lanes| {
                            for round in 0..20 {
                                lanes.push((0..5).map(|lane| round * 5 + lane));
                                lanes.help(most)?;
                            }
                            assert!(in_step, "broken");
                            Ok(())
                        })
                    }))
                });
                let payload = caught.unwrap_err();
                assert_eq!(payload.downcast_ref::<&str>(), Some(&"broken"), "{threads} threads");
            }
        }
    }
}
