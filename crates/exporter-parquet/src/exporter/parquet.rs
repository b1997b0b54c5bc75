//! The Parquet exporter.

use std::io::Write;
use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::Kind;
use exporter_core::dataset::arrow_type;
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Codebook, Context, Dataset, Error, Exporter, Format, FormatInfo, Loss, LossCode, Plan, Planning,
    ProfileRequest, Result, TableRows,
};
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};

use super::{Choices, Columns, RowWriter, carries, entries, plan};
use crate::ParquetError;
use crate::layout::cutting::chunk_rows;
use crate::layout::storage_type::{has_empty_structure, stored_field};
use crate::options::{PARQUET_OPTIONS, ParquetCompression, ParquetOptions, READ_OPTIONS, Statistics};
use crate::writer::dictionaries::DICTIONARY_BYTES;
use crate::writer::{Settings, write_table};

pub(crate) static INFO: FormatInfo = FormatInfo::new("parquet", "Apache Parquet")
    .aliases(&["pq"])
    .extensions(&["parquet"])
    .media_type("application/vnd.apache.parquet")
    .options(PARQUET_OPTIONS)
    .read_options(READ_OPTIONS)
    .losses(&[
        LossCode::KIND_CHANGED,
        LossCode::DOCUMENT_DROPPED,
        LossCode::METADATA_DROPPED,
        LossCode::NOT_READ,
        LossCode::NAME_CHANGED,
        LossCode::TIME_PRECISION,
        LossCode::VALUE_LABELS_DROPPED,
    ])
    .notes(
        "Format version 1.0 pages, read by pyarrow, pandas, polars, DuckDB, Spark and R. The whole codebook is \
         stored in the file's metadata under exporter.codebook. Date-times in seconds are stored in milliseconds, \
         the coarsest Parquet has. With reasons=column each variable \
         with missing reasons has a column of their texts behind all others, NAME_reason. Periods are written as texts \
         (2024-03, 2024-Q1, 2024-H1, 2024-W05), categorical variables as dictionaries, which pandas, polars and R read \
         as categories. Times in a zone such as +05:30 stop polars, whoever wrote them: with \
         POLARS_IGNORE_TIMEZONE_PARSE_ERROR=1 it reads them, and dt.convert_time_zone('UTC') shows them. Columns of intervals and variants are not read.",
    );

/// Bytes of a column's values in a row group that a small budget leaves room for: fewer would not pay for the kilobyte of
/// metadata that each gets.
const COLUMN_BYTES: u64 = 4096;

/// The Parquet format.
#[derive(Clone, Copy, Debug)]
pub struct Parquet;

impl Format for Parquet {
    const INFO: &'static FormatInfo = &INFO;
    type Options = ParquetOptions;
    type Exporter = ParquetExporter;

    fn exporter(options: ParquetOptions) -> Result<ParquetExporter> {
        options.check()?;
        Ok(ParquetExporter { options })
    }
}

/// Writes every table as a Parquet file with the whole codebook inside.
#[derive(Clone, Debug, Default)]
pub struct ParquetExporter {
    options: ParquetOptions,
}

impl Exporter for ParquetExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        entries(&INFO, codebook)
    }

    fn needs(&self, data: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        Ok(choices(&self.options).needs(data.codebook()))
    }

    fn carries(&self, part: Part) -> Carry {
        carries(part, self.options.codebook, self.options.reasons)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        _: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        for table in &data.codebook().tables {
            let refuse = |error: ParquetError| Error::from(error).table(&table.name);
            if table.variables.is_empty() {
                return Err(refuse(ParquetError::NoColumns));
            }
            if let Some(variable) =
                table.variables.iter().find(|variable| has_empty_structure(&arrow_type(&variable.kind)))
            {
                return Err(refuse(ParquetError::EmptyStructure(variable.name.clone())));
            }
        }
        let mut plan = plan(self, &self.options, choices(&self.options), data, with)?;
        for table in &data.codebook().tables {
            for variable in table.variables.iter().filter(|variable| has_duration(&variable.kind)) {
                let action = "stored as whole numbers; programs that read the Arrow schema in the file show a duration";
                plan.changes.losses.add(
                    Loss::new(LossCode::KIND_CHANGED, action)
                        .table(&table.name)
                        .variable(&variable.name)
                        .first(None, variable.kind.to_string()),
                );
            }
        }
        Ok(Box::new(plan))
    }
}

/// Whether a kind holds durations, for which Parquet has no type.
fn has_duration(kind: &Kind) -> bool {
    match kind {
        Kind::Duration(_) => true,
        Kind::List(item) => has_duration(item),
        Kind::Map { key, value } => has_duration(key) || has_duration(value),
        Kind::Structure(fields) => fields.iter().any(|field| has_duration(&field.kind)),
        _ => false,
    }
}

impl RowWriter for &ParquetOptions {
    fn stored(&self, schema: &SchemaRef) -> SchemaRef {
        Arc::new(Schema::new(schema.fields().iter().map(stored_field).collect::<Vec<_>>()))
    }

    fn write(
        self,
        output: &mut (dyn Write + Send),
        columns: &Columns,
        metadata: Vec<(String, String)>,
        rows: &TableRows<'_>,
    ) -> Result<u64, ParquetError> {
        let stored = self.stored(&columns.schema);
        let mut properties = properties(self)?
            .set_key_value_metadata(Some(
                metadata.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect(),
            ))
            .build();
        add_encoded_arrow_schema_to_metadata(&stored, &mut properties);
        let memory = rows.context().memory();
        let settings = Settings {
            row_group_rows: usize::try_from(self.row_group_rows).unwrap_or(usize::MAX),
            // A row group may be held as values and encoded, beside the chunks that are read; what the file tells of each
            // column of each row group takes memory too.
            row_group_bytes: (u64::from(self.row_group_mib) << 20)
                .min((memory / 4).max(COLUMN_BYTES * stored.fields().len() as u64)),
            chunk_rows: chunk_rows(stored.fields().len(), memory),
            threads: rows.context().threads(),
        };
        write_table(output, &stored, properties, &settings, columns.chunks(rows)?)
    }
}

fn properties(options: &ParquetOptions) -> Result<WriterPropertiesBuilder, ParquetError> {
    let compression = match options.compression {
        ParquetCompression::Zstd => Compression::ZSTD(ZstdLevel::try_new(options.level.into())?),
        ParquetCompression::Snappy => Compression::SNAPPY,
        ParquetCompression::None => Compression::UNCOMPRESSED,
    };
    let statistics = match options.statistics {
        Statistics::Page => EnabledStatistics::Page,
        Statistics::RowGroup => EnabledStatistics::Chunk,
        Statistics::None => EnabledStatistics::None,
    };
    Ok(WriterProperties::builder()
        .set_compression(compression)
        .set_dictionary_enabled(options.dictionary)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(statistics))
}

fn choices(options: &ParquetOptions) -> Choices {
    Choices { codebook: options.codebook, reasons: options.reasons, categories: options.categories }
}
