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
}

/// Reads the arguments after the program name; `steps` are the names that `--only` and `--skip` take.
pub(crate) fn parse(arguments: &[String], steps: &[&'static str]) -> Result<Request, String> {
    let mut words = arguments.iter().map(String::as_str);
    match words.next() {
        None | Some("help" | "-h" | "--help") => Ok(Request::Help),
        Some("steps") => no_more(words, Request::Steps),
        Some("setup") => no_more(words, Request::Setup),
        Some("test") => Ok(Request::Test(selection(words, steps)?)),
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
        let (option, inline) = match word.split_once('=') {
            Some((option, list)) => (option, Some(list)),
            None => (word, None),
        };
        if !matches!(option, "--only" | "--skip") {
            return Err(format!("unknown option {option:?}; try `cargo xtask help`"));
        }
        let list =
            inline.or_else(|| words.next()).ok_or_else(|| format!("{option} needs a list of steps"))?;
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
    fn mistakes_are_named() {
        assert!(parsed("test --only nothing").unwrap_err().contains("fmt, unit, oracle"));
        assert!(parsed("test --only").unwrap_err().contains("needs a list"));
        assert!(parsed("test --fast").unwrap_err().contains("--fast"));
        assert!(parsed("build").unwrap_err().contains("build"));
        assert!(parsed("setup now").unwrap_err().contains("now"));
    }
}
