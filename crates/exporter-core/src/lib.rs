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

pub mod carry;
pub mod check;
pub mod codebook;
pub mod codebook_exporter;
pub mod context;
pub mod dataset;
pub mod doubles;
pub mod embedded;
mod entry_names;
pub mod error;
pub mod exporter;
pub mod format;
pub mod labels;
pub mod limits;
pub mod loss;
pub mod missing;
pub mod names;
pub mod nested;
pub mod parallel;
mod password;
pub mod profile;
mod projection;
pub mod registry;
pub mod sink;
pub mod source;
pub mod suggest;
pub mod truncate;

pub use carry::{Carry, Held, Part};
pub use check::Check;
pub use codebook::Codebook;
pub use codebook_exporter::CodebookExporter;
pub use context::{Cancel, Clock, Context, NoProgress, Progress};
pub use dataset::{Batches, Dataset, Filter, MemoryDataset, Scan, TableId};
pub use entry_names::table_entries;
pub use error::{Error, ErrorKind, Place, Result};
pub use exporter::{
    Bundle, Changes, EntryReport, Exporter, Output, Plan, Planning, PreparedPlan, Recode, Rename, Summary,
    TableRows, TableWriter, TablesPlan, Written, export, plan, plan_of,
};
pub use format::{Format, FormatInfo, Input, OptionInfo, OptionKind, Recognition};
pub use limits::Limits;
pub use loss::{Loss, LossCode, LossPolicy, LossReport, Severity};
pub use password::Password;
pub use profile::{ColumnFacts, Facts, Profile, ProfileRequest, TableProfile};
pub use projection::Projection;
pub use registry::{Faces, Registry};
pub use sink::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink};
pub use source::{ReadAt, Source};
