//! `exporter inspect`.

mod grid;

use std::collections::HashMap;
use std::fmt::Write as _;

use console::{Style, Term};
use exporter::codebook::{Codebook, Language, Table, ValueLabel, Variable};
use exporter::dataset::reason_texts;
use exporter::{Context, Dataset, Error, Result, Scan, TableId, counted, truncate};
use serde_json::{Value as Json, json};

use crate::args::InspectArgs;
use crate::request;
use crate::terminal::{in_one_line, print, say, visible};
use grid::Grid;

/// Widest cell that is shown.
const CELL_CHARACTERS: usize = 24;

pub(super) fn run(args: &InspectArgs) -> Result<()> {
    let registry = exporter::registry();
    let mut context = args.memory.context();
    if let Some(language) = &args.language {
        context = context.with_language(language);
    }
    let request = request::reading(&args.input.inputs, &args.input.reading, &registry)?;
    let data = request.open(&registry, &context)?;
    exporter::request::has_language(args.language.as_deref(), data.codebook())?;
    data.notes().iter().for_each(|note| say(&format!("note: {}", note.text)));
    let text = if args.json { as_json(&data, args.rows, &context)? } else { as_text(&data, args, &context)? };
    print(&text)
}

fn as_json(data: &dyn Dataset, rows: u64, context: &Context) -> Result<String> {
    let mut tables = Vec::new();
    for (index, table) in data.codebook().tables.iter().enumerate() {
        let cells = first_rows(data, TableId(index), rows, context)?;
        let records: Vec<Json> = cells
            .iter()
            .map(|row| {
                let pairs = table
                    .variables
                    .iter()
                    .zip(row)
                    .map(|(variable, cell)| (variable.name.clone(), json!(cell)));
                Json::Object(pairs.collect())
            })
            .collect();
        tables.push(json!({
            "name": table.name,
            "rows": data.rows(TableId(index)),
            "columns": table.variables.len(),
            "first_rows": records,
        }));
    }
    let notes: Vec<String> = data.notes().into_iter().map(|note| note.text).collect();
    let whole =
        json!({ "codebook": data.codebook(), "tables": tables, "losses": data.losses(), "notes": notes });
    let text = serde_json::to_string_pretty(&whole).map_err(|source| Error::invalid(source.to_string()))?;
    Ok(text + "\n")
}

fn as_text(data: &dyn Dataset, args: &InspectArgs, context: &Context) -> Result<String> {
    let codebook = data.codebook();
    let language = codebook.language(context.language());
    let bold = Style::new().bold();
    let mut text = String::new();
    let title = codebook.study.title.get(language);
    if !title.is_empty() {
        let _ = writeln!(text, "{}", bold.apply_to(visible(title)));
    }
    if let [_, _, ..] = codebook.study.languages.as_slice() {
        let _ = writeln!(text, "languages: {}", codebook.study.languages.join(", "));
    }
    let mut body = String::new();
    for (index, table) in codebook.tables.iter().enumerate() {
        let rows = counted(rows_of(data, TableId(index), context)?, "row");
        let variables = counted(table.variables.len() as u64, "variable");
        let name = in_one_line(&table.name);
        let _ = writeln!(text, "\ntable {}: {rows}, {variables}", bold.apply_to(name));
        body.clear();
        describe(&mut body, codebook, table, language);
        text.push_str(&visible(&body));
        if args.rows > 0 {
            let first = first_rows(data, TableId(index), args.rows, context)?;
            text.push_str(&grid(codebook, table, &first, args.labels, language).lines(terminal_width()));
        }
    }
    if codebook.tables.is_empty() {
        let _ = writeln!(text, "\nno tables: the study alone is described");
    }
    body.clear();
    show_documents(&mut body, codebook, language);
    let losses = data.losses();
    if !losses.is_empty() {
        let _ = writeln!(body, "\nlost in reading what is shown:");
    }
    for loss in losses.iter() {
        let _ = writeln!(body, "  {loss}");
    }
    text.push_str(&visible(&body));
    Ok(text.trim_start().to_owned())
}

/// The number of rows, counted where the file does not say it.
fn rows_of(data: &dyn Dataset, table: TableId, context: &Context) -> Result<u64> {
    if let Some(rows) = data.rows(table) {
        return Ok(rows);
    }
    let batches = context.scan(data, table, &Scan::all().columns([]))?;
    batches.map(|batch| Ok(batch?.num_rows() as u64)).sum()
}

/// The width of standard output, where it is a terminal.
fn terminal_width() -> Option<usize> {
    let terminal = Term::stdout();
    terminal.is_term().then(|| usize::from(terminal.size().1))
}

/// Name, kind, title and origin of each document.
fn show_documents(text: &mut String, codebook: &Codebook, language: Language<'_>) {
    let documents = &codebook.documents;
    if !documents.is_empty() {
        let _ = writeln!(text, "\ndocuments:");
    }
    let width = documents.iter().map(|document| document.name.chars().count()).max().unwrap_or(0).min(32);
    for document in documents {
        let mut origin = Vec::new();
        origin.extend(
            document
                .bytes
                .as_ref()
                .map(|bytes| format!("in the file, {}", counted(bytes.len() as u64, "byte"))),
        );
        origin.extend(document.path.as_ref().map(|path| path.display().to_string()));
        origin.extend(document.uri.clone());
        let origin = if origin.is_empty() { "only described".to_owned() } else { origin.join(", ") };
        let kind = json!(document.kind);
        let (kind, title) = (kind.as_str().unwrap_or_default(), document.title.get(language));
        let _ = writeln!(text, "  {:<width$}  {kind:<13}  {title}  [{origin}]", document.name);
    }
}

fn describe(text: &mut String, codebook: &Codebook, table: &Table, language: Language<'_>) {
    let width =
        table.variables.iter().map(|variable| variable.name.chars().count()).max().unwrap_or(0).min(32);
    for variable in &table.variables {
        let kind = variable.kind.to_string();
        let (name, label) = (in_one_line(&variable.name), in_one_line(variable.label.get(language)));
        let _ = writeln!(text, "  {name:<width$}  {kind:<14} {label}{}", extras(codebook, variable));
    }
}

fn extras(codebook: &Codebook, variable: &Variable) -> String {
    let mut extras = Vec::new();
    extras
        .extend(variable.facts.name_in_file.iter().map(|name| format!("{} in the file", in_one_line(name))));
    if let (Some(name), Some(labels)) = (&variable.labels, codebook.value_labels_of(variable)) {
        extras.push(format!("{} ({name})", counted(labels.len() as u64, "value label")));
    }
    if !variable.missing.is_empty() {
        extras.push(format!("{} missing", variable.missing.len()));
    }
    if extras.is_empty() { String::new() } else { format!("  [{}]", extras.join("; ")) }
}

/// The first rows as text: a missing reason by its letter after a point, or its label; null is `None`.
fn first_rows(
    data: &dyn Dataset,
    table: TableId,
    rows: u64,
    context: &Context,
) -> Result<Vec<Vec<Option<String>>>> {
    let codebook = data.codebook();
    let variables = codebook.tables.get(table.0).map_or(&[][..], |table| &table.variables);
    let reasons = variables.iter().enumerate().filter(|(_, variable)| variable.has_reasons());
    let reasons: Vec<(usize, Vec<Option<String>>)> = reasons
        .map(|(position, variable)| (position, reason_texts(variable, codebook.language(context.language()))))
        .collect();
    let mut cells = Vec::new();
    for batch in context.scan(data, table, &Scan::all().limit(rows).with_reasons())? {
        for mut row in exporter::dataset::display_rows(&batch?)? {
            let found = row.split_off(variables.len().min(row.len()));
            for ((position, texts), reason) in reasons.iter().zip(found) {
                let text = reason.and_then(|reason| texts.get(reason.parse::<usize>().ok()?)?.clone());
                if let (Some(text), Some(cell)) = (text, row.get_mut(*position)) {
                    cell.get_or_insert(text);
                }
            }
            cells.push(row);
        }
    }
    Ok(cells)
}

/// The first rows under the names of the variables, with the label beside each labelled code if asked for.
fn grid(
    codebook: &Codebook,
    table: &Table,
    rows: &[Vec<Option<String>>],
    with_labels: bool,
    language: Language<'_>,
) -> Grid {
    let labels = |variable: &Variable| -> HashMap<String, String> {
        let set = codebook.value_labels_of(variable).filter(|_| with_labels);
        let entries = set.into_iter().flat_map(|set| &set.entries);
        let label = |label: &ValueLabel| label.label.get(language).to_owned();
        entries.map(|entry| (entry.value.to_string(), label(entry))).collect()
    };
    let labels: Vec<HashMap<String, String>> = table.variables.iter().map(labels).collect();
    let columns = table.variables.iter().zip(&labels);
    let numeric = |variable: &Variable| variable.kind.is_numeric();
    let mut grid = Grid::new(
        columns.map(|(variable, labels)| (cut(&variable.name), numeric(variable) && labels.is_empty())),
    );
    for row in rows {
        let cell = |(cell, labels): (&Option<String>, &HashMap<String, String>)| {
            let Some(cell) = cell else { return ".".to_owned() };
            // A whole number among floats is shown with a point.
            match labels.get(cell).or_else(|| labels.get(cell.strip_suffix(".0")?)) {
                Some(label) => format!("{} {}", cut(cell), cut(label)),
                None => cut(cell),
            }
        };
        grid.push(row.iter().zip(&labels).map(cell).collect());
    }
    grid
}

/// A cell in one line and not too wide.
fn cut(cell: &str) -> String {
    truncate::shown(&in_one_line(cell), CELL_CHARACTERS).into_owned()
}
