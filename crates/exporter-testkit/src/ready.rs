//! Entries of any contents, for tests of what stands beside them.

use exporter_core::{
    Bundle, Carry, Codebook, Context, Dataset, EntrySpec, Exporter, Format as _, FormatInfo, LossReport,
    MemoryDataset, Part, Plan, Planning, PreparedPlan, Result, Sink, export,
};

use crate::plain::Plain;

/// Writes these entries and a companion beside them, and finishes the sink.
#[track_caller]
pub fn write_with(
    companion: impl Exporter + 'static,
    entries: impl IntoIterator<Item = (EntrySpec, Vec<u8>)>,
    sink: Box<dyn Sink + '_>,
) {
    let ready = Ready(entries.into_iter().collect());
    let bundle = Bundle::new().with(Box::new(ready)).with(Box::new(companion));
    let result = MemoryDataset::new(Codebook::new("study"), Vec::new())
        .and_then(|data| export(&bundle, &data, sink, &crate::conformance::context()));
    result.unwrap_or_else(|error| panic!("the entries cannot be written: {error:?}"));
}

struct Ready(Vec<(EntrySpec, Vec<u8>)>);

impl Exporter for Ready {
    fn format(&self) -> &'static FormatInfo {
        Plain::INFO
    }

    fn carries(&self, _: Part) -> Carry {
        Carry::Limited
    }

    fn entries(&self, _: &Codebook) -> Vec<EntrySpec> {
        self.0.iter().map(|(spec, _)| spec.clone()).collect()
    }

    fn plan<'a>(&'a self, _: &'a dyn Dataset, _: &Planning<'_>, _: &Context) -> Result<Box<dyn Plan + 'a>> {
        let mut plan = PreparedPlan::new(LossReport::default());
        self.0.iter().for_each(|(spec, bytes)| plan.push(spec.clone(), bytes.as_slice()));
        Ok(Box::new(plan))
    }
}
