//! Dates, times and periods outside the years that Stata shows, counted by the profile (section 9.1).

use exporter_core::codebook::Table;
use exporter_core::{Loss, Profile, ProfileRequest, TableId};

use exporter_stata::calendar;

/// Asks for the values that Stata stores but does not show.
pub(super) fn ask(request: &mut ProfileRequest, id: TableId, table: &Table) {
    for (column, variable) in table.variables.iter().enumerate() {
        if let Some(shown) = calendar::shown(&variable.kind) {
            request.outside(id, column, shown);
        }
    }
}

/// Losses for the values that Stata stores but does not show.
pub(super) fn not_shown(profile: &Profile, id: TableId, table: &Table) -> Vec<Loss> {
    let mut losses = Vec::new();
    for (column, variable) in table.variables.iter().enumerate() {
        let outside = calendar::shown(&variable.kind).and_then(|shown| profile.outside(id, column, shown));
        let Some(outside) = outside.filter(|outside| outside.count > 0) else { continue };
        let loss = calendar::not_shown().variable(&variable.name).count(outside.count);
        losses.push(match &outside.first {
            Some((row, value)) => loss.first(Some(*row), value.clone()),
            None => loss,
        });
    }
    losses
}
