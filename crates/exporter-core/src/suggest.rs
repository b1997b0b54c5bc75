//! Names that are nearly the one that was asked for, for messages.

use crate::error::Error;

/// Names longer than this many characters are not compared.
const LONGEST: usize = 64;
/// Beginnings of fewer characters say nothing.
const SHORTEST_BEGINNING: usize = 3;
/// Names that a message lists.
const LISTED: usize = 20;

/// The candidate that differs least from a name that is not among them, in at most a third of its characters, else the one
/// that begins like it; case counts for nothing.
///
/// ```
/// use exporter_core::suggest::nearest;
///
/// assert_eq!(nearest("regoin", ["age", "region", "religion"]), Some("region"));
/// assert_eq!(nearest("compress", ["encoding", "compression"]), Some("compression"));
/// assert_eq!(nearest("income", ["age", "region"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    let allowed = (wanted.len() / 3).max(1);
    let compared = candidates.into_iter().filter_map(|candidate| {
        let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
        if wanted.len().max(letters.len()) > LONGEST {
            return None;
        }
        let is_long_as = wanted.len().abs_diff(letters.len()) <= allowed;
        let distance = is_long_as.then(|| distance(&wanted, &letters));
        // A name of one letter is near every other.
        let distance = distance.filter(|distance| *distance <= allowed && *distance < wanted.len());
        match distance {
            Some(distance) => Some((distance, candidate)),
            None => begins_alike(&wanted, &letters).then_some((LONGEST, candidate)),
        }
    });
    compared.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Whether three quarters of the shorter name are the beginning of the other, which is at most twice as long.
fn begins_alike(a: &[char], b: &[char]) -> bool {
    let shared = a.iter().zip(b).take_while(|(one, other)| one == other).count();
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    shared >= SHORTEST_BEGINNING && shared * 4 >= shorter * 3 && longer <= shorter * 2
}

/// A hint that names the nearest candidate, then the first of all of them: `did you mean "age"? variables: …`.
pub fn suggestion<'a>(
    name: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    let near =
        nearest(name, candidates.clone()).map(|near| format!("did you mean {near:?}? ")).unwrap_or_default();
    let mut all = candidates.into_iter();
    let listed: Vec<&str> = all.by_ref().take(LISTED).collect();
    let more = match all.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{near}{what}: {}{more}", listed.join(", "))
}

/// What a message says of names: the first of them, and how many there are beside.
///
/// ```
/// assert_eq!(exporter_core::suggest::listed(&["a", "b"], 10), "a, b");
/// assert_eq!(exporter_core::suggest::listed(&["a", "b", "c"], 2), "a, b and 1 more");
/// ```
pub fn listed(names: &[&str], most: usize) -> String {
    let more = match names.len().saturating_sub(most) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.get(..most.min(names.len())).unwrap_or_default().join(", "))
}

/// Missing names that an error lists.
const MISSING: usize = 10;

/// The error of described variables for which a file has no column, if there are some; `columns` are those that it has.
pub fn without_columns<'a>(
    missing: &[&str],
    file: &str,
    columns: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<Error> {
    let first = missing.first()?;
    let message = match missing.len() {
        1 => format!("{file} has no column for the variable {first:?}"),
        count => format!("{file} has no columns for {count} variables: {}", listed(missing, MISSING)),
    };
    let hint = suggestion(first, "columns of the file", columns);
    Some(Error::not_found(message).variable(*first).with_hint(hint))
}

/// Letters to put in, take out, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (row, from) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, to) in b.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&above, column) + usize::from(from != to);
            let mut least = replaced.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            let neighbour = column.checked_sub(1).and_then(|left| b.get(left).map(|letter| (left, letter)));
            if let Some((left, letter)) = neighbour
                && letter == from
                && last == Some(to)
            {
                least = least.min(at(&before, left) + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
        last = Some(from);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_letters_and_swaps() {
        let between =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, wanted) in [("", "abc", 3), ("abc", "abc", 0), ("acb", "abc", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!((between(a, b), between(b, a)), (wanted, wanted), "{a} {b}");
        }
    }

    #[test]
    fn what_begins_alike_is_suggested_where_nothing_is_nearer() {
        assert_eq!(nearest("large-ints", ["large-integers", "level"]), Some("large-integers"));
        assert_eq!(nearest("compression-level", ["compression", "level"]), Some("compression"));
        assert_eq!(nearest("income", ["income_of_a", "incme"]), Some("incme"));
    }

    #[test]
    fn what_is_far_is_not_suggested() {
        assert_eq!(nearest("x", ["y", "z"]), None);
        assert_eq!(nearest("AGE", ["age"]), Some("age"));
        assert_eq!(nearest(&"x".repeat(1000), ["x"]), None);
        assert_eq!(nearest("in", ["inch"]), None);
        assert_eq!(nearest("age", ["agegroup"]), None);
        let many: Vec<String> = (0..30).map(|number| format!("v{number}")).collect();
        let hint = suggestion("v100", "variables", many.iter().map(String::as_str));
        assert!(
            hint.starts_with("did you mean \"v10\"? variables: v0, ") && hint.ends_with(" and 10 more"),
            "{hint}"
        );
    }
}
