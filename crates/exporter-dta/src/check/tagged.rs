//! Walks a tagged file, releases 117 to 121 (section 3).

use exporter_core::check::Findings;

use crate::check::file::{Checked, CheckedFile, Stop, is_timestamp, stop, tag};
use crate::check::{characteristics, rule, strls, value_labels, variables};
use crate::reader::{Cursor, DtaBytes, unsigned};
use crate::spec::{ByteOrder, MAP_ENTRIES, Release, TIMESTAMP_BYTES};

/// Names of the map's entries.
const ENTRIES: [&str; MAP_ENTRIES] = [
    "<stata_dta>",
    "<map>",
    "<variable_types>",
    "<varnames>",
    "<sortlist>",
    "<formats>",
    "<value_label_names>",
    "<variable_labels>",
    "<characteristics>",
    "<data>",
    "<strls>",
    "<value_labels>",
    "</stata_dta>",
    "end of file",
];

/// Checks everything but the rows.
pub(super) fn check(bytes: &DtaBytes, findings: &mut Findings) -> Checked<CheckedFile> {
    let mut cursor = bytes.cursor(0, ByteOrder::Little);
    let (mut file, variables) = header(&mut cursor, findings)?;
    let mut positions = vec![0, cursor.at()];
    let widths = file.release.widths();
    tag(&mut cursor, findings, "<map>")?;
    let map_at = cursor.at();
    let map = cursor.take(MAP_ENTRIES * 8, "map")?.to_vec();
    tag(&mut cursor, findings, "</map>")?;

    let mut section =
        |cursor: &mut Cursor<'_>, findings: &mut Findings, name: &str, count: u64, width: usize| {
            positions.push(cursor.at());
            tag(cursor, findings, &format!("<{name}>"))?;
            let at = cursor.at();
            let block = cursor.block(count, width, name)?;
            tag(cursor, findings, &format!("</{name}>"))?;
            Ok::<_, Stop>((at, block))
        };
    let (at, block) = section(&mut cursor, findings, "variable_types", variables, widths.type_code)?;
    variables::types(&mut file, findings, at, &block)?;
    let (at, block) = section(&mut cursor, findings, "varnames", variables, widths.name)?;
    variables::names(&mut file, findings, at, &block);
    let (at, block) = section(&mut cursor, findings, "sortlist", variables + 1, widths.sort_entry)?;
    variables::sort(&mut file, findings, at, &block);
    let (at, block) = section(&mut cursor, findings, "formats", variables, widths.format)?;
    variables::formats(&file, findings, at, &block);
    let (at, block) = section(&mut cursor, findings, "value_label_names", variables, widths.name)?;
    variables::set_references(&file, findings, at, &block);
    let (at, block) = section(&mut cursor, findings, "variable_labels", variables, widths.variable_label)?;
    variables::labels(&file, findings, at, &block);

    positions.push(cursor.at());
    tag(&mut cursor, findings, "<characteristics>")?;
    let mut seen = characteristics::Seen::new(&file);
    while cursor.accept("<ch>")? {
        let at = cursor.at();
        let count = cursor.number(4, "length of a characteristic")?;
        let record = cursor.block(count, 1, "characteristic")?;
        seen.record(&file, findings, at, &record);
        tag(&mut cursor, findings, "</ch>")?;
    }
    seen.finish(&file, findings, cursor.at());
    tag(&mut cursor, findings, "</characteristics>")?;

    positions.push(cursor.at());
    tag(&mut cursor, findings, "<data>")?;
    file.data = cursor.at();
    cursor.skip(file.rows.saturating_mul(file.row_bytes), "rows")?;
    tag(&mut cursor, findings, "</data>")?;
    positions.push(cursor.at());
    tag(&mut cursor, findings, "<strls>")?;
    strls::records(&mut cursor, &mut file, findings)?;
    tag(&mut cursor, findings, "</strls>")?;
    positions.push(cursor.at());
    tag(&mut cursor, findings, "<value_labels>")?;
    let mut sets = value_labels::Sets::default();
    while cursor.accept("<lbl>")? {
        sets.table(&mut cursor, &file, findings)?;
        tag(&mut cursor, findings, "</lbl>")?;
    }
    tag(&mut cursor, findings, "</value_labels>")?;
    positions.push(cursor.at());
    tag(&mut cursor, findings, "</stata_dta>")?;
    positions.push(cursor.at());
    trailing(&mut cursor, findings)?;
    compare_map(&file, findings, map_at, &map, &positions);
    Ok(file)
}

/// Tells what follows the last tag.
fn trailing(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Checked<()> {
    let (at, count) = (cursor.at(), cursor.remaining());
    match count {
        0 => {}
        1 | 2 if matches!(cursor.peek(count as usize)?, b"\n" | b"\r\n") => {
            findings.at(rule::TRAILING_LINE_END, at, "a line end follows </stata_dta>");
        }
        _ => findings.at(rule::TRAILING_BYTES, at, format!("{count} bytes follow </stata_dta>")),
    }
    Ok(())
}

fn header(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Checked<(CheckedFile, u64)> {
    if !cursor.accept("<stata_dta>")? {
        return stop(
            findings,
            rule::SIGNATURE,
            0,
            "neither <stata_dta> nor a binary release number begins the file",
        );
    }
    tag(cursor, findings, "<header>")?;
    tag(cursor, findings, "<release>")?;
    let at = cursor.at();
    let digits = cursor.take(3, "release")?;
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    let Some(release) = number.and_then(Release::from_number).filter(|release| release.is_tagged()) else {
        let found = digits.escape_ascii().to_string();
        return stop(findings, rule::RELEASE, at, format!("release \"{found}\", 117 to 121 expected"));
    };
    tag(cursor, findings, "</release>")?;
    tag(cursor, findings, "<byteorder>")?;
    let at = cursor.at();
    let order = match cursor.take(3, "byte order")? {
        b"LSF" => ByteOrder::Little,
        b"MSF" => ByteOrder::Big,
        other => {
            let found = other.escape_ascii().to_string();
            return stop(
                findings,
                rule::BYTE_ORDER,
                at,
                format!("byte order \"{found}\", LSF or MSF expected"),
            );
        }
    };
    cursor.set_order(order);
    let widths = release.widths();
    tag(cursor, findings, "</byteorder>")?;
    tag(cursor, findings, "<K>")?;
    let at = cursor.at();
    let variables = cursor.number(widths.variables, "number of variables")?;
    variables_fit(release, findings, at, variables)?;
    tag(cursor, findings, "</K>")?;
    tag(cursor, findings, "<N>")?;
    let at = cursor.at();
    let rows = cursor.number(widths.observations, "number of observations")?;
    rows_fit(release, findings, at, rows)?;
    tag(cursor, findings, "</N>")?;
    tag(cursor, findings, "<label>")?;
    let at = cursor.at();
    let count = cursor.number(widths.dataset_label, "length of the dataset label")?;
    if count > widths.dataset_label_max as u64 {
        let limit = widths.dataset_label_max;
        findings.at(rule::DATASET_LABEL, at, format!("dataset label of {count} bytes, at most {limit}"));
    }
    let label = cursor.take(count as usize, "dataset label")?;
    if release.is_utf8() && std::str::from_utf8(label).is_err() {
        findings.at(rule::UTF8, at, "the dataset label is not UTF-8");
    }
    tag(cursor, findings, "</label>")?;
    tag(cursor, findings, "<timestamp>")?;
    let at = cursor.at();
    let count = cursor.number(widths.timestamp, "length of the timestamp")? as usize;
    let stamp = cursor.take(count, "timestamp")?;
    if count != 0 && !is_timestamp(stamp) {
        let found = stamp.escape_ascii().to_string();
        let form = "dd Mon yyyy hh:mm";
        findings.at(
            rule::TIMESTAMP,
            at,
            format!("timestamp \"{found}\", {form} of {TIMESTAMP_BYTES} bytes expected"),
        );
    }
    tag(cursor, findings, "</timestamp>")?;
    tag(cursor, findings, "</header>")?;
    Ok((CheckedFile::new(release, order, rows), variables))
}

/// Tells when the number of variables is not one of the release.
pub(super) fn variables_fit(
    release: Release,
    findings: &mut Findings,
    at: u64,
    variables: u64,
) -> Checked<()> {
    let limit = release.max_variables();
    if variables > limit {
        return stop(
            findings,
            rule::VARIABLE_COUNT,
            at,
            format!("{variables} variables, release {release} holds {limit}", release = release.number()),
        );
    }
    if matches!(release.number(), 119 | 121) && variables <= crate::spec::MAX_VARIABLES {
        let smaller = release.number() - 1;
        findings.at(
            rule::EDITION,
            at,
            format!("release {} with {variables} variables, release {smaller} holds these", release.number()),
        );
    }
    Ok(())
}

/// Tells when the number of observations is not one of the release.
pub(super) fn rows_fit(release: Release, findings: &mut Findings, at: u64, rows: u64) -> Checked<()> {
    let limit = release.max_observations();
    if rows > limit {
        return stop(
            findings,
            rule::OBSERVATION_COUNT,
            at,
            format!("{rows} observations, release {} holds {limit}", release.number()),
        );
    }
    Ok(())
}

fn compare_map(file: &CheckedFile, findings: &mut Findings, at: u64, map: &[u8], positions: &[u64]) {
    for (index, ((entry, position), name)) in map.chunks_exact(8).zip(positions).zip(ENTRIES).enumerate() {
        let found = unsigned(entry, file.order);
        // Stata 13 leaves the entry of the variable labels at 0.
        let left_out = index == 7 && file.release == Release::V117 && found == 0;
        if found != *position && !left_out {
            let message = format!("entry {} of the map is {found}, {name} stands at {position}", index + 1);
            findings.at(rule::MAP, at + index as u64 * 8, message);
        }
    }
}
