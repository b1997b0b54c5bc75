//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Turns collected data into the files analysts and systems need, with every label, missing value and key
/// intact, and says beforehand what a format cannot hold.
#[derive(Debug, Parser)]
#[command(
    name = "exporter",
    version,
    max_term_width = 110,
    after_help = "\
Examples:
  exporter inspect survey.dta
  exporter convert survey.dta survey.csv
  exporter export study.toml -t dta -t csv:values=labels -o files
  exporter export study.toml -t parquet -o survey.zip --report report.json
  exporter formats csv

`exporter COMMAND --help` explains the options of a command."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print no notes, summaries and progress, only errors and what the command is asked for
    #[arg(short, long, global = true, help_heading = "Reports")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a study's tables in one or more formats
    Export(ExportArgs),
    /// Convert one file to another; the extensions name the formats
    Convert(ConvertArgs),
    /// Show the codebook, the shape and the first rows of any readable file
    Inspect(InspectArgs),
    /// Validate the structure of files
    Check(CheckArgs),
    /// List what each format reads and writes, its limits, options and losses
    Formats(FormatsArgs),
    /// Look at, convert, compare and clean files of DHIS2
    #[cfg(feature = "dxf2")]
    #[command(subcommand)]
    Dxf2(Dxf2Command),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Manual,
}

/// Where the data comes from.
#[derive(Debug, ClapArgs)]
pub(crate) struct InputArgs {
    /// A study file (study.json, study.toml), data files, documents of DDI, zips or folders of such, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// How inputs are read.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Reading")]
pub(crate) struct ReadingArgs {
    /// A codebook that describes the data files: a study file, a .codebook.json, a document of DDI or a file such as .dta
    #[arg(long, value_name = "FILE")]
    pub(crate) codebook: Option<PathBuf>,
    /// The format of the inputs and options of its reader, when content and extension do not say; of a study file, a zip or a
    /// folder, the format and options of the data files in it
    #[arg(short, long, value_name = "FORMAT[:OPTION=VALUE,…]")]
    pub(crate) from: Option<String>,
    /// Let a study file name data files outside its folder
    #[arg(long)]
    pub(crate) allow_outside: bool,
    /// The password of encrypted inputs is in this environment variable
    #[arg(long, value_name = "VAR", conflicts_with = "input_password_file")]
    pub(crate) input_password_env: Option<String>,
    /// The password of encrypted inputs is the first line of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) input_password_file: Option<PathBuf>,
}

/// Which part of the data is taken.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Selection")]
pub(crate) struct ExcerptArgs {
    /// Keep rows for which this holds, such as 'age >= 18', 'region in north, west', 'vote = Clinton', 'income not
    /// missing'; given several times, all must hold. A code that is declared missing is compared as the number it is
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) conditions: Vec<String>,
    /// Keep only these variables, in this order
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) variables: Vec<String>,
    /// Keep at most this many rows of each table
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) rows: Option<u64>,
    /// Keep the rows of a table whose parent row --where or --rows leaves out
    #[arg(long)]
    pub(crate) keep_orphans: bool,
}

/// How the work is done.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Reports")]
pub(crate) struct WorkArgs {
    /// Which losses are accepted: deny accepts none; report accepts all but wrong values; allow=CODE,… accepts what
    /// report accepts, and wrong values of these codes (`exporter formats FORMAT` lists the codes)
    #[arg(long, value_name = "POLICY", default_value = "report")]
    pub(crate) losses: String,
    /// Language of labels where a format holds only one (BCP 47)
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// Print the request that these arguments make, as JSON for --request, and do nothing else
    #[arg(long, help_heading = "Output")]
    pub(crate) print_request: bool,
    /// Print what would be written and lost, and write nothing
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Resources")]
    pub(crate) threads: Option<u16>,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    /// Write the summary and the losses as JSON
    #[arg(long, value_name = "FILE.json")]
    pub(crate) report: Option<PathBuf>,
    /// When to show a progress bar
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: ProgressWhen,
    /// Replace existing files
    #[arg(long, help_heading = "Output")]
    pub(crate) overwrite: bool,
    /// Wait until the disk has every byte
    #[arg(long, help_heading = "Output")]
    pub(crate) sync: bool,
}

/// Buffers of 16 MiB or more.
fn mebibytes(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|number| *number >= 16)
        .ok_or_else(|| "give a number of MiB, 16 or more".to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressWhen {
    Auto,
    Always,
    Never,
}

/// Password that encrypts a zip (AES-256).
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Packaging")]
#[group(multiple = false)]
pub(crate) struct PasswordArgs {
    /// The zip's password is in this environment variable
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// The zip's password is the first line of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  exporter export study.toml -t tab -t dta -o files
  exporter export study.toml -t csv:values=labels -o survey.zip --password-file password.txt
  exporter export study.toml -t sav -o files --from csv:decimal=comma,dates=%d.%m.%Y
  exporter export survey.dta -t parquet -o parquet --where 'age >= 18' --variables id,age,vote
  exporter export study.toml -t dta -o files --dry-run")]
#[command(override_usage = "exporter export [OPTIONS] --to <FORMAT[:OPTION=VALUE,…]> --out <PATH> <INPUT>...
       exporter export [OPTIONS] --request <FILE.json> --out <PATH>")]
pub(crate) struct ExportArgs {
    /// A study file (study.json, study.toml), data files, documents of DDI, zips or folders of such, or - for standard input
    #[arg(required_unless_present = "request", value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Run a stored request, which says what to export and how; its paths are relative to its folder
    #[arg(long, value_name = "FILE.json", conflicts_with_all = REQUESTED)]
    pub(crate) request: Option<PathBuf>,
    /// A format to write and its options; may be given several times
    #[arg(short, long, required_unless_present = "request", value_name = "FORMAT[:OPTION=VALUE,…]")]
    pub(crate) to: Vec<String>,
    /// A folder (its name has no extension or ends in /), a file name ending in .zip, .gz or the format's extension, or - for
    /// standard output
    #[arg(short, long, required_unless_present = "print_request", value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Export only these tables
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Vec<String>,
    /// Package the entries as a zip
    #[arg(long, conflicts_with = "gzip", help_heading = "Packaging")]
    pub(crate) zip: bool,
    /// Compress each entry as gzip
    #[arg(long, help_heading = "Packaging")]
    pub(crate) gzip: bool,
    /// Compression level of zip and gzip: 0 (store) to 9, fast or best [default: 6]
    #[arg(long, value_name = "LEVEL", help_heading = "Packaging")]
    pub(crate) level: Option<String>,
    /// Encrypt the zip for old tools with ZipCrypto, which is broken cryptography
    #[arg(long, help_heading = "Packaging")]
    pub(crate) legacy_encryption: bool,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    /// Leave out the codebook that goes beside the data in folders and zips
    #[arg(long, help_heading = "Packaging")]
    pub(crate) no_codebook: bool,
    /// Leave out the documents of the study that go beside the data in folders and zips
    #[arg(long, help_heading = "Packaging")]
    pub(crate) no_documents: bool,
    /// Add MANIFEST.json with sizes and SHA-256 of every entry
    #[arg(long, help_heading = "Packaging")]
    pub(crate) manifest: bool,
    #[command(flatten)]
    pub(crate) excerpt: ExcerptArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

/// The arguments that make a request: none goes with one that is stored.
const REQUESTED: [&str; 15] = [
    "inputs",
    "ReadingArgs",
    "to",
    "table",
    "zip",
    "gzip",
    "level",
    "legacy_encryption",
    "PasswordArgs",
    "no_codebook",
    "no_documents",
    "manifest",
    "ExcerptArgs",
    "losses",
    "language",
];

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  exporter convert survey.dta survey.parquet
  exporter convert survey.csv survey.dta --from csv:delimiter=semicolon,decimal=comma
  exporter convert survey.parquet - -t csv:values=labels
  zcat survey.csv.gz | exporter convert - survey.dta --from csv")]
pub(crate) struct ConvertArgs {
    /// The file to read, or - for standard input
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// The file to write, or - for standard output
    #[arg(value_name = "OUTPUT")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// The output's format and options, when the extension does not say
    #[arg(short, long, value_name = "FORMAT[:OPTION=VALUE,…]")]
    pub(crate) to: Option<String>,
    /// The table to convert, when the input has several
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    #[command(flatten)]
    pub(crate) excerpt: ExcerptArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  exporter inspect survey.dta
  exporter inspect survey.csv --rows 20
  exporter inspect study.toml --labels
  exporter inspect survey.ddi.xml
  exporter inspect survey.parquet --json")]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Print the codebook, the shape and the rows as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many rows of each table to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5)]
    pub(crate) rows: u64,
    /// Show the label beside each labelled code
    #[arg(short, long)]
    pub(crate) labels: bool,
    /// Language of the labels that are shown (BCP 47)
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MemoryArgs {
    /// MiB of buffers, 16 or more; less memory makes smaller batches and row groups
    #[arg(long = "memory", value_name = "MIB", default_value_t = 512, value_parser = mebibytes, help_heading = "Resources")]
    mebibytes: u32,
}

impl MemoryArgs {
    /// A context with this memory.
    pub(crate) fn context(&self) -> exporter::Context {
        exporter::Context::default().with_memory(u64::from(self.mebibytes) << 20)
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  exporter check survey.dta
  exporter check survey.ddi.xml
  exporter check survey.zip --input-password-file password.txt
  exporter check study.toml")]
pub(crate) struct CheckArgs {
    /// Stata, SPSS, Parquet and Arrow files, documents of DDI, codebooks, study files and their data; zips and compressed streams; folders with a manifest
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The password of encrypted archives is in this environment variable
    #[arg(long, visible_alias = "password-env", value_name = "VAR", conflicts_with = "input_password_file")]
    pub(crate) input_password_env: Option<String>,
    /// The password of encrypted archives is the first line of this file
    #[arg(long, visible_alias = "password-file", value_name = "FILE")]
    pub(crate) input_password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is done with files of DHIS2.
#[cfg(feature = "dxf2")]
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  exporter dxf2 summary metadata.json.gz
  exporter dxf2 convert metadata.json metadata.xml --target 2.38
  exporter dxf2 convert values.csv values.json.gz
  exporter dxf2 diff old.json new.json
  exporter dxf2 clean metadata.json clean.json --strip sharing,users,dates
  exporter dxf2 uid --from \"Malaria cases\"")]
pub(crate) enum Dxf2Command {
    /// Count what is in a file, and references to what is not in it
    Summary {
        /// Metadata as JSON or XML, data values as JSON, XML, CSV or ADX; compressed ones, too
        file: PathBuf,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a file in another form, which the name of the target says: .json, .xml, .csv or .adx.xml, and .gz or .zip behind it
    Convert {
        /// The file
        from: PathBuf,
        /// The file that is written
        to: PathBuf,
        /// The version of DHIS2 that it is for, such as 2.38; without one everything stays as it is
        #[arg(long, value_name = "VERSION")]
        target: Option<String>,
        /// Keep what servers of this version would refuse
        #[arg(long)]
        lenient: bool,
        #[command(flatten)]
        output: Dxf2Output,
    },
    /// Compare the metadata of two files by identifier and property, whatever their order; ends with 1 where they differ
    Diff {
        /// The first file
        first: PathBuf,
        /// The second file
        second: PathBuf,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take out of metadata what belongs to its server
    Clean {
        /// The file
        from: PathBuf,
        /// The file that is written
        to: PathBuf,
        /// What is taken out: sharing, users, dates, orgunits, translations, whitespace
        #[arg(long, value_name = "WHAT,…", value_delimiter = ',')]
        strip: Vec<String>,
        /// Give the default category objects the identifiers that all servers have
        #[arg(long)]
        remap_defaults: bool,
        #[command(flatten)]
        output: Dxf2Output,
    },
    /// Print new identifiers, or the one of a text
    Uid {
        /// The identifier of this text, the same each time
        #[arg(long, value_name = "TEXT", conflicts_with_all = ["count", "seed"])]
        from: Option<String>,
        /// How many
        #[arg(short = 'n', long, value_name = "N", default_value_t = 1)]
        count: u16,
        /// The same ones each time
        #[arg(long, value_name = "NUMBER")]
        seed: Option<u64>,
    },
}

/// How a file of DHIS2 is written.
#[cfg(feature = "dxf2")]
#[derive(Debug, ClapArgs)]
pub(crate) struct Dxf2Output {
    /// Replace an existing file
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FormatsArgs {
    /// One format, in full
    #[arg(value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}
