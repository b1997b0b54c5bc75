//! Missing reasons beside the values of a scan.
//!
//! A reason ([`crate::codebook::MissingValues::Reason`]) has no value, so the row holds a null. A scan with
//! [`Scan::with_reasons`](super::Scan::with_reasons) tells it in a column of its own: behind the columns to deliver stands
//! one `UInt8` column for each of those whose variable declares a reason, in their order. Its value is the position of the
//! declaration in [`Variable::missing`](crate::codebook::Variable::missing); a null is no reason.

use std::sync::Arc;

use arrow_array::{ArrayRef, new_null_array};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};

use super::arrow_schema;
use crate::codebook::{Table, Variable};

/// The columns, out of these, whose variable declares a reason; they have a reason column each.
pub fn columns_with_reasons(table: &Table, columns: &[usize]) -> Vec<usize> {
    let has = |column: &usize| table.variables.get(*column).is_some_and(|variable| variable.has_reasons());
    columns.iter().copied().filter(has).collect()
}

/// The schema of normalised batches of a table: these columns, and behind them the reason columns if they are wanted.
pub fn scan_schema(table: &Table, columns: &[usize], reasons: bool) -> SchemaRef {
    let schema = arrow_schema(table, columns);
    if !reasons {
        return schema;
    }
    let with_reasons =
        columns_with_reasons(table, columns).into_iter().filter_map(|column| table.variables.get(column));
    let reasons = with_reasons.map(reason_field);
    Arc::new(Schema::new(schema.fields().iter().cloned().chain(reasons).collect::<Vec<_>>()))
}

/// The field of the reason column of a variable.
pub(super) fn reason_field(variable: &Variable) -> FieldRef {
    Arc::new(Field::new(format!("{} (reason)", variable.name), DataType::UInt8, true))
}

/// A reason column of rows that have none.
pub(super) fn no_reasons(rows: usize) -> ArrayRef {
    new_null_array(&DataType::UInt8, rows)
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::UInt8Type;
    use arrow_array::{Int64Array, RecordBatch, UInt8Array};

    use super::super::{Comparison, ExcerptDataset, Filter, MemoryDataset};
    use crate::codebook::{Codebook, Kind, Missing};
    use crate::{Context, Dataset, Scan, TableId};

    use super::*;

    fn variable(name: &str) -> Variable {
        Variable::new(name, Kind::INTEGER)
    }

    /// Three columns, of which the second and the third have reasons; rows 2 and 3 are missing for them.
    fn study() -> MemoryDataset {
        let b = variable("b").with_missing(Missing::value(-9)).with_missing(Missing::reason().letter('a'));
        let table = Table::new(
            "t",
            vec![variable("a"), b, variable("c").with_missing(Missing::reason().letter('z'))],
        );
        let number = |values: [Option<i64>; 4]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
        let reason = |values: [Option<u8>; 4]| Arc::new(UInt8Array::from(values.to_vec())) as ArrayRef;
        let columns = vec![
            number([Some(1), Some(2), Some(3), Some(4)]),
            number([Some(10), None, Some(-9), None]),
            number([None, Some(20), None, Some(40)]),
            reason([None, Some(1), None, None]),
            reason([None, None, Some(0), None]),
        ];
        let batch = RecordBatch::try_new(scan_schema(&table, &[0, 1, 2], true), columns).unwrap();
        MemoryDataset::new(
            Codebook::new("s").with_table(table),
            vec![vec![batch.slice(0, 1), batch.slice(1, 3)]],
        )
        .unwrap()
    }

    fn reasons(data: &dyn Dataset, scan: &Scan, column: usize) -> Vec<Option<u8>> {
        let batches = Context::default().scan(data, TableId(0), scan).unwrap();
        let of = |batch: crate::Result<RecordBatch>| {
            batch.unwrap().column(column).as_primitive::<UInt8Type>().iter().collect::<Vec<_>>()
        };
        batches.flat_map(of).collect()
    }

    #[test]
    fn reasons_follow_the_columns_that_are_delivered() {
        let data = study();
        let all = Scan::all().with_reasons();
        assert_eq!(reasons(&data, &all, 3), [None, Some(1), None, None]);
        assert_eq!(reasons(&data, &all, 4), [None, None, Some(0), None]);
        let turned = all.clone().columns([2, 1]);
        assert_eq!(reasons(&data, &turned, 2), [None, None, Some(0), None]);
        assert_eq!(reasons(&data, &turned, 3), [None, Some(1), None, None]);
        let later = all.clone().columns([1]).filter(Filter::compare("a", Comparison::Greater, 1)).limit(2);
        assert_eq!(reasons(&data, &later, 1), [Some(1), None]);
        let plain = Context::default().scan(&data, TableId(0), &Scan::all()).unwrap();
        assert_eq!(plain.schema().fields().len(), 3);
    }

    #[test]
    fn wrappers_keep_them() {
        let part = vec![Scan::all().columns([2, 0]).filter(Filter::compare("a", Comparison::AtLeast, 3))];
        let excerpt = ExcerptDataset::new(Arc::new(study()), part).unwrap();
        assert_eq!(reasons(&excerpt, &Scan::all().with_reasons(), 2), [Some(0), None]);
    }

    #[test]
    fn a_source_without_reason_columns_has_no_reasons() {
        let table = Table::new("t", vec![variable("a").with_missing(Missing::reason().letter('a'))]);
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        let batch = RecordBatch::try_new(arrow_schema(&table, &[0]), vec![column]).unwrap();
        let data = MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap();
        assert_eq!(reasons(&data, &Scan::all().with_reasons(), 1), [None, None]);
    }
}
