//! Runs steps one after the other and sums up.

use std::time::{Duration, Instant};

use crate::arguments::Effort;
use crate::command::Count;
use crate::soak;
use crate::steps::{self, Failure, Outcome, Step};
use crate::workspace::Workspace;

/// One line of the summary.
struct Line {
    name: &'static str,
    time: Duration,
    result: Result<Outcome, Failure>,
}

/// Runs the named steps, all of them whatever fails; true when nothing did.
///
/// The last line printed is `N passed, N failed`, which counts tests and checks.
pub(crate) fn run(workspace: &Workspace, names: &[&str]) -> Result<bool, String> {
    let chosen: Vec<&Step> = steps::ALL.iter().filter(|step| names.contains(&step.name)).collect();
    if chosen.is_empty() {
        return Err("no step is left to run".to_owned());
    }
    let mut lines = Vec::new();
    let mut ready = true;
    if chosen.iter().any(|step| step.needs_setup) {
        lines.push(timed("setup", || match steps::setup(workspace) {
            Ok(()) => Ok(Outcome::Checked),
            Err(message) => Err((Count::default(), message)),
        }));
        ready = lines.iter().all(|line| line.result.is_ok());
    }
    for step in chosen {
        lines.push(timed(step.name, || match step.needs_setup && !ready {
            true => Err((Count::default(), "its setup failed".to_owned())),
            false => (step.run)(workspace),
        }));
    }
    Ok(summarise(&lines))
}

/// Runs the long campaigns, all of them whatever fails; true when nothing did.
pub(crate) fn soak(workspace: &Workspace, effort: Effort) -> bool {
    summarise(&[
        timed("rows", || soak::rows(workspace, effort.rows)),
        timed("cases", || soak::cases(workspace, effort.times)),
        timed("fuzz", || steps::fuzzed(workspace, effort.seconds)),
    ])
}

fn timed(name: &'static str, work: impl FnOnce() -> Result<Outcome, Failure>) -> Line {
    println!("\n==> {name}");
    let start = Instant::now();
    let result = work();
    if let Err((_, message)) = &result {
        println!("{name} failed: {message}");
    }
    Line { name, time: start.elapsed(), result }
}

/// Prints the table and the closing line; true when nothing failed.
fn summarise(lines: &[Line]) -> bool {
    println!("\n==> summary");
    let mut total = Count::default();
    for Line { name, time, result } in lines {
        let seconds = time.as_secs_f64();
        let (count, words) = judged(result);
        println!("{name:<11} {seconds:>7.1} s  {words}");
        total.add(count);
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    total.failed == 0
}

/// What a result counts for, and how it reads.
fn judged(result: &Result<Outcome, Failure>) -> (Count, String) {
    match result {
        Ok(Outcome::Checked) => (Count { passed: 1, failed: 0 }, "ok".to_owned()),
        Ok(Outcome::Tested(count)) => (*count, format!("ok, {} passed", count.passed)),
        Ok(Outcome::NotRun(reason)) => (Count::default(), format!("not run: {reason}")),
        Err((count, message)) => {
            // A runner that died before its closing line still failed.
            let count = Count { passed: count.passed, failed: count.failed.max(1) };
            let first = message.lines().next().unwrap_or_default();
            (count, format!("FAILED, {} passed, {} failed: {first}", count.passed, count.failed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &'static str, result: Result<Outcome, Failure>) -> Line {
        Line { name, time: Duration::from_secs(1), result }
    }

    #[test]
    fn a_failure_without_a_count_still_fails_the_run() {
        assert!(summarise(&[
            line("a", Ok(Outcome::Checked)),
            line("b", Ok(Outcome::NotRun("why".to_owned())))
        ]));
        assert!(!summarise(&[
            line("a", Ok(Outcome::Checked)),
            line("b", Err((Count::default(), "died".to_owned())))
        ]));
        let (count, words) = judged(&Err((Count { passed: 4, failed: 2 }, "first\nsecond".to_owned())));
        assert_eq!(count, Count { passed: 4, failed: 2 });
        assert!(words.ends_with("first"));
    }
}
