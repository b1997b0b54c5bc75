//! Names of at most eight bytes, which system files have beside the long ones (fact sheet 7 and 8).

use std::collections::{HashMap, HashSet};

use crate::names::folded;

/// Most bytes of a short name.
const SHORT_BYTES: usize = 8;
/// Most bytes of the beginning that the later segments of a very long text share.
const STEM_BYTES: usize = 5;

/// The short names of a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShortNames {
    /// The variable's own.
    pub own: String,
    /// Those of its segments behind the first.
    pub segments: Vec<String>,
}

/// The short names of variables, each given by its long name and the number of its segments, in one pass over the variables
/// and one over the segments. `bytes` says how many bytes a character takes in the file.
///
/// SPSS splits a very long text into its segments unless their names begin with what the *long* name of the variable begins
/// with.
pub fn short_names<N: AsRef<str>>(
    variables: &[(N, usize)],
    bytes: impl Fn(char) -> usize,
) -> Vec<ShortNames> {
    let mut taken = HashSet::new();
    let mut names: Vec<ShortNames> = Vec::with_capacity(variables.len());
    for (index, (name, _)) in variables.iter().enumerate() {
        let mut own = beginning(name.as_ref(), SHORT_BYTES, &bytes);
        let mut others = ('A'..='Z').flat_map(|last| ['V', 'W', 'X'].map(|first| (first, last)));
        while !taken.insert(folded(&own).into_owned()) {
            let Some((first, last)) = others.next() else { break };
            own = format!("{first}{}_{last}", index + 1);
            if own.len() > SHORT_BYTES {
                own = format!("{first}{}_{last}", base_36(index as u64 + 1));
            }
        }
        names.push(ShortNames { own, segments: Vec::new() });
    }
    // Numbers go on from variable to variable of one stem.
    let mut next: HashMap<String, u64> = HashMap::new();
    for (names, (name, segments)) in names.iter_mut().zip(variables) {
        if *segments < 2 {
            continue;
        }
        let stem = beginning(name.as_ref(), STEM_BYTES, &bytes);
        let room = SHORT_BYTES - stem.chars().map(&bytes).sum::<usize>();
        let number = next.entry(stem.clone()).or_default();
        for _ in 1..*segments {
            names.segments.push(segment_name(&stem, room, number, &taken));
        }
    }
    names
}

/// The next name of the stem that no variable has; when all numbers are used up they begin anew, as SPSS lets them.
fn segment_name(stem: &str, room: usize, number: &mut u64, taken: &HashSet<String>) -> String {
    let mut is_anew = false;
    loop {
        let suffix = base_36(*number);
        if suffix.len() > room {
            *number = 0;
            if std::mem::replace(&mut is_anew, true) {
                return stem.to_owned();
            }
            continue;
        }
        *number += 1;
        let name = format!("{stem}{suffix}");
        if !taken.contains(folded(&name).as_ref()) {
            return name;
        }
    }
}

fn base_36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit((number % 36) as u32, 36).map(|digit| digit.to_ascii_uppercase()));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// The first characters in upper case, as many as fit.
fn beginning(name: &str, most: usize, bytes: &impl Fn(char) -> usize) -> String {
    let mut room = most;
    let fits = |character: &char| {
        let needed = bytes(*character);
        let fits = needed <= room;
        room -= if fits { needed } else { 0 };
        fits
    };
    name.chars().map(upper).take_while(fits).collect()
}

/// The capital of a character where it is one character.
fn upper(character: char) -> char {
    let mut capital = character.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(capital), None) => capital,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, usize)]) -> Vec<ShortNames> {
        short_names(variables, char::len_utf8)
    }

    #[test]
    fn names_are_those_that_spss_gives() {
        let own = |names: &[&str]| {
            let variables: Vec<_> = names.iter().map(|name| (*name, 1)).collect();
            of(&variables).into_iter().map(|names| names.own).collect::<Vec<_>>()
        };
        assert_eq!(own(&["spaß", "pollution_1", "pollution_2"]), ["SPAß", "POLLUTIO", "V3_A"]);
        assert_eq!(own(&["ααααα", "V3_A", "v3_a_b", "V3_A"]), ["ΑΑΑΑ", "V3_A", "V3_A_B", "V4_A"]);
        assert_eq!(own(&["v2_a", "V2_A"]), ["V2_A", "W2_A"]);
        assert_eq!(own(&["aaaaaaß", "aaaaaassx"]), ["AAAAAAß", "V2_A"]);
    }

    #[test]
    fn segments_have_the_stem_of_the_long_name() {
        let names = of(&[("a🤓🤓", 131), ("a🤓🤓1", 131), ("Q2_96_TEXT_text", 5), ("Q2_96_T", 1)]);
        assert_eq!((names[0].own.as_str(), names[1].own.as_str()), ("A🤓", "V2_A"));
        assert_eq!((names[0].segments[0].as_str(), names[0].segments[129].as_str()), ("A🤓0", "A🤓3L"));
        assert_eq!((names[1].segments[0].as_str(), names[1].segments[129].as_str()), ("A🤓3M", "A🤓77"));
        assert_eq!(names[2].segments, ["Q2_960", "Q2_961", "Q2_962", "Q2_963"]);
    }

    #[test]
    fn segments_pass_over_names_of_variables() {
        let names = of(&[("LONGA", 3), ("LONGA1", 1)]);
        assert_eq!(names[0].segments, ["LONGA0", "LONGA2"]);
    }

    #[test]
    fn numbers_begin_anew_when_all_are_used_up() {
        let many: Vec<_> = (0..500).map(|index| (format!("abcde{index}"), 131)).collect();
        let names = short_names(&many, char::len_utf8);
        assert!(names.iter().flat_map(|names| &names.segments).all(|name| name.len() <= 8));
        assert!(names[499].segments[129].starts_with("ABCDE"));
    }
}
