//! Files of DHIS2 as tables: data values, events and tracked entities, and metadata.
//!
//! The codecs beside this folder are plain; here they meet the engine. A file is read once when it is opened, to know its tables,
//! columns and kinds, and again by every scan; one object is in memory.

mod cells;
mod data;
mod describe;
mod dictionary;
mod moment;
mod number;
mod objects;
mod options;
mod place;
mod row;
mod rows;
mod seen;
mod shape;
mod tables;
#[cfg(test)]
mod tests;
mod told;
mod tracked;
mod values;

pub use data::Dxf2Dataset;
pub use options::{Dxf2InputOptions, Events, ReadMode, Values};

use exporter_core::{
    Context, Dataset, FormatInfo, Input, LossCode, Recognition, Registry, Result, Sample, Source,
};

use crate::recognition::ExchangeKind;
use options::READ_OPTIONS;

static INFO: FormatInfo = FormatInfo::new("dxf2", "DHIS2 exchange file")
    .aliases(&["dhis2"])
    .media_type("text/plain")
    .read_options(READ_OPTIONS)
    .losses(&[LossCode::NOT_READ, LossCode::NAME_CHANGED, LossCode::KIND_CHANGED, LossCode::METADATA_DROPPED])
    .notes(
        "Data values are the table dataValues; events, enrollments, trackedEntities and relationships are tables of these names; of \
         metadata each collection is a table. JSON and XML are recognised by what they hold; CSV of DHIS2 is delimited text \
         unless --from dxf2 says otherwise. A metadata file given with --codebook labels data.",
    );

/// Reads files of DHIS2.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dxf2Input;

impl Input for Dxf2Input {
    const INFO: &'static FormatInfo = &INFO;
    type Options = Dxf2InputOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        match ExchangeKind::of_sure(sample.head) {
            Some(ExchangeKind::Geometry) => Recognition::No,
            Some(_) => Recognition::Yes,
            // Of a table in CSV, which has no extension of this format: it must be named.
            None if ExchangeKind::of_header(sample.head).is_some() => Recognition::Maybe,
            None => Recognition::No,
        }
    }

    fn open(source: &Source<'_>, options: Dxf2InputOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(Dxf2Dataset::open(source, &options, context)?))
    }
}

/// Adds the format `dxf2`, which is read, to a registry.
pub fn register(registry: Registry) -> Registry {
    registry.register_input::<Dxf2Input>().register_description::<Dxf2Input>()
}
