//! Dates and times: from the first to the last day, codes among them, widths of their formats, odd dates in headers.

use exporter_core::codebook::Value;

use super::*;

/// Seconds from 1582-10-14 to 1970-01-01.
const EPOCH: f64 = 12_219_379_200.0;
const DAY: f64 = 86_400.0;

fn temporal(kind: &Kind, counts: &[i128]) -> ArrayRef {
    let cells: Vec<Cell> = counts.iter().map(|count| Cell::Integer(*count)).chain([Cell::Null]).collect();
    column_of(kind, &cells)
}

#[test]
fn days_and_times_of_every_age_come_back() {
    let moment = |unit| Kind::DateTime { unit, zone: None };
    let columns = [
        // 1582-10-15, 1969-12-31, 1970-01-01, 9999-12-31.
        (Kind::Date, vec![-141_427, -1, 0, 2_932_896]),
        // 1582-10-15, 1969-12-31T23:59:59.5, 9999-12-31T23:59:59.999.
        (moment(TimeUnit::Millisecond), vec![-12_219_292_800_000, -500, 0, 253_402_300_799_999]),
        (moment(TimeUnit::Second), vec![-12_219_292_800, -1, 0, 253_402_300_799]),
        // Less than nothing and more than a day.
        (Kind::Duration(TimeUnit::Second), vec![-90_061, -1, 0, 8_640_001]),
        (Kind::Duration(TimeUnit::Millisecond), vec![-90_061_001, -1, 0, 100_000_000_500]),
        (Kind::Time(TimeUnit::Microsecond), vec![0, 1, 500_000, 86_399_999_999]),
    ];
    let variables = columns.iter().enumerate();
    let variables = variables.map(|(at, (kind, _))| Variable::new(format!("x{at}"), kind.clone()));
    let arrays: Vec<ArrayRef> = columns.iter().map(|(kind, counts)| temporal(kind, counts)).collect();
    let file = File::of(&bare(), study(variables.collect()), arrays.clone());
    assert_eq!(file.told(), Vec::<String>::new());
    let formats: Vec<String> = file.metadata().variables.iter().map(|it| it.print.to_string()).collect();
    assert_eq!(formats, ["DATE11", "DATETIME24.3", "DATETIME20", "DTIME16", "DTIME20.3", "TIME12.3"]);
    let read = file.opened();
    for (variable, (kind, _)) in read.codebook().tables[0].variables.iter().zip(&columns) {
        assert_eq!(&variable.kind, kind, "{}", variable.name);
    }
    assert_eq!(rows_of(&*read).columns(), arrays);
}

#[test]
fn codes_and_labels_of_dates_are_dates() {
    let kinds = [
        (Kind::Date, "1900-01-01", EPOCH - 25_567.0 * DAY, -25_567),
        (
            Kind::DateTime { unit: TimeUnit::Second, zone: None },
            "1900-01-01T00:00:01",
            EPOCH - 25_567.0 * DAY + 1.0,
            -2_208_988_799,
        ),
        (Kind::Period(Period::Month), "1900m1", EPOCH - 25_567.0 * DAY, -720),
        (Kind::Time(TimeUnit::Microsecond), "23:59:59", 86_399.0, 86_399_000_000),
    ];
    for (kind, code, stored, count) in kinds {
        let mut variable = Variable::new("x", kind.clone()).with_labels("x");
        variable.missing.push(Missing::value(code));
        let set = ValueLabels::new().with(code, "Not known");
        let column = temporal(&kind, &[0, count]);
        let codebook = study(vec![variable]).with_value_labels("x", set.clone());
        let file = File::of(&bare(), codebook, vec![Arc::clone(&column)]);
        let metadata = file.metadata();
        let labels = metadata.labels_of(&metadata.variables[0]);
        assert_eq!(labels, [(Stored::Number(stored), "Not known".to_owned())], "{kind}");
        assert_eq!(metadata.variables[0].missing.values, [Stored::Number(stored)], "{kind}");
        let read = file.opened();
        let is = &read.codebook().tables[0].variables[0];
        assert_eq!((&is.kind, &is.missing[..]), (&kind, &[Missing::value(Value::Text(code.into()))][..]));
        assert_eq!(read.codebook().value_labels_of(is), Some(&set), "{kind}");
        assert_eq!(rows_of(&*read).column(0), &column, "{kind}");
    }
}

#[test]
fn formats_of_dates_are_as_wide_as_spss_takes_them() {
    let shown = |native: &str| {
        let mut variable = Variable::new("x", Kind::DateTime { unit: TimeUnit::Second, zone: None });
        let native = native.to_owned();
        variable.format.get_or_insert_default().native.insert("spss".to_owned(), native);
        let file = File::of(&bare(), study(vec![variable.clone()]), vec![temporal(&variable.kind, &[0])]);
        (file.metadata().variables[0].print.to_string(), file.told())
    };
    let told = "x: display-format-dropped (1): not a format that SPSS has for the type";
    assert_eq!(shown("DATETIME8"), ("DATETIME20".to_owned(), vec![told.to_owned()]));
    assert_eq!(shown("DATETIME17"), ("DATETIME17".to_owned(), Vec::new()));
    assert_eq!(shown("YMDHMS19"), ("YMDHMS19".to_owned(), Vec::new()));
}

#[test]
fn dates_in_headers_are_any_text() {
    let file = File::of(&bare(), study(vec![Variable::new("x", Kind::INTEGER)]), vec![integers(&[1])]);
    for (date, time) in
        [("20 SEP 04", "11 045 2"), (" 1-Jan- 5", " 0: 0: 0"), ("99/99/9999", "::::::::"), ("", "")]
    {
        let mut bytes = file.bytes.clone();
        bytes[92..109].copy_from_slice(format!("{date:9.9}{time:8}").as_bytes());
        let changed = File { bytes, summary: Default::default() };
        let (date, time) = (&date[..date.len().min(9)], time);
        assert_eq!(changed.metadata().created, (date.trim_end().to_owned(), time.to_owned()));
        assert!(changed.reader().remarks().is_empty() && changed.opened().losses().is_empty());
        assert_eq!(rows_of(&*changed.opened()), rows_of(&*file.opened()));
    }
}

#[test]
fn a_day_within_a_month_is_a_day_whatever_stands_for_reasons() {
    let mut variable = Variable::new("m", Kind::Period(Period::Month));
    variable.missing = vec![Missing::reason().letter('a').label("Refused")];
    let exporter = SavExporter::new(options(json!({"compression": "none"})));
    let month = Period::Month.of_day(18_322).unwrap();
    let months = Arc::new(arrow_array::Int32Array::from(vec![month]));
    let mut file = File::of(&exporter, study(vec![variable]), vec![months]);
    // March 2020 in seconds since 1582, and its fifteenth day.
    let (first, fifteenth) = (13_802_400_000_f64, 13_803_609_600_f64);
    let at = file.bytes.len() - 8;
    assert_eq!(file.bytes[at..], first.to_le_bytes());
    file.bytes[at..].copy_from_slice(&fifteenth.to_le_bytes());
    let read = file.opened();
    assert!(read.codebook().tables[0].variables[0].kind.is_temporal());
    let again = File::written(&exporter, &*read);
    assert_eq!(again.bytes[again.bytes.len() - 8..], fifteenth.to_le_bytes());
}
