//! A dataset held in memory.

use arrow_array::RecordBatch;

use super::select::{check_width, select};
use super::{Batches, Dataset, Scan, TableId, columns_with_reasons, table_of};
use crate::codebook::{Codebook, Table};
use crate::error::{Error, Result};

/// A codebook and, per table, record batches in memory.
#[derive(Clone, Debug)]
pub struct MemoryDataset {
    codebook: Codebook,
    tables: Vec<Vec<RecordBatch>>,
}

impl MemoryDataset {
    /// Puts a codebook and the batches of its tables together, in the codebook's order. Behind the columns of all
    /// variables a batch may hold reason columns, as [`Scan::with_reasons`] delivers them.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] when tables or columns do not match the codebook, in number or by name.
    pub fn new(codebook: Codebook, tables: Vec<Vec<RecordBatch>>) -> Result<Self> {
        if codebook.tables.len() != tables.len() {
            return Err(Error::invalid(format!(
                "the codebook has {} tables, but batches of {} were given",
                codebook.tables.len(),
                tables.len()
            )));
        }
        for (table, batches) in codebook.tables.iter().zip(&tables) {
            let all: Vec<usize> = (0..table.variables.len()).collect();
            let reasons = columns_with_reasons(table, &all).len();
            for batch in batches {
                check_width(table, all.len(), reasons, batch)?;
                check_names(table, batch)?;
            }
        }
        Ok(Self { codebook, tables })
    }

    /// A study of one table whose variables are inferred from the batches' schema.
    ///
    /// # Errors
    /// When there is no batch or a column's type has no kind.
    pub fn from_batches(table: &str, batches: Vec<RecordBatch>) -> Result<Self> {
        let first =
            batches.first().ok_or_else(|| Error::invalid("a table needs at least one batch").table(table))?;
        let mut codebook = Codebook::new(table);
        codebook.tables.push(super::infer_table(table, &first.schema())?);
        Self::new(codebook, vec![batches])
    }
}

/// Columns in another order would be read as each other's values.
fn check_names(table: &Table, batch: &RecordBatch) -> Result<()> {
    let schema = batch.schema_ref();
    match schema.fields().iter().zip(&table.variables).find(|(field, own)| *field.name() != own.name) {
        None => Ok(()),
        Some((field, variable)) => {
            let message = format!("a batch has the column {:?} in its place", field.name());
            Err(Error::invalid(message).table(&table.name).variable(&variable.name))
        }
    }
}

impl Dataset for MemoryDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.tables.get(table.0).map(|batches| batches.iter().map(|batch| batch.num_rows() as u64).sum())
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let batches = self.tables.get(table.0).map(Vec::as_slice).unwrap_or_default();
        select(description, scan, batches.iter().cloned().map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{ArrayRef, Int32Array, LargeStringArray, RecordBatchOptions};
    use arrow_schema::Schema;
    use arrow_select::concat::concat_batches;

    use super::*;
    use crate::codebook::{Kind, Table, Variable};
    use crate::context::Context;
    use crate::dataset::{Comparison, Filter, select_from};

    /// Rows 0 to 9 in batches of 4, 0, 3 and 3, in types other than the declared ones.
    fn batches() -> Vec<RecordBatch> {
        let batch = |rows: std::ops::Range<i32>| {
            let names: Vec<String> = rows.clone().map(|row| format!("n{row}")).collect();
            let columns: [(&str, ArrayRef, bool); 2] = [
                ("number", Arc::new(Int32Array::from_iter_values(rows)), true),
                ("name", Arc::new(LargeStringArray::from(names)), true),
            ];
            RecordBatch::try_from_iter_with_nullable(columns).unwrap()
        };
        vec![batch(0..4), batch(4..4), batch(4..7), batch(7..10)]
    }

    fn codebook() -> Codebook {
        let variables = vec![Variable::new("number", Kind::INTEGER), Variable::new("name", Kind::Text)];
        Codebook::new("s").with_table(Table::new("t", variables)).with_table(Table::new("none", vec![]))
    }

    fn dataset() -> MemoryDataset {
        let empty = RecordBatch::try_new_with_options(
            Arc::new(Schema::empty()),
            vec![],
            &RecordBatchOptions::new().with_row_count(Some(3)),
        )
        .unwrap();
        MemoryDataset::new(codebook(), vec![batches(), vec![empty]]).unwrap()
    }

    #[test]
    fn columns_stand_in_the_order_of_the_variables() {
        let columns: [(&str, ArrayRef); 2] =
            [("name", Arc::new(Int32Array::from(vec![1]))), ("number", Arc::new(Int32Array::from(vec![2])))];
        let swapped = RecordBatch::try_from_iter(columns).unwrap();
        let error = MemoryDataset::new(codebook(), vec![vec![swapped], vec![]]).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Invalid);
        assert!(error.to_string().contains("\"name\"") && error.to_string().contains("number"), "{error}");
    }

    fn read(data: &dyn Dataset, scan: &Scan) -> (Vec<String>, usize) {
        let batches: Vec<RecordBatch> =
            Context::default().scan(data, TableId(0), scan).unwrap().map(Result::unwrap).collect();
        let names = |batch: &RecordBatch| -> Vec<String> {
            let Some(column) = batch.column_by_name("name") else { return vec![] };
            column.as_string::<i32>().iter().map(|name| name.unwrap().to_owned()).collect()
        };
        (batches.iter().flat_map(names).collect(), batches.iter().map(RecordBatch::num_rows).sum())
    }

    fn above(number: i64) -> Filter {
        Filter::compare("number", Comparison::Greater, number)
    }

    #[test]
    fn scans_filter_limit_and_project() {
        let data = &dataset();
        assert_eq!(data.rows(TableId(0)), Some(10));
        assert_eq!(read(data, &Scan::all()).1, 10);
        let scan = Scan::all().columns([1]).filter(above(5)).limit(3);
        assert_eq!(read(data, &scan), (vec!["n6".into(), "n7".into(), "n8".into()], 3));
        assert_eq!(read(data, &Scan::all().limit(0)).1, 0);
        assert_eq!(read(data, &Scan::all().limit(6)).1, 6);
        assert_eq!(read(data, &Scan::all().columns([]).filter(above(5))).1, 4, "rows without columns");
        assert_eq!(read(data, &Scan::all().columns([]).limit(7)).1, 7);
        assert_eq!(read(data, &Scan::all().columns([]).filter(Filter::All(vec![]))).1, 10);
        let twice = Scan::all().columns([1, 0, 1]).filter(above(8));
        let batch = data.scan(TableId(0), &twice).unwrap().map(Result::unwrap).last().unwrap();
        assert_eq!(batch.num_columns(), 3);
        assert_eq!(batch.column(1).as_primitive::<Int64Type>().values(), &[9]);
        assert!(data.scan(TableId(0), &Scan::all().columns([2])).is_err());
        assert!(data.scan(TableId(0), &Scan::all().filter(Filter::IsNull("nobody".into()))).is_err());
        assert!(data.scan(TableId(7), &Scan::all()).is_err());
        let none: Vec<RecordBatch> =
            data.scan(TableId(1), &Scan::all().limit(2)).unwrap().map(Result::unwrap).collect();
        assert_eq!((none.len(), none[0].num_rows(), none[0].num_columns()), (1, 2, 0));
    }

    #[test]
    fn the_source_is_not_asked_for_more_than_the_limit() {
        let table = &codebook().tables[0];
        for (limit, asked) in [(0, 0), (4, 1), (5, 3), (100, 4)] {
            let pulled = AtomicUsize::new(0);
            let source = batches().into_iter().map(|batch| {
                pulled.fetch_add(1, Ordering::Relaxed);
                Ok(batch)
            });
            let rows: usize = select(table, &Scan::all().limit(limit), source)
                .unwrap()
                .map(|batch| batch.unwrap().num_rows())
                .sum();
            assert_eq!((rows as u64, pulled.load(Ordering::Relaxed)), (limit.min(10), asked));
        }
    }

    #[test]
    fn a_misfit_below_a_filter_keeps_its_own_row_number() {
        let variables = vec![Variable::new("number", Kind::Integer { bits: 8, signed: true })];
        let codebook = Codebook::new("s").with_table(Table::new("t", variables));
        let batch = |values: Vec<i32>| {
            RecordBatch::try_from_iter([("number", Arc::new(Int32Array::from(values)) as ArrayRef)]).unwrap()
        };
        let data = MemoryDataset::new(codebook, vec![vec![batch(vec![1, 9]), batch(vec![1, 300])]]).unwrap();
        let scan = Scan::all().filter(above(5));
        let error = Context::default().scan(&data, TableId(0), &scan).unwrap().find_map(Result::err).unwrap();
        assert_eq!(error.place().row, Some(4));
    }

    #[test]
    fn batches_of_another_width_are_refused() {
        assert!(MemoryDataset::new(codebook(), vec![batches()]).is_err());
        assert!(MemoryDataset::new(codebook(), vec![vec![], batches()]).is_err());
        let table = &codebook().tables[1];
        let error =
            select(table, &Scan::all(), batches().into_iter().map(Ok)).unwrap().next().unwrap().unwrap_err();
        assert!(error.message().contains("2 columns"), "{error}");
    }

    #[test]
    fn batches_may_hold_only_what_a_scan_needs() {
        let variables = ["a", "number", "b", "name"].map(|name| match name {
            "name" => Variable::new(name, Kind::Text),
            _ => Variable::new(name, Kind::INTEGER),
        });
        let table = Table::new("t", variables.to_vec());
        let scan = Scan::all().columns([3]).filter(above(5)).limit(2);
        let needed = scan.needed(&table).unwrap();
        assert_eq!(needed, [1, 3]);
        let picked = select_from(&table, &needed, &scan, batches().into_iter().map(Ok)).unwrap();
        let schema = picked.schema().clone();
        let picked: Vec<RecordBatch> = picked.map(Result::unwrap).collect();
        let batch = concat_batches(&schema, &picked).unwrap();
        let names: Vec<&str> = batch.column(0).as_string::<i32>().iter().flatten().collect();
        assert_eq!(names, ["n6", "n7"]);
        assert!(select_from(&table, &[3], &scan, batches().into_iter().map(Ok)).is_err());
    }
}
