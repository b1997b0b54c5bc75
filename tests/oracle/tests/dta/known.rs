//! Faults of the programs that read our files: each is seen again in every run, or its line here is too much.

use super::said::Tool;

/// One fault of one program.
pub(crate) struct Fault {
    pub(crate) tool: Tool,
    /// Name of a case.
    pub(crate) case: &'static str,
    /// Releases in which it shows.
    pub(crate) releases: &'static [u8],
    /// The part that differs; a last `*` stands for any end.
    pub(crate) part: &'static str,
    pub(crate) because: &'static str,
}

impl Fault {
    pub(crate) fn covers(&self, tool: Tool, case: &str, release: u8, part: &str) -> bool {
        self.tool == tool && self.case == case && self.releases.contains(&release) && matches(self.part, part)
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    }
}

const EVERY: &[u8] = &[113, 114, 115, 117, 118, 119];
/// Releases with text in 8 bits.
const OLD: &[u8] = &[113, 114, 115, 117];
/// Releases with strL.
const STRL: &[u8] = &[117, 118, 119];

const fn fault(
    tool: Tool,
    case: &'static str,
    releases: &'static [u8],
    part: &'static str,
    because: &'static str,
) -> Fault {
    Fault { tool, case, releases, part, because }
}

/// Every fault.
pub(crate) const FAULTS: &[Fault] = &[
    fault(
        Tool::Pandas,
        "accents",
        OLD,
        "cells of western",
        "reads text in 8 bits as Latin-1, where Stata on Windows wrote windows-1252",
    ),
    fault(Tool::Pandas, "strl binary", STRL, "cells of bytes", "gives bytes as the text of a Python literal"),
    fault(Tool::Pandas, "strl nul", STRL, "cells of text", "gives bytes as the text of a Python literal"),
    fault(Tool::Pyreadstat, "strl accents", &[117], "error", "takes the 8 bits of long texts for UTF-8"),
    fault(Tool::Pyreadstat, "strl binary", STRL, "cells of bytes", "cuts bytes at the first NUL"),
    fault(Tool::Pyreadstat, "strl nul", STRL, "cells of text", "cuts bytes at the first NUL"),
    fault(Tool::Haven, "texts", EVERY, "cells of trailing", "cuts blanks at the end of a text"),
    fault(
        Tool::Haven,
        "descriptions",
        EVERY,
        "notes",
        "takes the count in `note0` for a note, and 8 bits for UTF-8",
    ),
    fault(
        Tool::Haven,
        "survey",
        EVERY,
        "notes",
        "takes the count in `note0` for a note, and 8 bits for UTF-8",
    ),
    fault(
        Tool::Haven,
        "survey in French",
        &[118],
        "notes",
        "takes the count in `note0` for a note, and 8 bits for UTF-8",
    ),
    fault(
        Tool::Haven,
        "survey with leap seconds",
        &[118],
        "notes",
        "takes the count in `note0` for a note, and 8 bits for UTF-8",
    ),
    fault(Tool::Haven, "strl accents", &[117], "cells of latin", "takes the 8 bits of long texts for UTF-8"),
    fault(Tool::Haven, "strl binary", STRL, "error", "refuses a file with bytes"),
    fault(Tool::Haven, "strl nul", STRL, "error", "refuses a file with bytes"),
    fault(
        Tool::Haven,
        "strl",
        &[119],
        "cells of *",
        "reads strL cells of release 119 in the form of 118 and finds no text",
    ),
    fault(Tool::Haven, "strl shared", &[119], "cells of *", "as without sharing"),
    fault(
        Tool::Haven,
        "strl accents",
        &[119],
        "cells of latin",
        "reads strL cells of release 119 in the form of 118 and finds no text",
    ),
    fault(
        Tool::Haven,
        "survey",
        &[119],
        "cells of remarks",
        "reads strL cells of release 119 in the form of 118 and finds no text",
    ),
    fault(
        Tool::Haven,
        "survey",
        &[119],
        "cells of tags",
        "reads strL cells of release 119 in the form of 118 and finds no text",
    ),
    fault(
        Tool::Haven,
        "33000 columns",
        &[119],
        "cells of last",
        "reads strL cells of release 119 in the form of 118 and finds no text",
    ),
    fault(
        Tool::Readstata13,
        "empty",
        EVERY,
        "cells of *",
        "version 0.10 gives one row of missing values for none",
    ),
    fault(
        Tool::Readstata13,
        "descriptions",
        OLD,
        "dataset_label",
        "does not translate the dataset label from 8 bits",
    ),
    fault(Tool::Readstata13, "strl", STRL, "cells of *", "gives an empty long text as missing"),
    fault(Tool::Readstata13, "strl shared", STRL, "cells of *", "gives an empty long text as missing"),
    fault(Tool::Readstata13, "strl binary", STRL, "cells of bytes", "cuts bytes at the first NUL"),
    fault(Tool::Readstata13, "strl nul", STRL, "cells of text", "cuts bytes at the first NUL"),
    fault(Tool::Readstata13, "33000 columns", &[119], "cells of last", "gives an empty long text as missing"),
    fault(Tool::Polars, "texts", EVERY, "cells of trailing", "cuts blanks at the end of a text"),
    fault(
        Tool::Polars,
        "accents",
        OLD,
        "cells of *",
        "cuts text in 8 bits to its width after turning it into UTF-8",
    ),
    fault(Tool::Polars, "strl binary", STRL, "cells of bytes", "gives no bytes"),
    fault(
        Tool::Dta,
        "strl nul",
        STRL,
        "cells of text",
        "gives what stands in a binary record as bytes, the right ones",
    ),
    fault(Tool::Polars, "strl nul", STRL, "cells of text", "gives no bytes"),
    fault(Tool::Polars, "strl", &[119], "cells of *", "finds no long text in release 119"),
    fault(Tool::Polars, "strl shared", &[119], "cells of *", "finds no long text in release 119"),
    fault(Tool::Polars, "strl accents", &[119], "cells of latin", "finds no long text in release 119"),
    fault(Tool::Polars, "survey", &[119], "cells of remarks", "finds no long text in release 119"),
    fault(Tool::Polars, "survey", &[119], "cells of tags", "finds no long text in release 119"),
    fault(Tool::Polars, "33000 columns", &[119], "cells of last", "finds no long text in release 119"),
];
