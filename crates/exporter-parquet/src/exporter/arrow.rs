//! The Arrow IPC exporters: file and stream.

use std::io::Write;

use arrow_schema::SchemaRef;
use exporter_core::carry::{Carry, Part};
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Codebook, Context, Dataset, Exporter, Format, FormatInfo, LossCode, Plan, Planning, ProfileRequest,
    Result, TableRows,
};

use super::{Choices, Columns, RowWriter, carries, entries, plan, with_metadata};
use crate::ParquetError;
use crate::ipc::writer::{Framing, write_table};
use crate::options::{ARROW_OPTIONS, ArrowOptions, READ_OPTIONS};

pub(crate) static FILE: FormatInfo = ipc("arrow", "Arrow IPC file (Feather 2)")
    .aliases(&["ipc"])
    .extensions(&["arrow", "feather"])
    .media_type("application/vnd.apache.arrow.file")
    .notes(
        "Random access, read by pyarrow, pandas, polars, DuckDB and R. The whole codebook is stored in the \
         schema's metadata under exporter.codebook. Periods are written as texts (2024-03, 2024-Q1, 2024-H1, \
         2024-W05), categorical variables as dictionaries, which pandas, polars and R read as categories.",
    );

pub(crate) static STREAM: FormatInfo = ipc("arrows", "Arrow IPC stream")
    .aliases(&["arrow-stream"])
    .extensions(&["arrows"])
    .media_type("application/vnd.apache.arrow.stream")
    .notes(
        "Read from the first byte on while it is still being written. The whole codebook is stored in the \
         schema's metadata under exporter.codebook. Periods are written as texts (2024-03, 2024-Q1, 2024-H1, \
         2024-W05), categorical variables as dictionaries, which pandas, polars and R read as categories.",
    );

/// What the file and the stream have in common.
const fn ipc(id: &'static str, name: &'static str) -> FormatInfo {
    FormatInfo::new(id, name).options(ARROW_OPTIONS).read_options(READ_OPTIONS).losses(&[
        LossCode::DOCUMENT_DROPPED,
        LossCode::KIND_CHANGED,
        LossCode::METADATA_DROPPED,
        LossCode::NOT_READ,
        LossCode::NAME_CHANGED,
        LossCode::VALUE_LABELS_DROPPED,
    ])
}

macro_rules! arrow_format {
    ($format:ident, $exporter:ident, $info:ident, $framing:expr, $what:literal) => {
        #[doc = concat!("The Arrow IPC ", $what, " format.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $format;

        impl Format for $format {
            const INFO: &'static FormatInfo = &$info;
            type Options = ArrowOptions;
            type Exporter = $exporter;

            fn exporter(options: ArrowOptions) -> Result<$exporter> {
                Ok($exporter { options })
            }
        }

        #[doc = concat!("Writes every table as an Arrow IPC ", $what, " with the whole codebook inside.")]
        #[derive(Clone, Debug, Default)]
        pub struct $exporter {
            options: ArrowOptions,
        }

        impl Exporter for $exporter {
            fn format(&self) -> &'static FormatInfo {
                &$info
            }

            fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
                entries(&$info, codebook)
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
                let writer = IpcTable { options: &self.options, framing: $framing };
                Ok(Box::new(plan(self, writer, choices(&self.options), data, with)?))
            }
        }
    };
}

arrow_format!(ArrowFile, ArrowExporter, FILE, Framing::File, "file");
arrow_format!(ArrowStream, ArrowStreamExporter, STREAM, Framing::Stream, "stream");

#[derive(Clone, Copy)]
struct IpcTable<'o> {
    options: &'o ArrowOptions,
    framing: Framing,
}

impl RowWriter for IpcTable<'_> {
    fn stored(&self, schema: &SchemaRef) -> SchemaRef {
        SchemaRef::clone(schema)
    }

    fn write(
        self,
        output: &mut (dyn Write + Send),
        columns: &Columns,
        metadata: Vec<(String, String)>,
        rows: &TableRows<'_>,
    ) -> Result<u64, ParquetError> {
        let described = with_metadata(&columns.schema, metadata);
        let (compression, threads) = (self.options.compression, rows.context().threads());
        write_table(output, &described, self.framing, compression, threads, columns.chunks(rows)?)
    }
}

fn choices(options: &ArrowOptions) -> Choices {
    Choices { codebook: options.codebook, reasons: options.reasons, categories: options.categories }
}
