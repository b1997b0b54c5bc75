//! Options that every format has: where its entries stand and which tables it writes.

use serde_json::Value as Json;

use super::options::misfit_of;
use crate::error::{Error, Result};
use crate::exporter::{Exporter, Placed};
use crate::format::{FormatInfo, OptionInfo};

/// Options of writing that every format has beside its own.
pub static COMMON_OPTIONS: [OptionInfo; 2] = [
    OptionInfo::text(
        "folder",
        "A folder below which everything of this format stands, such as `data/codes`.",
    ),
    OptionInfo::text("tables", "The tables that are written, such as `people|houses`; all when left out."),
];

/// The values of the common options.
#[derive(Default)]
pub(super) struct Common {
    folder: Option<String>,
    tables: Vec<String>,
}

impl Common {
    /// Takes the common options out of those of a format; an option of its own goes before one of the same name.
    pub(super) fn taken(info: &FormatInfo, options: &mut Json) -> Result<Self> {
        let mut common = Self::default();
        let Json::Object(object) = options else { return Ok(common) };
        for option in
            COMMON_OPTIONS.iter().filter(|common| info.options.iter().all(|own| own.name != common.name))
        {
            let Some(value) = object.remove(option.name) else { continue };
            let wrong = || misfit_of(info.id, option, &value.to_string());
            match option.name {
                "folder" => {
                    common.folder = Some(value.as_str().ok_or_else(wrong)?.trim_end_matches('/').into())
                }
                _ => {
                    let hint = "name tables, such as tables=people|houses; without tables= all are written";
                    common.tables = names(&value).ok_or_else(|| wrong().with_hint(hint))?;
                }
            }
        }
        Ok(common)
    }

    /// The exporter with these options.
    pub(super) fn round(self, exporter: Box<dyn Exporter>) -> Result<Box<dyn Exporter>> {
        let Self { folder, tables } = self;
        if folder.is_none() && tables.is_empty() {
            return Ok(exporter);
        }
        let (id, named) = (exporter.format().id, folder.clone().unwrap_or_default());
        let refused = |error: Error| {
            Error::usage(format!("{id}: folder={named:?} is refused")).with_source(error).with_hint(
                "name a folder below the target, such as folder=data; without folder= there is none",
            )
        };
        let placed = Placed::of_tables(exporter, tables);
        Ok(Box::new(match folder {
            Some(folder) => placed.below(folder).map_err(refused)?,
            None => placed,
        }))
    }
}

/// Names joined by `|`, or a list of them; at least one.
fn names(value: &Json) -> Option<Vec<String>> {
    let names: Vec<String> = match value {
        Json::String(names) => names.split('|').map(str::to_owned).collect(),
        Json::Array(names) => {
            names.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    (!names.is_empty() && names.iter().all(|name| !name.is_empty())).then_some(names)
}
