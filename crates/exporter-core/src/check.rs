//! Checks of files by the rules of their formats: what a check is, what it finds, and how it reaches what is inside archives.
//!
//! A format implements [`Check`] and lists its [`Rule`]s; [`Registry::check`] recognises a file and runs the check of its
//! format. An archive hands what is inside to [`Checking::contents`], which goes through the same registry, so that packaging
//! depends on no format.

mod finding;
mod findings;
mod rows;

pub use finding::{Finding, Rule, Severity};
pub use findings::Findings;
pub use rows::{KEY, PARENT, RANGE, ROWS, TOO_MANY, UNLABELLED, rows};

use crate::carry::Part;
use crate::context::Context;
use crate::dataset::{Note, Scan, TableId};
use crate::error::{Error, ErrorKind, Place, Result};
use crate::format::{FormatInfo, Input, Recognition};
use crate::loss::{LOST_ROWS, Loss, LossCode, LossReport, LossSeverity};
use crate::password::Password;
use crate::registry::Registry;
use crate::sample::Sample;
use crate::source::Source;

/// The rule of formats whose files are checked by reading them: the file opens and every row can be read.
pub const UNREADABLE: Rule = Rule::error("unreadable", "The file opens and every row of it can be read.");

/// The rule that what the reader of a format says it loses is found by a check as well.
pub const READ_LOSS: Rule = Rule::warning("read-loss", "Nothing of the file is lost when it is read.")
    .consequence("whatever is made of this file lacks or changes it, and the loss report says so too");

/// The rule that no value is lost when a file is read.
pub const VALUES_LOST: Rule =
    Rule::error("values-lost", "Every value of the file is read as it was written.")
        .consequence("rows or values of the file are gone or wrong");

/// The rule that a file is written as the reader of its format expects it.
pub const ODDITY: Rule = Rule::note("oddity", "Nothing in the file is unusual.")
    .consequence("no value is changed by it, and nothing needs to be done");

/// The rules of [`by_reading`].
pub const BY_READING: &[Rule] = &[UNREADABLE, VALUES_LOST, READ_LOSS, ODDITY];

/// Compile-time face of a format whose files are checked.
pub trait Check: 'static {
    /// What the format is and can.
    const INFO: &'static FormatInfo;
    /// Every rule that a finding may name. Without rules nothing is found: such a check only counts rows, for the archive
    /// or folder that says how many there are.
    const RULES: &'static [Rule];
    /// Whether files of the format hold others. An archive inside another is not unpacked: each would multiply what a small
    /// file can make a check do.
    const IS_ARCHIVE: bool = false;
    /// Whether the check looks at files beside the one that it checks ([`Source::beside`]), such as those that it describes.
    const LOOKS_BESIDE: bool = false;

    /// How sure the format is that a file is its own.
    fn recognise(sample: &Sample<'_>) -> Recognition;

    /// Applies every rule. Whatever the bytes are, they give findings.
    ///
    /// # Errors
    /// When the bytes cannot be read at all, or the check is cancelled.
    fn check(
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked>;
}

/// What a check found in a file besides its findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// Rows, where the file says or shows how many it has.
    pub rows: Option<u64>,
    /// Records of delimited text, header lines included: how many are header lines stands outside the file.
    pub records: Option<u64>,
}

impl Checked {
    /// A file of so many rows.
    #[must_use]
    pub fn with_rows(mut self, rows: Option<u64>) -> Self {
        self.rows = rows;
        self
    }

    /// Delimited text of so many records.
    #[must_use]
    pub fn with_records(mut self, records: u64) -> Self {
        self.records = Some(records);
        self
    }
}

/// How files are checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckOptions {
    /// Opens encrypted files; without it they are a finding.
    pub password: Option<Password>,
    /// Most entries of an archive or folder that are looked at.
    pub max_entries: u64,
    /// Most bytes that one byte of an archive may unpack to. Deflate cannot reach more than 1032, zstd can.
    pub max_expansion: u64,
}

impl Default for CheckOptions {
    /// No password, a million entries, 4096 bytes from one.
    fn default() -> Self {
        Self { password: None, max_entries: 1 << 20, max_expansion: 4096 }
    }
}

impl CheckOptions {
    /// Opens encrypted files with this password.
    #[must_use]
    pub fn with_password(mut self, password: Password) -> Self {
        self.password = Some(password);
        self
    }
}

/// What a check may ask of its caller: the options, and checks of what is inside.
#[derive(Clone, Copy)]
pub struct Checking<'a> {
    registry: &'a Registry,
    options: &'a CheckOptions,
    inside: bool,
}

impl<'a> Checking<'a> {
    /// Checks through this registry.
    pub fn new(registry: &'a Registry, options: &'a CheckOptions) -> Self {
        Self { registry, options, inside: false }
    }

    /// The options.
    pub fn options(&self) -> &'a CheckOptions {
        self.options
    }

    /// The same for what is inside an archive: archives in it are not checked.
    #[must_use]
    pub fn inside_archive(self) -> Self {
        Self { inside: true, ..self }
    }

    /// The formats.
    pub fn registry(&self) -> &'a Registry {
        self.registry
    }

    /// Whether a file of this name that begins with these bytes (at most 4 KiB are looked at) can be checked.
    pub fn knows(&self, name: &str, head: &[u8]) -> bool {
        self.registry.checker(name, &Sample::of(head), self.inside).is_some()
    }

    /// Whether the check of such a file looks at those beside it.
    pub fn looks_beside(&self, name: &str, head: &[u8]) -> bool {
        self.registry
            .checker(name, &Sample::of(head), self.inside)
            .is_some_and(|checker| checker.looks_beside)
    }

    /// What an archive holds, for checks that look beside their file; `None` where it cannot be opened.
    pub fn files_of<'s>(&self, archive: &Source<'s>, context: &Context) -> Option<Source<'s>> {
        let files = self.registry.contents(archive, self.options.password.as_ref(), context).ok()??;
        let mut archive = archive.clone();
        archive.contents = Some(files);
        Some(archive)
    }

    /// Checks a file of an archive or folder by the rules of its own format; findings are placed in the entry of this path.
    /// A file that its check cannot read is a finding. `None` when no format knows it.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn contents(
        &self,
        entry: &str,
        source: &Source<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Option<Checked>> {
        let head = source.head(Sample::BYTES)?;
        let Some(checker) = self.registry.checker(&source.name, &Sample::of(&head), self.inside) else {
            return Ok(None);
        };
        findings.inside(entry, |findings| match checker.apply(source, self, findings, context) {
            Ok(checked) => Ok(Some(checked)),
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
            Err(error) => {
                findings.add(unreadable(&error));
                Ok(None)
            }
        })
    }
}

/// Checks a file by opening it and reading every row: the check of formats that have no rules beyond their reader's.
///
/// # Errors
/// [`ErrorKind::Io`] and [`ErrorKind::Cancelled`]; other errors of the reader are findings of [`UNREADABLE`], its losses of
/// [`READ_LOSS`] or [`VALUES_LOST`], its notes of [`ODDITY`].
pub fn by_reading<I: Input>(
    source: &Source<'_>,
    findings: &mut Findings,
    context: &Context,
) -> Result<Checked> {
    if source.bytes.is_empty() && source.contents.is_none() {
        findings.add(unreadable(&Error::invalid("this file is empty")));
        return Ok(Checked::default());
    }
    match rows_of::<I>(source, context) {
        Ok((rows, losses, notes)) => {
            read_losses(losses.iter(), findings);
            let notes = notes.into_iter().filter(|note| !note.is_usual);
            notes.for_each(|note| findings.add(Finding::new(ODDITY, note.text)));
            Ok(Checked::default().with_rows(rows))
        }
        Err(error) if error.kind() == ErrorKind::Cancelled || is_of_the_store(&error) => Err(error),
        Err(error) => {
            findings.add(unreadable(&error));
            Ok(Checked::default())
        }
    }
}

/// Whether the bytes could not be had, rather than being wrong or too few.
fn is_of_the_store(error: &Error) -> bool {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
    error.kind() == ErrorKind::Io
        && source.is_none_or(|source| !matches!(source.kind(), InvalidData | UnexpectedEof))
}

/// Rows of the only table, once all rows of all tables have been read, what reading lost, and its notes.
fn rows_of<I: Input>(source: &Source<'_>, context: &Context) -> Result<(Option<u64>, LossReport, Vec<Note>)> {
    let data = I::open(source, I::Options::default(), context)?;
    let tables = data.codebook().tables.len();
    let mut rows = 0;
    for table in 0..tables {
        for batch in context.scan(&*data, TableId(table), &Scan::all())? {
            rows += batch?.num_rows() as u64;
        }
    }
    Ok(((tables == 1).then_some(rows), data.losses(), data.notes()))
}

/// Adds what reading a file loses; that a table's parent is in another file is no fault of this one.
pub fn read_losses<'l>(losses: impl IntoIterator<Item = &'l Loss>, findings: &mut Findings) {
    for loss in losses.into_iter().filter(|loss| loss.part != Some(Part::Keys)) {
        let times = if loss.count > 1 { format!(" ({})", loss.times()) } else { String::new() };
        let first = loss.first.iter().map(|first| &first.value).find(|first| !first.is_empty());
        let first = first.map(|first| format!(", first: {first}")).unwrap_or_default();
        let are_rows = loss.code == LossCode::NOT_READ && loss.unit == Some(LOST_ROWS);
        let rule = if are_rows || loss.severity == LossSeverity::Wrong { VALUES_LOST } else { READ_LOSS };
        let mut finding = Finding::new(rule, format!("{}{times}{first}", loss.action));
        finding.place.table.clone_from(&loss.table);
        finding.place.variable.clone_from(&loss.variable);
        finding.place.row = loss.first.as_ref().and_then(|first| first.row);
        findings.add(finding);
    }
}

/// The finding that an error of a reader is; it stands where the error does, and says the way out where there is one.
pub fn unreadable(error: &Error) -> Finding {
    let place = Place { entry: None, ..error.place().clone() };
    let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    Finding { rule: UNREADABLE, place, message: format!("{}{hint}", error.message()) }
}
