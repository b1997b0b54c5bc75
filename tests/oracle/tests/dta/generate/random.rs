//! Tables that look random and are the same in every run.

use exporter_dta::Release;
use exporter_dta::stata::{StorageType, ValueLabelSet};

use super::contents::alphabet;
use crate::dta::table::{Case, Cell};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    /// SplitMix64.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }
}

pub(super) fn random(release: Release, seed: u64) -> Case {
    let mut case = Case::new(format!("random {seed}"), release);
    let mut dice = Dice(seed * 1_000 + u64::from(release.number()));
    let alphabet = alphabet(release);
    let rows = *dice.pick(&[1, 3, 63, 64, 65, 200]);
    let labelled: Vec<(i32, String)> =
        (0..=dice.below(20)).map(|key| (key as i32, format!("label {key}"))).collect();
    case.metadata.value_labels.push(ValueLabelSet::new("set", labelled));
    for index in 0..1 + dice.below(40) {
        let name = format!("v{index}");
        // Empty strLs and those of release 119 are faults of some programs, seen in their own cases.
        let kind = dice.below(if release.has_strl() && release != Release::V119 { 7 } else { 6 });
        if kind >= 5 {
            let mut longest = 1;
            let mut cells = Vec::new();
            for _ in 0..rows {
                let parts = if kind == 6 { 1 + dice.below(40) } else { dice.below(9) };
                let text: String = (0..parts).map(|_| *dice.pick(&alphabet)).collect();
                longest = longest.max(text.len());
                cells.push(Cell::text(text));
            }
            let storage = if kind == 6 { StorageType::StrL } else { StorageType::Str(longest as u16) };
            case.add(name, storage, cells);
            continue;
        }
        let storage =
            [StorageType::Byte, StorageType::Int, StorageType::Long, StorageType::Float, StorageType::Double]
                [kind as usize];
        let cells = (0..rows).map(|_| number(&mut dice, storage)).collect();
        let variable = case.add(name, storage, cells);
        if dice.below(3) == 0 {
            variable.value_labels = "set".to_owned();
        }
        if dice.below(2) == 0 {
            variable.label = format!("Variable {index} {}", dice.pick(&alphabet));
        }
    }
    case
}

fn number(dice: &mut Dice, storage: StorageType) -> Cell {
    if dice.below(5) == 0 {
        return Cell::Missing(dice.below(27) as u8);
    }
    let between =
        |dice: &mut Dice, low: i64, high: i64| (low + dice.below((high - low + 1) as u64) as i64) as f64;
    Cell::Number(match storage {
        StorageType::Byte => between(dice, -127, 100),
        StorageType::Int => between(dice, -32_767, 32_740),
        StorageType::Long => between(dice, -2_147_483_647, 2_147_483_620),
        StorageType::Float => loop {
            let float = f32::from_bits(dice.roll() as u32);
            if float.abs() <= f32::from_bits(0x7EFF_FFFF) {
                break float.into();
            }
        },
        _ => loop {
            let double = f64::from_bits(dice.roll());
            if double.abs() <= f64::from_bits(0x7FDF_FFFF_FFFF_FFFF) && double.abs() < 1e300 {
                break double;
            }
        },
    })
}
