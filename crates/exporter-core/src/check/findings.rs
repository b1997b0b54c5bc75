//! What a check has found so far: everything is counted, so much of it is listed.

use std::collections::BTreeMap;

use super::{Finding, Rule, Severity};

/// Findings of one rule that are listed, in a file or in one entry of an archive.
const OF_A_RULE: u64 = 100;
/// Findings that are listed in all: memory stays bounded however many entries an archive has.
const IN_ALL: usize = 10_000;

/// Findings of a check. All are counted; at most a hundred of a rule in one file or entry and ten thousand in all are
/// listed.
///
/// ```
/// use exporter_core::check::{Finding, Findings, Rule, Severity};
///
/// const GAP: Rule = Rule::warning("gap", "Blocks follow one another without gaps.");
///
/// let mut findings = Findings::default();
/// for block in 1..=150 {
///     findings.add(Finding::new(GAP, format!("block {block} begins late")).offset(block * 512));
/// }
/// assert_eq!((findings.listed().len(), findings.count(Severity::Warning), findings.unlisted()), (100, 150, 50));
/// assert_eq!(findings.count(Severity::Error), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Findings {
    listed: Vec<Finding>,
    counts: BTreeMap<Severity, u64>,
    /// Findings of each rule in the file or entry that is being checked.
    of_rules: BTreeMap<&'static str, u64>,
    /// The entry that is being checked, within those around it.
    entry: Option<String>,
    scope: Option<&'static str>,
}

impl Findings {
    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) {
        *self.counts.entry(finding.rule.severity).or_default() += 1;
        let of_rule = self.of_rules.entry(finding.rule.code).or_default();
        *of_rule += 1;
        if *of_rule <= OF_A_RULE {
            self.list(finding);
        }
    }

    fn list(&mut self, mut finding: Finding) {
        if self.listed.len() < IN_ALL {
            finding.place.entry = joined(self.entry.as_deref(), finding.place.entry);
            self.listed.push(finding);
        }
    }

    /// Adds a finding at an offset.
    pub fn at(&mut self, rule: Rule, offset: u64, message: impl Into<String>) {
        self.add(Finding::new(rule, message).offset(offset));
    }

    /// Adds those of another check.
    pub fn merge(&mut self, other: Findings) {
        for (severity, count) in other.counts {
            *self.counts.entry(severity).or_default() += count;
        }
        other.listed.into_iter().for_each(|finding| self.list(finding));
    }

    /// Places what `check` finds in an entry of the archive or folder.
    pub fn inside<T>(&mut self, entry: &str, check: impl FnOnce(&mut Self) -> T) -> T {
        let inner = joined(self.entry.as_deref(), Some(entry.to_owned()));
        let outer = (std::mem::replace(&mut self.entry, inner), std::mem::take(&mut self.of_rules));
        let result = check(self);
        (self.entry, self.of_rules) = outer;
        result
    }

    /// Says what was compared, where the file is one that is checked in several ways.
    pub fn set_scope(&mut self, scope: &'static str) {
        if self.entry.is_none() {
            self.scope = Some(scope);
        }
    }

    /// What was compared, where the file is one that is checked in several ways.
    pub fn scope(&self) -> Option<&'static str> {
        self.scope
    }

    /// Those that are listed.
    pub fn listed(&self) -> &[Finding] {
        &self.listed
    }

    /// How many there are of a severity, listed or not.
    pub fn count(&self, severity: Severity) -> u64 {
        self.counts.get(&severity).copied().unwrap_or_default()
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many are not listed.
    pub fn unlisted(&self) -> u64 {
        self.total() - self.listed.len() as u64
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// Sorts the list by offset.
    pub fn sort_by_offset(&mut self) {
        self.listed.sort_by_key(|finding| finding.place.offset);
    }
}

impl<'f> IntoIterator for &'f Findings {
    type Item = &'f Finding;
    type IntoIter = std::slice::Iter<'f, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.listed.iter()
    }
}

/// The path of an entry within the one around it.
fn joined(outer: Option<&str>, inner: Option<String>) -> Option<String> {
    match (outer, inner) {
        (Some(outer), Some(inner)) => Some(format!("{outer}/{inner}")),
        (Some(outer), None) => Some(outer.to_owned()),
        (None, inner) => inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: Rule = Rule::error("bad", "Nothing is bad.").consequence("nobody reads it");
    const ODD: Rule = Rule::note("odd", "Nothing is odd.");

    #[test]
    fn entries_nest_and_have_limits_of_their_own() {
        let mut findings = Findings::default();
        findings.at(ODD, 7, "first");
        findings.inside("a.zip", |findings| {
            for _ in 0..120 {
                findings.at(BAD, 1, "again");
            }
            findings.inside("b.dta", |findings| findings.add(Finding::new(BAD, "deep").row(2)));
            findings.add(Finding::new(ODD, "of an entry").entry("c"));
        });
        findings.at(BAD, 9, "last");
        assert_eq!((findings.count(Severity::Error), findings.count(Severity::Note)), (122, 2));
        assert_eq!((findings.total(), findings.unlisted()), (124, 20));
        let places: Vec<_> =
            findings.listed().iter().skip(101).map(|finding| finding.place.entry.as_deref()).collect();
        assert_eq!(places, [Some("a.zip/b.dta"), Some("a.zip/c"), None]);

        let mut other = Findings::default();
        other.inside("x", |other| other.merge(findings.clone()));
        assert_eq!((other.total(), other.count(Severity::Error)), (124, 122));
        assert_eq!(other.listed().len(), findings.listed().len());
        assert_eq!(other.listed().last().unwrap().place.entry.as_deref(), Some("x"));
        assert_eq!(other.listed()[1].place.entry.as_deref(), Some("x/a.zip"));
    }

    #[test]
    fn json_is_flat_and_leaves_out_what_is_not_known() {
        let mut findings = Findings::default();
        findings.add(Finding::new(BAD, "wrong").offset(3).variable("age").row(2).table("t").entry("e"));
        findings.add(Finding::new(ODD, "strange"));
        let json = serde_json::to_value(findings.listed()).unwrap();
        let expected = serde_json::json!([
            { "rule": "bad", "severity": "error", "entry": "e", "table": "t", "variable": "age", "row": 2,
              "offset": 3, "message": "wrong", "consequence": "nobody reads it" },
            { "rule": "odd", "severity": "note", "message": "strange" },
        ]);
        assert_eq!(json, expected);
    }

    #[test]
    fn the_list_is_bounded() {
        let mut findings = Findings::default();
        for entry in 0..200 {
            findings.inside(&entry.to_string(), |findings| {
                (0..100).for_each(|at| findings.at(BAD, at, "again"));
            });
        }
        assert_eq!((findings.listed().len(), findings.total()), (IN_ALL, 20_000));
    }
}
