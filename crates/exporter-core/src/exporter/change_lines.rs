//! Changes for people: changed values first, then names, then one line a format for what its files do not hold.

use std::collections::{BTreeMap, BTreeSet};

use super::{Changes, Recode, Rename};
use crate::carry::Part;
use crate::loss::{Example, Loss, LossCode, LossEffect, LossReport, LossSeverity, counted, grouped};

/// A code that a format treats in more ways than this (texts, each cut elsewhere) is one line, which says so.
const ACTIONS_SHOWN: usize = 3;

/// Losses of one code that are treated in one way.
struct Kind<'a> {
    first: &'a Loss,
    /// Formats that treat the same losses so.
    formats: Vec<&'a str>,
    variables: u64,
    places: u64,
    times: u64,
    /// Other ways in which the same format treats losses of the code: how many, and in how many places.
    others: Others,
}

/// Ways of treatment that are counted, and not told.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Others {
    ways: u64,
    places: u64,
}

impl Changes {
    /// What a person reads, in at most so many lines: wrong values first, then changed ones, names, and one line a format for
    /// what its files do not say; nothing where nothing changed.
    pub fn lines(&self, most: usize) -> Vec<String> {
        let Changes { losses: report, renames, recodes } = self;
        let kinds_of = |wanted: &dyn Fn(&Loss) -> bool| -> Vec<String> {
            let losses: Vec<&Loss> = report.iter().filter(|loss| wanted(loss)).collect();
            kinds(&losses).iter().map(Kind::line).collect()
        };
        let is_wrong = |loss: &Loss| loss.severity == LossSeverity::Wrong;
        let has = |loss: &Loss, effect: LossEffect| !is_wrong(loss) && loss.code.effect() == effect;
        let mut shown = kinds_of(&is_wrong);
        shown.extend(recoded(recodes));
        shown.extend(kinds_of(&|loss| has(loss, LossEffect::Values)));
        shown.extend(kinds_of(&|loss| has(loss, LossEffect::Form)));
        shown.extend(renamed(renames));
        shown.extend(kinds_of(&|loss| !is_wrong(loss) && loss.code == LossCode::COMPATIBILITY));
        let is_described = |loss: &Loss| {
            has(loss, LossEffect::Description)
                && loss.code != LossCode::COMPATIBILITY
                && !renames.iter().any(|rename| is_of(rename, loss))
        };
        // What is no part of a codebook says itself what becomes of it, as what reading loses; of languages others can be chosen.
        let tells_itself = |loss: &Loss| loss.part.is_none_or(|part| part == Part::Languages);
        shown.extend(kinds_of(&|loss| tells_itself(loss) && is_described(loss)));
        shown.extend(descriptions(report.iter().filter(|loss| !tells_itself(loss) && is_described(loss))));
        shown.extend(held(report));
        if shown.len() > most {
            let more = shown.split_off(most.saturating_sub(1)).len();
            shown.push(format!("and {}", counted(more as u64, "more line")));
        }
        shown
    }
}

/// Names and values that a line tells of those that are written as others.
const OTHERS_SHOWN: usize = 3;

/// One line a format: how many declared values are written as others, with examples.
fn recoded(recodes: &[Recode]) -> Vec<String> {
    let change = |recode: &Recode| format!("{} as {}", recode.from, recode.to);
    let changes = recodes.iter().map(|recode| (recode.format.as_str(), change(recode)));
    written_as_others(changes, "declared missing value", "value")
}

/// One line a format: how many names are written as others, with examples.
fn renamed(renames: &[Rename]) -> Vec<String> {
    let change = |rename: &Rename| {
        format!("{} as {}", rename.variable.as_deref().unwrap_or(&rename.table), rename.written)
    };
    written_as_others(renames.iter().map(|rename| (rename.format.as_str(), change(rename))), "name", "")
}

/// Changes by their format as one line each; what is counted is a `noun`, and becomes another one of the `kind`.
fn written_as_others<'a>(
    changes: impl Iterator<Item = (&'a str, String)>,
    noun: &str,
    kind: &str,
) -> Vec<String> {
    let mut formats: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    changes.for_each(|(format, change)| formats.entry(format).or_default().push(change));
    let line = |(format, mut changes): (&str, Vec<String>)| {
        let count = counted(changes.len() as u64, noun);
        let one = if kind.is_empty() { "another".to_owned() } else { format!("another {kind}") };
        let several = if kind.is_empty() { "others".to_owned() } else { format!("other {kind}s") };
        let what = match changes.len() {
            1 => format!("is written as {one}:"),
            2..=OTHERS_SHOWN => format!("are written as {several}:"),
            _ => format!("are written as {several}, such as"),
        };
        changes.truncate(OTHERS_SHOWN);
        format!("{format}: {count} {what} {}", changes.join(", "))
    };
    formats.into_iter().map(line).collect()
}

/// Whether a loss says nothing but that this name changed.
fn is_of(rename: &Rename, loss: &Loss) -> bool {
    loss.code == LossCode::NAME_CHANGED
        && loss.format == rename.format
        && loss.table.as_deref() == Some(&rename.table)
        && loss.variable == rename.variable
}

/// What losses of one code have in common in a format.
type Code<'a> = (&'a str, &'a LossCode, LossSeverity);

fn code_of(loss: &Loss) -> Code<'_> {
    (&loss.format, &loss.code, loss.severity)
}

fn kinds<'a>(losses: &[&'a Loss]) -> Vec<Kind<'a>> {
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    let mut known: BTreeMap<(Code<'_>, &str), usize> = BTreeMap::new();
    for loss in losses {
        let variables = u64::from(loss.variable.is_some());
        let at = *known.entry((code_of(loss), &loss.action)).or_insert(kinds.len());
        match kinds.get_mut(at) {
            Some(kind) => {
                kind.variables += variables;
                kind.places += 1;
                kind.times = kind.times.saturating_add(loss.count);
            }
            None => {
                let (formats, others) = (vec![loss.format.as_str()], Others::default());
                kinds.push(Kind { first: loss, formats, variables, places: 1, times: loss.count, others });
            }
        }
    }
    let mut lines: Vec<Kind<'_>> = Vec::new();
    for kind in gathered(kinds) {
        match lines.iter_mut().find(|line| line.is_like(&kind)) {
            Some(line) => line.formats.extend(kind.formats),
            None => lines.push(kind),
        }
    }
    lines
}

/// Of a code that a format treats in many ways the first one tells how many others there are.
fn gathered(kinds: Vec<Kind<'_>>) -> Vec<Kind<'_>> {
    let mut ways: BTreeMap<Code<'_>, usize> = BTreeMap::new();
    for kind in &kinds {
        *ways.entry(code_of(kind.first)).or_default() += 1;
    }
    let mut gathered: Vec<Kind<'_>> = Vec::new();
    let mut known: BTreeMap<Code<'_>, usize> = BTreeMap::new();
    for kind in kinds {
        let code = code_of(kind.first);
        let at = *known.entry(code).or_insert(gathered.len());
        let are_many = ways.get(&code).is_some_and(|ways| *ways > ACTIONS_SHOWN);
        match gathered.get_mut(at).filter(|_| are_many) {
            Some(first) => {
                first.others.ways += 1;
                first.others.places += kind.places;
            }
            None => gathered.push(kind),
        }
    }
    gathered
}

impl Kind<'_> {
    /// Whether another one tells the same of another format.
    fn is_like(&self, other: &Self) -> bool {
        let counts = |kind: &Self| (kind.variables, kind.places, kind.times, kind.others);
        let same = |loss: &Loss| {
            (loss.code.clone(), loss.severity, loss.table.clone(), loss.variable.clone(), loss.first.clone())
        };
        counts(self) == counts(other)
            && same(self.first) == same(other.first)
            && self.first.action == other.first.action
    }

    /// Where, what is done, how often, and the code by which a policy accepts it.
    fn line(&self) -> String {
        let Loss { code, table, variable, action, first, .. } = self.first;
        let formats = self.formats.join(", ");
        let place = match (table, variable) {
            (Some(table), Some(variable)) => format!("{table}.{variable}"),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => String::new(),
        };
        let others = match self.places - 1 {
            0 => String::new(),
            others if self.variables == self.places => format!(" and {}", counted(others, "more variable")),
            others => format!(" and {}", counted(others, "more place")),
        };
        let times = if self.times == self.places {
            String::new()
        } else {
            format!(" ({} {})", grouped(self.times), self.first.counted())
        };
        let example = match first {
            Some(Example { row: Some(row), value }) => format!(", first at row {row}: {value:?}"),
            Some(Example { row: None, value }) => format!(", first: {value:?}"),
            None => String::new(),
        };
        let places: Vec<String> =
            [formats, format!("{place}{others}")].into_iter().filter(|part| !part.is_empty()).collect();
        let places = places.iter().map(|part| format!("{part}: ")).collect::<String>();
        let Others { ways, places: other_places } = self.others;
        let otherwise = match ways {
            0 => String::new(),
            ways => format!("; {} in {}", counted(other_places, "place"), counted(ways, "other way")),
        };
        format!("{places}{action}{times}{example}{otherwise} [{code}]")
    }
}

/// One line a format: how many labels, value labels and so on it has no place for, or another name.
fn descriptions<'a>(losses: impl Iterator<Item = &'a Loss>) -> Vec<String> {
    let mut formats: BTreeMap<&str, BTreeMap<(bool, &str), u64>> = BTreeMap::new();
    for loss in losses {
        let name = (is_style(loss), loss.counted());
        let count = formats.entry(&loss.format).or_default().entry(name).or_default();
        *count = count.saturating_add(loss.count);
    }
    let line = |(format, counts): (&str, BTreeMap<(bool, &str), u64>)| {
        let counts: Vec<String> =
            counts.into_iter().map(|((_, name), count)| format!("{name} ({})", grouped(count))).collect();
        let counts = counts.join(", ");
        match format {
            "" => format!("not kept: {counts}"),
            format => format!("{format} lacks or changes: {counts}"),
        }
    };
    formats.into_iter().map(line).collect()
}

/// Whether nothing but looks is lost, which is told last.
fn is_style(loss: &Loss) -> bool {
    matches!(loss.part, Some(Part::Alignment | Part::DisplayFormat | Part::Measure))
        || loss.code == LossCode::DISPLAY_FORMAT_DROPPED
}

/// What entries of other formats hold; formats that lack the same share a line.
fn held(report: &LossReport) -> Vec<String> {
    let mut held: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    // What an entry holds itself and its program does not show says itself where it is.
    let hidden: Vec<&Loss> = report.held().filter(|loss| loss.held_by == loss.entry).collect();
    let mut told: Vec<String> = Vec::new();
    for loss in hidden {
        let line = format!("{}: {}", loss.format, loss.action);
        if !told.contains(&line) {
            told.push(line);
        }
    }
    for loss in report.held().filter(|loss| loss.held_by != loss.entry) {
        let name = loss.part.map_or_else(|| loss.counted(), Part::name);
        held.entry((&loss.format, loss.held_by.as_deref().unwrap_or_default())).or_default().insert(name);
    }
    let mut alike: BTreeMap<(&str, BTreeSet<&str>), Vec<&str>> = BTreeMap::new();
    for ((format, entry), names) in held {
        alike.entry((entry, names)).or_default().push(format);
    }
    let line = |((entry, names), formats): ((&str, BTreeSet<&str>), Vec<&str>)| {
        let names: Vec<&str> = names.into_iter().collect();
        let lack = if formats.len() == 1 { "lacks" } else { "lack" };
        format!("{} {lack} {}: {entry} holds them", formats.join(", "), names.join(", "))
    };
    told.extend(alike.into_iter().map(line));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(report: LossReport) -> Vec<String> {
        Changes::from(report).lines(9)
    }

    fn of(format: &str, losses: impl IntoIterator<Item = Loss>) -> LossReport {
        losses.into_iter().collect::<LossReport>().named(format, |_| None)
    }

    #[test]
    fn what_several_formats_do_alike_is_one_line() {
        let mut report = of("csv", [replaced("a").count(2)]);
        report.merge(of("tab", [replaced("a").count(2)]));
        report.merge(of("dta", [replaced("a").count(3)]));
        let lines = lines(report);
        assert_eq!(
            lines,
            [
                "csv, tab: people.a: tabs became spaces (2 values) [text-replaced]",
                "dta: people.a: tabs became spaces (3 values) [text-replaced]",
            ]
        );
    }

    fn replaced(variable: &str) -> Loss {
        Loss::new(LossCode::TEXT_REPLACED, "tabs became spaces").table("people").variable(variable)
    }

    fn label(variable: &str) -> Loss {
        let loss = Loss::new(LossCode::LABEL_DROPPED, "no place").table("people").variable(variable);
        loss.part(Part::VariableLabel)
    }

    #[test]
    fn changed_values_come_first_and_wrong_ones_before_them() {
        let wrong = Loss::new(LossCode::RANGE, "set to the limit").table("people").variable("z").wrong();
        let report = of("csv", [replaced("a"), replaced("b").count(3), wrong]);
        assert_eq!(
            lines(report),
            [
                "csv: people.z: set to the limit [range]",
                "csv: people.a and 1 more variable: tabs became spaces (4 values) [text-replaced]",
            ]
        );
    }

    #[test]
    fn descriptions_take_one_line_a_format() {
        let mut report = of("csv", [label("a"), label("b")]);
        let name = Loss::new(LossCode::NAME_CHANGED, "written as x").table("people").variable("a");
        report.merge(of("tab", [label("a").held_by("s.codebook.json"), name]));
        assert_eq!(
            lines(report),
            [
                "tab: people.a: written as x [name-changed]",
                "csv lacks or changes: labels (2)",
                "tab lacks labels: s.codebook.json holds them",
            ]
        );
    }

    #[test]
    fn what_another_entry_holds_is_no_loss() {
        let mut report = of("csv", [label("a").held_by("s.parquet")]);
        assert_eq!(lines(report.clone()), ["csv lacks labels: s.parquet holds them"]);
        report.merge(of("tab", [label("a").held_by("s.parquet")]));
        assert_eq!(lines(report), ["csv, tab lack labels: s.parquet holds them"]);
        assert_eq!(lines(LossReport::default()), [""; 0]);
    }

    #[test]
    fn ten_lines_are_shown_at_most() {
        let formats = (0..30).map(|index| of(&format!("f{index}"), [replaced("a").count(index + 1)]));
        let mut report = LossReport::default();
        formats.for_each(|other| report.merge(other));
        let lines = lines(report);
        assert_eq!((lines.len(), lines[8].as_str()), (9, "and 22 more lines"));
    }

    #[test]
    fn a_line_says_of_all_what_is_true_of_all() {
        let cut = |variable: &str, bytes: u64| {
            let loss = Loss::new(LossCode::TEXT_TRUNCATED, format!("cut at {bytes} bytes"));
            loss.table("people").variable(variable).count(bytes)
        };
        let few = of("dta", [cut("a", 5), cut("b", 5), cut("c", 7)]);
        assert_eq!(
            lines(few.clone()),
            [
                "dta: people.a and 1 more variable: cut at 5 bytes (10 values) [text-truncated]",
                "dta: people.c: cut at 7 bytes (7 values) [text-truncated]",
            ]
        );
        let mut many = few;
        many.merge(of("dta", [cut("d", 8), cut("e", 9), cut("f", 9)]));
        many.merge(of("sav", [cut("a", 6)]));
        assert_eq!(
            lines(many),
            [
                "dta: people.a and 1 more variable: cut at 5 bytes (10 values); 4 places in 3 other ways [text-truncated]",
                "sav: people.a: cut at 6 bytes (6 values) [text-truncated]",
            ]
        );
    }

    #[test]
    fn values_stand_before_names_and_names_before_descriptions() {
        let name =
            |name: &str| Loss::new(LossCode::NAME_CHANGED, "written as x").table("people").variable(name);
        let language = Loss::new(LossCode::LANGUAGE_DROPPED, "one").part(Part::Languages).count(2);
        let old = Loss::new(LossCode::COMPATIBILITY, "only Stata/MP opens release 119");
        let mut changes = Changes::from(of("dta", [name("1x"), language, replaced("b").count(1_200), old]));
        for (from, to) in [("8", ".d"), ("9", ".e")] {
            let mut recode = Recode::new("people", "a", from, to);
            recode.format = "dta".into();
            changes.recodes.push(recode);
        }
        let mut rename = Rename::variable("people", "1x", "_1x");
        rename.format = "dta".into();
        changes.renames.push(rename);
        assert_eq!(
            changes.lines(9),
            [
                "dta: 2 declared missing values are written as other values: 8 as .d, 9 as .e",
                "dta: people.b: tabs became spaces (1,200 values) [text-replaced]",
                "dta: 1 name is written as another: 1x as _1x",
                "dta: only Stata/MP opens release 119 [compatibility]",
                "dta: one (2 other languages) [language-dropped]",
            ]
        );
    }

    #[test]
    fn what_changes_the_meaning_of_values_stands_before_what_changes_their_looks() {
        let loss = |code, part: Part| Loss::new(code, "no place").table("people").variable("a").part(part);
        let style = loss(LossCode::DISPLAY_FORMAT_DROPPED, Part::DisplayFormat);
        let form = Loss::new(LossCode::KIND_CHANGED, "as text").table("people").variable("a");
        let name = Loss::new(LossCode::NAME_CHANGED, "written as x").table("people").variable("a");
        let missing = loss(LossCode::MISSING_DROPPED, Part::MissingValues).count(2);
        let shown = lines(of("csv", [style, label("a"), name, form, missing]));
        assert_eq!(
            shown,
            [
                "csv: people.a: no place (2 missing-value declarations) [missing-dropped]",
                "csv: people.a: as text [kind-changed]",
                "csv: people.a: written as x [name-changed]",
                "csv lacks or changes: labels (1), display formats (1)",
            ]
        );
    }

    #[test]
    fn what_an_entry_holds_and_does_not_show_says_itself_where_it_is() {
        let mut loss =
            Loss::new(LossCode::LANGUAGE_DROPPED, "fr is hidden; --to sav:second-language=fr shows it");
        (loss.format, loss.entry) = ("sav".into(), Some("p.sav".into()));
        let report: LossReport = [loss.part(Part::Languages).held_by("p.sav")].into_iter().collect();
        assert!(report.is_empty());
        assert_eq!(lines(report), ["sav: fr is hidden; --to sav:second-language=fr shows it"]);
    }

    #[test]
    fn three_of_many_names_are_told() {
        let rename = |name: &str| {
            let mut rename = Rename::variable("people", name, &format!("_{name}"));
            rename.format = "sav".into();
            rename
        };
        let mut changes = Changes { renames: ["1", "2", "3"].map(rename).to_vec(), ..Changes::default() };
        assert_eq!(changes.lines(9), ["sav: 3 names are written as others: 1 as _1, 2 as _2, 3 as _3"]);
        changes.renames.push(rename("4"));
        assert_eq!(
            changes.lines(9),
            ["sav: 4 names are written as others, such as 1 as _1, 2 as _2, 3 as _3"]
        );
    }
}
