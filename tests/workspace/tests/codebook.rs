//! The codebook is plain data: no record batches, no schemas, so that it can be read and written without them.

use std::fs;

use crate::codecs::collect;
use crate::members;

/// The lines of code, by number from 1, that name a crate of Arrow.
fn lines_naming_arrow(code: &str) -> Vec<usize> {
    let names = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        code.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == "arrow" || word == "parquet" || word.starts_with("arrow_"))
    };
    code.lines().enumerate().filter(|(_, line)| names(line)).map(|(index, _)| index + 1).collect()
}

#[test]
fn the_codebook_names_no_arrow() {
    let mut files = Vec::new();
    collect(&members::root().join("crates/exporter-core/src/codebook"), &mut files);
    assert!(files.len() >= 10, "only {} files were found: was the module renamed?", files.len());
    let mut broken = Vec::new();
    for file in files {
        let lines = lines_naming_arrow(&fs::read_to_string(&file).unwrap());
        broken.extend(lines.iter().map(|line| format!("{}:{line}", file.display())));
    }
    assert!(broken.is_empty(), "the codebook names Arrow:\n{}", broken.join("\n"));
}

#[test]
fn a_codebook_that_names_arrow_would_be_found() {
    let code = "use crate::kind;\nuse arrow_schema::DataType;\n// Arrow's arrow_array\nfn arrows() {}\n";
    assert_eq!(lines_naming_arrow(code), [2]);
}
