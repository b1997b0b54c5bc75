//! Parts of a study as a user writes them down: names of tables and variables, conditions on rows, a number of rows.

mod condition;
mod literal;

use exporter_core::Projection;
use exporter_core::codebook::{Codebook, Table};
use exporter_core::dataset::{ExcerptDataset, RelatedDataset, TablesOf};
use exporter_core::suggest;
use exporter_core::{Context, Dataset, Error, Filter, Result, Scan, TableId};

use serde::{Deserialize, Serialize};

use condition::Condition;

/// Which tables, rows and variables of a study to take; everything by default.
///
/// A condition is `VARIABLE OPERATOR VALUE`:
///
/// - operators are `=`, `!=`, `<`, `<=`, `>`, `>=`, `in A, B, …`, `not in A, B, …`, `missing` and `not missing`;
/// - values are written as the variable's kind has them (numbers, `2024-02-29`, `2024-02-29T12:00:00`, `true`), or as a
///   value label; quotes (`'…'` or `"…"`) keep blanks and commas;
/// - a row passes when every condition is known to hold: a comparison with a null does not, `!=` neither;
/// - `missing` means null or declared missing; other comparisons take declared missing values as the values they are;
/// - the variable is looked for in every table, or in one when it is written `TABLE.VARIABLE`; tables without it keep
///   their rows, but for those whose parent row is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Excerpt {
    /// Tables to keep, in this order; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// Variables to keep, in this order: `VARIABLE`, or `TABLE.VARIABLE`; all when empty. A table of which none is
    /// named must be left out by its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// Conditions that all hold: `VARIABLE OPERATOR VALUE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// Rows to keep at most of each table, of those that pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Keep the rows of a table whose parent row is left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_orphans: bool,
}

/// A part of a study: some tables, some of their rows, those of their children, and some variables of these.
pub type PartOf<D> = ExcerptDataset<RelatedDataset<ExcerptDataset<TablesOf<D>>>>;

impl Excerpt {
    /// Keeps this table, and others that are named.
    #[must_use]
    pub fn with_table(mut self, table: impl Into<String>) -> Self {
        self.tables.push(table.into());
        self
    }

    /// Keeps this variable, and others that are named.
    #[must_use]
    pub fn with_variable(mut self, variable: impl Into<String>) -> Self {
        self.variables.push(variable.into());
        self
    }

    /// Keeps rows for which this holds, and every other condition.
    #[must_use]
    pub fn with_condition(mut self, condition: impl Into<String>) -> Self {
        self.conditions.push(condition.into());
        self
    }

    /// Keeps at most so many rows of each table.
    #[must_use]
    pub fn with_rows(mut self, rows: u64) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Takes this part of a study. The keys of rows that other tables follow are read with `context` and take up to its
    /// memory; more are an error of the scan ([`exporter_core::ErrorKind::Limit`]).
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Usage`] when a condition cannot be read or its value does not suit its variable, and
    /// when a table or variable does not exist, with the nearest that does. Errors name the field, such as `conditions[0]`.
    pub fn of<D: Dataset>(&self, data: D, context: &Context) -> Result<PartOf<D>> {
        let data = TablesOf::new(data, &self.tables)?;
        let codebook = data.codebook();
        let mut filtered = vec![Scan::all(); codebook.tables.len()];
        for (at, text) in self.conditions.iter().enumerate() {
            add_condition(text, codebook, &mut filtered)
                .map_err(|error| error.field(format!("conditions[{at}]")))?;
        }
        // Links between tables are followed before any variable goes, and limits count what is left.
        let mut parts = vec![Scan::all(); codebook.tables.len()];
        if !self.variables.is_empty() {
            self.keep_variables(codebook, &mut parts)?;
        }
        for part in &mut parts {
            part.limit = self.rows;
        }
        let reduced = (0..).zip(&filtered).filter(|(_, part)| part.filter.is_some());
        let reduced: Vec<TableId> = reduced.map(|(table, _)| TableId(table)).collect();
        let (reduced, rows) = if self.keep_orphans { (Vec::new(), None) } else { (reduced, self.rows) };
        let some = ExcerptDataset::new(data, filtered)?;
        ExcerptDataset::new(RelatedDataset::new(some, &reduced, rows, context), parts)
    }

    /// The variables that this part of a study needs, for [`crate::InputOptions::projection`]: all, unless some are named.
    /// Faults of a condition are reported when the part is taken.
    pub fn projection(&self) -> Projection {
        if self.variables.is_empty() {
            return Projection::all();
        }
        let conditions = self.conditions.iter().filter_map(|text| Condition::parse(text).ok());
        let names = self.variables.iter().cloned().chain(conditions.map(|condition| condition.variable));
        let mut all = Vec::new();
        for name in names {
            // Whether a name begins with that of a table is known only when the file is open.
            all.extend(name.match_indices('.').filter_map(|(at, _)| name.get(at + 1..)).map(str::to_owned));
            all.push(name);
        }
        Projection::only(all)
    }

    /// Whether tables will follow their parents, for [`crate::InputOptions::follow`].
    pub fn follows(&self) -> bool {
        !self.keep_orphans && (self.rows.is_some() || !self.conditions.is_empty())
    }

    fn keep_variables(&self, codebook: &Codebook, parts: &mut [Scan]) -> Result<()> {
        let mut columns = vec![Vec::new(); codebook.tables.len()];
        for (at, name) in self.variables.iter().enumerate() {
            let here = |error: Error| error.field(format!("variables[{at}]"));
            for (place, variable) in find(codebook, name).map_err(here)? {
                let Some(columns) = columns.get_mut(place) else { continue };
                if columns.contains(&variable) {
                    return Err(here(Error::usage(format!("the variable {name:?} is named twice"))));
                }
                columns.push(variable);
            }
        }
        let tables = || codebook.tables.iter().zip(&columns).filter(|(_, columns)| !columns.is_empty());
        let kept = tables().map(|(table, _)| table.name.as_str()).collect::<Vec<_>>().join(",");
        for ((table, columns), part) in codebook.tables.iter().zip(columns).zip(parts) {
            if columns.is_empty() && !table.variables.is_empty() {
                return Err(Error::usage(format!(
                    "none of the variables named is in the table {:?}",
                    table.name
                ))
                .with_hint(format!("name one of its variables, or export only these tables: {kept}"))
                .field("variables"));
            }
            part.columns = Some(columns);
        }
        Ok(())
    }
}

/// Filters the tables that have the variable of a condition.
fn add_condition(text: &str, codebook: &Codebook, filtered: &mut [Scan]) -> Result<()> {
    let condition = Condition::parse(text)?;
    for (place, variable) in find(codebook, &condition.variable)? {
        let (Some(table), Some(part)) = (codebook.tables.get(place), filtered.get_mut(place)) else {
            continue;
        };
        let filter = condition.filter(codebook, table, variable)?;
        filter.check(table).map_err(|error| {
            Error::usage(format!("the condition {text:?}: {}", error.message()))
                .table(&table.name)
                .variable(&condition.variable)
        })?;
        part.filter = Some(match part.filter.take() {
            Some(Filter::All(mut all)) => {
                all.push(filter);
                Filter::All(all)
            }
            Some(one) => Filter::All(vec![one, filter]),
            None => filter,
        });
    }
    Ok(())
}

/// The tables and columns that a name means: `VARIABLE` in every table that has it, or `TABLE.VARIABLE`.
fn find(codebook: &Codebook, name: &str) -> Result<Vec<(usize, usize)>> {
    let column = |table: &Table, name: &str| table.variable(name).map(|(column, _)| column);
    let tables = || codebook.tables.iter().enumerate();
    let found: Vec<(usize, usize)> =
        tables().filter_map(|(place, table)| Some((place, column(table, name)?))).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let within = |place: usize, table: &Table| {
        let own = name.strip_prefix(table.name.as_str())?.strip_prefix('.')?;
        Some((place, column(table, own)?))
    };
    if let Some(found) = tables().find_map(|(place, table)| within(place, table)) {
        return Ok(vec![found]);
    }
    let names =
        codebook.tables.iter().flat_map(|table| &table.variables).map(|variable| variable.name.as_str());
    Err(Error::usage(format!("no variable is called {name:?}")).with_hint(suggest::suggestion(
        name,
        "variables",
        names,
    )))
}

#[cfg(test)]
mod tests {
    use exporter_core::codebook::{Kind, Missing, Period, Table, ValueLabels, Variable};
    use exporter_core::{ErrorKind, MemoryDataset, TableId};

    use super::*;

    fn study() -> MemoryDataset {
        let kind = |text: &str| text.parse::<Kind>().unwrap();
        let people = Table::new(
            "people",
            vec![
                Variable::new("id", kind("int32")),
                Variable::new("age", kind("int8")).with_missing(Missing::value(99).label("Refused")),
                Variable::new("vote", kind("int8")).with_labels("vote"),
                Variable::new("born", Kind::Date),
                Variable::new("income", kind("float64")),
                Variable::new("name", Kind::Text),
                Variable::new("urban", Kind::Boolean),
                Variable::new("total income", kind("decimal(10, 2)")),
                Variable::new("month", Kind::Period(Period::Month)),
                Variable::new("quarter", Kind::Period(Period::Quarter)),
                Variable::new("half", Kind::Period(Period::Half)),
                Variable::new("week", Kind::Period(Period::Week)),
                Variable::new("year", Kind::Period(Period::Year)),
            ],
        );
        let houses = Table::new("houses", vec![Variable::new("id", kind("int32"))]);
        let codebook = Codebook::new("study")
            .with_value_labels("vote", ValueLabels::new().with(0, "Clinton").with(1, "Dole").with(2, "Dole"))
            .with_table(people)
            .with_table(houses);
        MemoryDataset::new(codebook, vec![vec![], vec![]]).unwrap()
    }

    fn of(conditions: &[&str], variables: &[&str]) -> Result<PartOf<MemoryDataset>> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let (conditions, variables) = (owned(conditions), owned(variables));
        Excerpt { conditions, variables, ..Excerpt::default() }.of(study(), &Context::default())
    }

    #[test]
    fn conditions_of_every_kind_are_understood() {
        for condition in [
            "age >= 18",
            "age<18",
            "age != 2.5",
            "vote = Clinton",
            "vote in 'Dole', 0",
            "vote not in (0,1)",
            "age = Refused",
            "born < 1990-01-01",
            "income > -1e3",
            "name = 'O''Brien, J.'",
            "name != \"\"",
            "urban = yes",
            "\"total income\" >= 12.50",
            "`total income` missing",
            "people.age not missing",
            "people.id = 4",
            "id == 4",
            "month >= 2024-03",
            "month = 2024m3",
            "month = 2024-m3",
            "month < 770",
            "month in 2024-03, 2024M4",
            "quarter = 2024-Q2",
            "quarter = 2024q2",
            "quarter = 2024-q2",
            "half <= 2024-H1",
            "half <= 2024h1",
            "week > 2024-W07",
            "week > 2024w7",
            "year = 2024",
            "AGE_is_no_variable missing",
        ] {
            let result = of(&[condition], &[]);
            assert_eq!(result.is_ok(), !condition.starts_with("AGE"), "{condition}: {:?}", result.err());
        }
    }

    #[track_caller]
    fn refused(condition: &str, wanted: &str) {
        let error = of(&[condition], &[]).unwrap_err();
        let text = format!("{error} {}", error.hint().unwrap_or_default());
        assert!(text.contains(wanted), "{condition}: {text}");
        assert_eq!(error.kind(), ErrorKind::Usage, "{condition}");
    }

    #[test]
    fn a_label_of_several_values_means_all_of_them() {
        let filter = |condition: &str| {
            let data = study();
            let table = &data.codebook().tables[0];
            condition::Condition::parse(condition).unwrap().filter(data.codebook(), table, 2).unwrap()
        };
        let dole = Filter::OneOf { variable: "vote".into(), values: vec![1.into(), 2.into()] };
        assert_eq!(filter("vote = Dole"), dole);
        assert_eq!(filter("vote in Dole"), dole);
        assert_eq!(filter("vote != Dole"), Filter::Not(Box::new(dole)));
        refused("vote < Dole", "compare with one of them: --where 'vote < 1'");
        of(&["vote < 1"], &[]).unwrap();
    }

    #[test]
    fn an_unclear_condition_gets_a_hint() {
        refused("agee > 4", "did you mean \"age\"?");
        refused("vote = Clinten", "did you mean \"Clinton\"?");
        refused("age > young", "not a number");
        refused("born > 1.5.90", "2024-02-29");
        refused("age", "VARIABLE OPERATOR VALUE");
        refused("", "VARIABLE OPERATOR VALUE");
        refused("age ~ 4", "VARIABLE OPERATOR VALUE");
        refused("age =", "no value");
        refused("age in", "no value");
        refused("age missing 4", "nothing follows");
        refused("name = 'open", "quote");
        refused("urban = maybe", "true or false");
        refused("income = NaN", "not a number");
        refused("month = 2024-13", "is not a month such as 2020m5, and not a label");
        refused("month = March", "write 2024-03 or 2024m3");
        refused("quarter = 2024-03", "write 2024-Q2 or 2024q2");
        refused("half = 2024-03", "write 2024-H2 or 2024h2");
        refused("week = 2024-03", "write 2024-W07 or 2024w7");
        refused("year = 2024-03", "write 2024");
        refused("age between 18 and 30", "--where 'age >= 18' --where 'age <= 30'");
        refused("age BETWEEN 18 AND 30", "--where 'age >= 18' --where 'age <= 30'");
        refused("age between (18, 30)", "--where 'age >= 18' --where 'age <= 30'");
        refused("month between 2024-01 and 2024-03", "--where 'month >= 2024-01' --where 'month <= 2024-03'");
        refused("'total income' between 1 and 2", "--where '\"total income\" >= 1'");
        refused("age between", "--where 'age >= LOW' --where 'age <= HIGH'");
    }

    #[test]
    fn a_part_asks_for_its_variables_and_those_of_its_conditions() {
        let mut part = Excerpt { conditions: vec!["age > 4".into()], ..Excerpt::default() };
        assert!(part.projection().is_all());
        part.variables = vec!["people.vote".into(), "a.b.c".into()];
        part.conditions.extend(["people.id = 4".into(), "no condition".into()]);
        let names = ["age", "vote", "people.vote", "a.b.c", "b.c", "c", "id", "people.id"].map(str::to_owned);
        assert_eq!(part.projection(), Projection::only(names));
    }

    #[test]
    fn variables_are_kept_in_the_order_asked_for() {
        let kept = of(&[], &["vote", "people.age", "id"]).unwrap();
        let names = |table: usize| -> Vec<&str> {
            kept.codebook().tables[table].variables.iter().map(|variable| variable.name.as_str()).collect()
        };
        assert_eq!((names(0), names(1)), (vec!["vote", "age", "id"], vec!["id"]));
        assert_eq!(kept.rows(TableId(0)), Some(0));
        assert!(of(&[], &["vote"]).unwrap_err().message().contains("houses"));
        assert!(of(&[], &["id", "id"]).unwrap_err().message().contains("twice"));
    }
}
