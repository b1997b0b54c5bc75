//! Which losses an export accepts.

use serde::{Deserialize, Serialize};

use super::{Loss, LossCode, LossReport, LossSeverity};
use crate::error::{Error, ErrorKind, Result};

/// Which losses an export accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LossPolicy {
    /// No loss is accepted.
    Deny,
    /// Losses are reported; only wrong values are refused.
    #[default]
    Report,
    /// Losses are reported, and wrong values with these codes are accepted too.
    Allow(Vec<LossCode>),
}

impl LossPolicy {
    /// Refuses a report that holds a loss this policy does not accept.
    ///
    /// # Errors
    /// [`ErrorKind::Loss`] naming the refused losses (the worst five) and the way to accept them.
    pub fn check(&self, report: &LossReport) -> Result<()> {
        let mut refused: Vec<&Loss> = report.iter().filter(|loss| !self.accepts(loss)).collect();
        if refused.is_empty() {
            return Ok(());
        }
        refused.sort_by_key(|loss| loss.rank());
        let wrong = refused.iter().filter(|loss| loss.severity == LossSeverity::Wrong);
        let mut codes: Vec<&str> = wrong.map(|loss| loss.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let shown: Vec<String> = refused.iter().take(5).map(ToString::to_string).collect();
        let more =
            if refused.len() > 5 { format!("; and {} more", refused.len() - 5) } else { String::new() };
        let hint = if codes.is_empty() {
            "accept losses with the loss policy report, or choose a format that holds them".into()
        } else {
            let codes = codes.join(",");
            format!(
                "values would be wrong: accept them with the loss policy allow={codes}, or change the data"
            )
        };
        Err(Error::new(ErrorKind::Loss, format!("refused because of losses: {}{more}", shown.join("; ")))
            .with_hint(hint))
    }

    /// Whether one loss is accepted.
    pub fn accepts(&self, loss: &Loss) -> bool {
        match self {
            LossPolicy::Deny => false,
            LossPolicy::Report => loss.severity == LossSeverity::Less,
            LossPolicy::Allow(codes) => loss.severity == LossSeverity::Less || codes.contains(&loss.code),
        }
    }
}
