//! Missing values as `.a` to `.z`.

use exporter_core::codebook::Variable;
use exporter_stata::{Code, MissingRule, VariableDescription};

use super::super::Page;
use super::super::description::number;

/// Replaces values by letters. What was replaced meets no later condition, so the rule that wins comes first.
pub(super) fn recode(page: &mut Page<'_>, variable: &Variable, stata: &VariableDescription) {
    let name = &stata.name;
    for rule in stata.letters.rules.iter().rev() {
        let stored = |code| stata.conversion.number(code, &variable.kind);
        let rule = MissingRule::new(stored(rule.low), stored(rule.high), rule.missing);
        page.line(format!("quietly replace {name} = {} if {}", rule.missing, condition(name, rule)));
    }
}

fn condition(name: &str, rule: MissingRule) -> String {
    if rule.low == rule.high {
        return format!("{name} == {}", literal(rule.low));
    }
    let end = |code: Code, sign: &str| {
        let finite = code.as_f64().is_finite();
        finite.then(|| format!("{name} {sign} {}", literal(code)))
    };
    // Missing values are larger than all numbers.
    let parts = [end(rule.low, ">="), end(rule.high, "<="), Some(format!("{name} < ."))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" & ")
}

fn literal(code: Code) -> String {
    match code {
        Code::Integer(whole) => whole.to_string(),
        Code::Number(value) => number(value),
    }
}
