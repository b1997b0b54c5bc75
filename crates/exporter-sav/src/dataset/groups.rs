//! Multiple response sets that count a value which their variables do not have.

use std::collections::{HashMap, HashSet};

use exporter_core::codebook::{Codebook, GroupKind, Kind, Value};
use exporter_core::{Loss, LossCode};

/// Takes out of the sets of dichotomies the variables of which the counted value is none, and sets of which nothing is left; the
/// losses of reading that this is, of no table yet.
pub(super) fn without_strangers(codebook: &mut Codebook) -> Vec<Loss> {
    let mut losses = Vec::new();
    for table in &mut codebook.tables {
        let kinds: HashMap<&str, &Kind> =
            table.variables.iter().map(|variable| (variable.name.as_str(), &variable.kind)).collect();
        table.groups.retain_mut(|group| {
            let GroupKind::MultipleDichotomy { counted } = &mut group.kind else { return true };
            let of_members = || group.members.iter().filter_map(|member| kinds.get(member.as_str()));
            if let Some(truth) = truth(counted)
                && of_members().all(|kind| **kind == Kind::Boolean)
            {
                *counted = Value::Boolean(truth);
            }
            let shown = counted.to_string();
            let is_stranger =
                |member: &String| kinds.get(member.as_str()).is_some_and(|kind| !kind.holds(counted));
            let (count, strangers) = (group.members.len(), group.members.iter().filter(|it| is_stranger(it)));
            let strangers: Vec<String> = strangers.cloned().collect();
            if strangers.is_empty() {
                return true;
            }
            let is_left = strangers.len() < count;
            let whither = if is_left {
                "variables of which it is no value are left out"
            } else {
                "left out, it is no value of the variables"
            };
            let action = format!("the multiple response set {} counts {shown}: {whither}", group.name);
            let loss = Loss::new(LossCode::GROUP_DROPPED, action);
            losses.push(
                loss.count(strangers.len() as u64).counting("members").first(None, strangers.join(", ")),
            );
            let strangers: HashSet<String> = strangers.into_iter().collect();
            group.members.retain(|member| !strangers.contains(member));
            is_left
        });
    }
    losses
}

/// The truth that a number stands for.
fn truth(counted: &Value) -> Option<bool> {
    match counted.as_i64()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
