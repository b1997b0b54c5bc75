//! Single values of any kind, and their columns.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, ListArray, MapArray, PrimitiveArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};
use exporter_core::codebook::Kind;
use exporter_core::dataset::arrow_type;
use exporter_core::downcast_whole_numbers;

/// One value of a column of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// System missing.
    Null,
    /// Truth value.
    Boolean(bool),
    /// Whole number; days, ticks, periods and the unscaled digits of decimals too.
    Integer(i128),
    /// Floating-point number.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// Parts of a structure, in order.
    Structure(Vec<Cell>),
    /// Values of a list.
    List(Vec<Cell>),
    /// Keys and values.
    Map(Vec<(Cell, Cell)>),
}

impl Cell {
    /// Whether this is system missing.
    pub fn is_null(&self) -> bool {
        *self == Cell::Null
    }
}

fn integers<T: ArrowPrimitiveType>(kind: &Kind, cells: &[Cell]) -> ArrayRef
where
    T::Native: TryFrom<i128>,
{
    let column: PrimitiveArray<T> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Null => None,
            Cell::Integer(number) => Some(
                T::Native::try_from(*number)
                    .unwrap_or_else(|_| panic!("{number} does not fit the kind {kind}")),
            ),
            other => panic!("{other:?} is not of the kind {kind}"),
        })
        .collect();
    Arc::new(column.with_data_type(arrow_type(kind)))
}

fn floats<T: ArrowPrimitiveType>(kind: &Kind, cells: &[Cell], narrow: fn(f64) -> T::Native) -> ArrayRef {
    let column: PrimitiveArray<T> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Null => None,
            Cell::Float(number) => Some(narrow(*number)),
            other => panic!("{other:?} is not of the kind {kind}"),
        })
        .collect();
    Arc::new(column)
}

/// A column of a kind, in the Arrow type that normalised columns of the kind have.
///
/// Panics when a cell is not of the kind.
pub fn column_of(kind: &Kind, cells: &[Cell]) -> ArrayRef {
    let wrong = |cell: &Cell| -> ! { panic!("{cell:?} is not of the kind {kind}") };
    let data_type = arrow_type(kind);
    macro_rules! whole {
        ($type:ty) => {
            integers::<$type>(kind, cells)
        };
    }
    downcast_whole_numbers! {
        &data_type => whole,
        DataType::Boolean => {
            let mut builder = BooleanBuilder::new();
            cells.iter().for_each(|cell| match cell {
                Cell::Null => builder.append_null(),
                Cell::Boolean(value) => builder.append_value(*value),
                other => wrong(other),
            });
            Arc::new(builder.finish())
        }
        DataType::Utf8 => {
            let mut builder = StringBuilder::new();
            cells.iter().for_each(|cell| match cell {
                Cell::Null => builder.append_null(),
                Cell::Text(text) => builder.append_value(text),
                other => wrong(other),
            });
            Arc::new(builder.finish())
        }
        DataType::Binary => {
            let mut builder = BinaryBuilder::new();
            cells.iter().for_each(|cell| match cell {
                Cell::Null => builder.append_null(),
                Cell::Binary(bytes) => builder.append_value(bytes),
                other => wrong(other),
            });
            Arc::new(builder.finish())
        }
        DataType::Float32 => floats::<Float32Type>(kind, cells, |number| number as f32),
        DataType::Float64 => floats::<Float64Type>(kind, cells, |number| number),
        DataType::Decimal128(..) => integers::<Decimal128Type>(kind, cells),
        _ => nested(kind, &data_type, cells),
    }
}

fn nested(kind: &Kind, data_type: &DataType, cells: &[Cell]) -> ArrayRef {
    let nulls = NullBuffer::from_iter(cells.iter().map(|cell| !cell.is_null()));
    match (kind, data_type) {
        (Kind::Structure(parts), DataType::Struct(fields)) => {
            let columns = parts.iter().enumerate().map(|(part, field)| {
                let values: Vec<Cell> = cells
                    .iter()
                    .map(|cell| match cell {
                        Cell::Structure(values) => values[part].clone(),
                        _ => Cell::Null,
                    })
                    .collect();
                column_of(&field.kind, &values)
            });
            Arc::new(StructArray::new(fields.clone(), columns.collect(), Some(nulls)))
        }
        (Kind::List(item), DataType::List(field)) => {
            let lists = cells.iter().map(|cell| match cell {
                Cell::List(values) => values.as_slice(),
                _ => &[],
            });
            let offsets = OffsetBuffer::from_lengths(lists.clone().map(<[Cell]>::len));
            let values = column_of(item, &lists.flatten().cloned().collect::<Vec<_>>());
            Arc::new(ListArray::new(Arc::clone(field), offsets, values, Some(nulls)))
        }
        (Kind::Map { key, value }, DataType::Map(field, sorted)) => {
            let maps = cells.iter().map(|cell| match cell {
                Cell::Map(pairs) => pairs.as_slice(),
                _ => &[],
            });
            let offsets = OffsetBuffer::from_lengths(maps.clone().map(<[(Cell, Cell)]>::len));
            let (keys, values): (Vec<Cell>, Vec<Cell>) = maps.flatten().cloned().unzip();
            let parts = [column_of(key, &keys), column_of(value, &values)];
            let fields = vec![
                Field::new("key", parts[0].data_type().clone(), false),
                Field::new("value", parts[1].data_type().clone(), true),
            ];
            let entries = StructArray::new(fields.into(), parts.into(), None);
            Arc::new(MapArray::new(Arc::clone(field), offsets, entries, Some(nulls), *sorted))
        }
        _ => panic!("the kind {kind} has no column of type {data_type}"),
    }
}

/// The values of a normalised column, one by one.
pub fn cells_of(column: &dyn Array) -> Vec<Cell> {
    fn whole<T: ArrowPrimitiveType>(column: &dyn Array) -> Vec<Cell>
    where
        T::Native: Into<i128>,
    {
        let cell = |value: Option<T::Native>| value.map_or(Cell::Null, |value| Cell::Integer(value.into()));
        column.as_primitive::<T>().iter().map(cell).collect()
    }
    fn each(column: &dyn Array, cell: impl Fn(usize) -> Cell) -> Vec<Cell> {
        (0..column.len()).map(|row| if column.is_null(row) { Cell::Null } else { cell(row) }).collect()
    }
    macro_rules! whole_numbers {
        ($type:ty) => {
            whole::<$type>(column)
        };
    }
    downcast_whole_numbers! {
        column.data_type() => whole_numbers,
        DataType::Boolean => each(column, |row| Cell::Boolean(column.as_boolean().value(row))),
        DataType::Utf8 => each(column, |row| Cell::Text(column.as_string::<i32>().value(row).into())),
        DataType::Binary => each(column, |row| Cell::Binary(column.as_binary::<i32>().value(row).into())),
        DataType::Float32 => {
            each(column, |row| Cell::Float(column.as_primitive::<Float32Type>().value(row).into()))
        }
        DataType::Float64 => each(column, |row| Cell::Float(column.as_primitive::<Float64Type>().value(row))),
        DataType::Decimal128(..) => whole::<Decimal128Type>(column),
        DataType::Struct(_) => {
            let parts: Vec<Vec<Cell>> =
                column.as_struct().columns().iter().map(|part| cells_of(part)).collect();
            each(column, |row| Cell::Structure(parts.iter().map(|part| part[row].clone()).collect()))
        }
        DataType::List(_) => each(column, |row| Cell::List(cells_of(&column.as_list::<i32>().value(row)))),
        DataType::Map(..) => each(column, |row| {
            let entries = column.as_map().value(row);
            let (keys, values) = (cells_of(entries.column(0)), cells_of(entries.column(1)));
            Cell::Map(keys.into_iter().zip(values).collect())
        }),
        other => panic!("columns of type {other} are not normalised"),
    }
}
