//! The core of the Exporter engine: what every format, packaging and frontend crate shares.
//!
//! A [`Dataset`] (a [`Codebook`] and Arrow record batches) goes into an [`Exporter`],
//! which first makes a [`Plan`] (everything decided, nothing written) and then writes its entries
//! into a [`Sink`]. [`export`] drives the whole: profile, plan, loss policy, write, finish.
//!
//! ```
//! use exporter_core::{Context, LossCode, LossPolicy};
//!
//! let context = Context::default().with_threads(2).with_policy(LossPolicy::Report);
//! assert_eq!(context.threads(), 2);
//! assert_eq!(LossCode::LABEL_TRUNCATED.as_str(), "label-truncated");
//! ```
//!
//! What every format and every caller names is at the root. Topics with many names of their own are modules: the
//! [`codebook`], [`dataset`]s, the [`profile`], what a format [`carry`]s, the codebook [`embedded`] in a file, [`sink`]s,
//! [`source`]s, [`check`]s, threads ([`parallel`]), and kernels for names, texts, labels and missing values. The root
//! repeats only those names of the topics that nearly all code needs; each is documented once, in its module.

pub mod carry;
pub mod check;
pub mod codebook;
mod codebook_exporter;
mod context;
pub mod dataset;
mod documents_exporter;
pub mod doubles;
pub mod embedded;
pub mod encoded;
mod entry_names;
mod error;
mod exporter;
mod foreign;
mod format;
mod limits;
mod loss;
pub mod missing;
pub mod names;
pub mod nested;
pub mod parallel;
mod password;
mod presumption;
pub mod profile;
mod projection;
mod registry;
mod sample;
pub mod sink;
pub mod source;
pub mod suggest;
pub mod truncate;

/// The crates of Apache Arrow that rows are made of, in the version that is used here.
pub mod arrow {
    pub use {arrow_array as array, arrow_schema as schema};
}

#[doc(no_inline)]
pub use carry::{Carry, Part};
#[doc(no_inline)]
pub use check::Check;
#[doc(no_inline)]
pub use codebook::Codebook;
pub use codebook_exporter::{CodebookExporter, CodebookOptions};
pub use context::{BATCH_ROWS, Cancel, Clock, Context, NoProgress, Progress, stage};
#[doc(no_inline)]
pub use dataset::{Batches, Dataset, Filter, MemoryDataset, Note, Scan, TableId};
pub use documents_exporter::{DocumentsExporter, DocumentsOptions};
pub use entry_names::{study_stem, table_entries};
pub use error::{Error, ErrorKind, FETCH_AGAIN, Place, Result};
pub use exporter::{
    Bundle, Changes, Committed, EntryReport, Exporter, Output, Placed, Plan, Planning, PreparedPlan, Recode,
    Rename, Sibling, Summary, TableRows, TableWriter, TablesPlan, Written, export, plan, plan_of,
};
pub use foreign::Foreign;
pub use format::{
    Container, Describe, Description, Format, FormatInfo, Input, OptionInfo, OptionKind, Recognition,
};
pub use limits::Limits;
pub use loss::{
    CHARACTERS, Example, LOST_ROWS, Loss, LossCode, LossEffect, LossPolicy, LossReport, LossSeverity,
    Tallied, Tally, counted, grouped,
};
pub use password::Password;
#[doc(no_inline)]
pub use presumption::Presumption;
pub use profile::{ColumnFacts, Facts, Lacking, Profile, ProfileRequest, TableProfile};
pub use projection::Projection;
pub use registry::{COMMON_OPTIONS, Faces, Registry, options_from_pairs, read_options_from_pairs};
pub use sample::Sample;
#[doc(no_inline)]
pub use sink::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink};
#[doc(no_inline)]
pub use source::{ReadAt, Source};
