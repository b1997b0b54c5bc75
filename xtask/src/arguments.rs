//! The command line of `cargo xtask`.

/// What the caller asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Print the usage.
    Help,
    /// List the steps of the test run.
    Steps,
    /// Install what the steps need.
    Setup,
    /// Run the named steps, in the order of the suite.
    Test(Vec<&'static str>),
    /// Run the long campaigns.
    Soak(Effort),
}

/// How long the long campaigns run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effort {
    /// Rows of the generated table.
    pub(crate) rows: u64,
    /// Cases of property tests and points of crash tests, as a multiple of every day's.
    pub(crate) times: u64,
    /// Seconds of every fuzz target.
    pub(crate) seconds: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { rows: 10_000_000, times: 50, seconds: 300 }
    }
}

/// Reads the arguments after the program name; `steps` are the names that `--only` and `--skip` take.
pub(crate) fn parse(arguments: &[String], steps: &[&'static str]) -> Result<Request, String> {
    let mut words = arguments.iter().map(String::as_str);
    match words.next() {
        None | Some("help" | "-h" | "--help") => Ok(Request::Help),
        Some("steps") => no_more(words, Request::Steps),
        Some("setup") => no_more(words, Request::Setup),
        Some("test") => Ok(Request::Test(selection(words, steps)?)),
        Some("soak") => Ok(Request::Soak(effort(words)?)),
        Some(other) => Err(format!("unknown command {other:?}; try `cargo xtask help`")),
    }
}

fn no_more<'a>(mut words: impl Iterator<Item = &'a str>, request: Request) -> Result<Request, String> {
    match words.next() {
        None => Ok(request),
        Some(word) => Err(format!("unexpected argument {word:?}")),
    }
}

fn selection<'a>(
    mut words: impl Iterator<Item = &'a str>,
    steps: &[&'static str],
) -> Result<Vec<&'static str>, String> {
    let mut only: Option<Vec<&'static str>> = None;
    let mut skip = Vec::new();
    while let Some(word) = words.next() {
        let (option, inline) = option_of(word);
        if !matches!(option, "--only" | "--skip") {
            return Err(format!("unknown option {option:?}; try `cargo xtask help`"));
        }
        let list = inline.or_else(|| words.next());
        let list = list.ok_or_else(|| format!("{option} needs a list of steps"))?;
        let named = named_steps(list, steps)?;
        match option {
            "--only" => only.get_or_insert_default().extend(named),
            _ => skip.extend(named),
        }
    }
    let chosen =
        |step: &&&str| only.as_ref().is_none_or(|only| only.contains(*step)) && !skip.contains(*step);
    Ok(steps.iter().filter(chosen).copied().collect())
}

fn effort<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Effort, String> {
    let mut effort = Effort::default();
    while let Some(word) = words.next() {
        let (option, inline) = option_of(word);
        let number = match option {
            "--rows" => &mut effort.rows,
            "--times" => &mut effort.times,
            "--seconds" => &mut effort.seconds,
            _ => return Err(format!("unknown option {option:?}; try `cargo xtask help`")),
        };
        let value = inline.or_else(|| words.next()).and_then(|value| value.parse().ok());
        *number = value.ok_or_else(|| format!("{option} needs a whole number"))?;
    }
    Ok(effort)
}

/// An option, and its value where that stands behind `=`.
fn option_of(word: &str) -> (&str, Option<&str>) {
    word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)))
}

fn named_steps(list: &str, steps: &[&'static str]) -> Result<Vec<&'static str>, String> {
    list.split(',')
        .map(|name| {
            let known = steps.iter().find(|step| **step == name).copied();
            known.ok_or_else(|| format!("unknown step {name:?}; the steps are {}", steps.join(", ")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[&str] = &["fmt", "unit", "oracle"];

    fn parsed(line: &str) -> Result<Request, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words, STEPS)
    }

    #[test]
    fn everything_runs_unless_steps_are_named() {
        assert_eq!(parsed("test"), Ok(Request::Test(STEPS.to_vec())));
        assert_eq!(parsed("test --only oracle,fmt"), Ok(Request::Test(vec!["fmt", "oracle"])));
        assert_eq!(parsed("test --skip=unit"), Ok(Request::Test(vec!["fmt", "oracle"])));
        assert_eq!(parsed("test --only unit --only fmt --skip fmt"), Ok(Request::Test(vec!["unit"])));
    }

    #[test]
    fn the_long_campaigns_take_numbers() {
        assert_eq!(parsed("soak"), Ok(Request::Soak(Effort::default())));
        let short = Effort { rows: 1000, times: 2, seconds: 5 };
        assert_eq!(parsed("soak --rows 1000 --times=2 --seconds 5"), Ok(Request::Soak(short)));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parsed("soak --rows many").unwrap_err().contains("whole number"));
        assert!(parsed("soak --fast").unwrap_err().contains("--fast"));
        assert!(parsed("test --only nothing").unwrap_err().contains("fmt, unit, oracle"));
        assert!(parsed("test --only").unwrap_err().contains("needs a list"));
        assert!(parsed("test --fast").unwrap_err().contains("--fast"));
        assert!(parsed("build").unwrap_err().contains("build"));
        assert!(parsed("setup now").unwrap_err().contains("now"));
    }
}
