//! What every format that writes must pass: its table of options is what its options struct reads.

use std::collections::BTreeSet;

use exporter_core::sink::{MemoryEntries, MemorySink};
use exporter_core::{
    Carry, Dataset, ErrorKind, Exporter, Format, FormatInfo, LossCode, OptionKind, Part, Registry, export,
    options_from_pairs,
};
use serde_json::{Value as Json, json};

use super::context;

/// Holds a format's description and options to the contract; the dataset must be exportable with the defaults.
///
/// - names, aliases and extensions are lower case, without points, and unique; losses are listed once, and none that only
///   core reports, because the format has no place for the part;
/// - every listed option is read alone and by its default, which gives the bytes of leaving it out; an empty default
///   means "none" and is not typed;
/// - every choice is read, another is refused; options that are not listed are refused and the known ones named.
#[track_caller]
pub fn format<F: Format>(data: &dyn Dataset) {
    let info = F::INFO;
    the_description_is_sound(info);
    let registry = Registry::new().register::<F>();
    let make = |options: Json| registry.exporter(info.id, options);
    for name in std::iter::once(&info.id).chain(info.aliases).chain(info.extensions) {
        let found = registry.format(name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(found.id, info.id, "the registry's answer to {name}");
    }
    let made = make(Json::Null).unwrap_or_else(|error| panic!("{} has no defaults: {error:?}", info.id));
    assert_eq!(made.format(), info, "the exporter describes another format");
    no_loss_is_stale(&*made);
    let defaults = bytes_of(&*made, data);
    let empty = make(json!({})).unwrap_or_else(|error| panic!("{} refuses no options: {error:?}", info.id));
    assert_eq!(bytes_of(&*empty, data), defaults, "no options and empty options differ");
    let mut all = Vec::new();
    for option in info.options {
        let pair = (option.name, option.default);
        if !option.default.is_empty() {
            let options = options_from_pairs(info, [pair]).unwrap_or_else(|error| {
                panic!("{}: the default {}={:?} is not read: {error:?}", info.id, option.name, option.default)
            });
            let exporter = make(options).unwrap_or_else(|error| {
                panic!("{}: the option {} is not in the struct: {error:?}", info.id, option.name)
            });
            assert_eq!(
                bytes_of(&*exporter, data),
                defaults,
                "{}: {}={} is not the default",
                info.id,
                option.name,
                option.default
            );
            all.push(pair);
        }
        every_value_is_read(info, option, &make);
    }
    let exporter = options_from_pairs(info, all).and_then(make);
    let exporter = exporter.unwrap_or_else(|error| panic!("{}: all defaults together: {error:?}", info.id));
    assert_eq!(bytes_of(&*exporter, data), defaults, "all defaults together give other bytes");
    let unknown = make(json!({ "no-such-option": true })).map(drop);
    let error = unknown.expect_err("an option that does not exist is accepted");
    assert_eq!(error.kind(), ErrorKind::Usage, "an unknown option: {error:?}");
    assert!(options_from_pairs(info, [("no-such-option", "1")]).is_err(), "an unknown option is typed");
}

#[track_caller]
fn every_value_is_read<E>(
    info: &FormatInfo,
    option: &exporter_core::OptionInfo,
    make: &impl Fn(Json) -> Result<E, exporter_core::Error>,
) {
    let read = |value: Json| {
        let shown = value.to_string();
        // A value may not suit the other defaults, but it must be read: a missing field or variant is named so.
        if let Err(error) = make(json!({ option.name: value })).map(drop) {
            let message = error.to_string();
            assert!(
                !message.contains("unknown field") && !message.contains("unknown variant"),
                "{}: {}={shown} is listed but not read: {error:?}",
                info.id,
                option.name
            );
        }
    };
    match option.kind {
        OptionKind::Boolean => [true, false].into_iter().for_each(|value| read(Json::Bool(value))),
        OptionKind::Choice(choices) => {
            assert!(!choices.is_empty(), "{}: {} has no choices", info.id, option.name);
            choices.iter().for_each(|choice| read(json!(choice)));
            assert!(
                make(json!({ option.name: "no such choice" })).is_err(),
                "{}: {} accepts a choice that is not listed",
                info.id,
                option.name
            );
            assert!(options_from_pairs(info, [(option.name, "no such choice")]).is_err());
        }
        OptionKind::Integer => assert!(options_from_pairs(info, [(option.name, "x")]).is_err()),
        _ => {}
    }
}

#[track_caller]
fn no_loss_is_stale(exporter: &dyn Exporter) {
    let info = exporter.format();
    // Metadata is more than the parts of a codebook.
    for code in info.losses.iter().filter(|code| **code != LossCode::METADATA_DROPPED) {
        let parts: Vec<Part> = Part::ALL.into_iter().filter(|part| part.loss_code() == *code).collect();
        let carried = |part: &Part| matches!(exporter.carries(*part), Carry::Whole | Carry::Limited);
        let stale = !parts.is_empty() && !parts.iter().any(carried);
        assert!(!stale, "{} declares {code}, which core reports of parts that are not carried", info.id);
    }
}

#[track_caller]
fn bytes_of(exporter: &dyn Exporter, data: &dyn Dataset) -> MemoryEntries {
    let sink = MemorySink::new();
    export(exporter, data, Box::new(sink.clone()), &context())
        .unwrap_or_else(|error| panic!("{}: the export fails: {error:?}", exporter.format().id));
    sink.entries()
}

#[track_caller]
fn the_description_is_sound(info: &FormatInfo) {
    let mut names = BTreeSet::new();
    for name in std::iter::once(&info.id).chain(info.aliases) {
        assert!(names.insert(name), "{}: the name {name} is given twice", info.id);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(!name.is_empty() && name.bytes().all(plain), "{name:?} is no lower-case identifier");
    }
    for extension in info.extensions {
        let sound = !extension.starts_with('.') && extension.to_lowercase() == **extension;
        assert!(sound, "{}: the extension {extension:?} has a point or capitals", info.id);
    }
    assert!(!info.name.is_empty() && info.media_type.contains('/'), "{}: name or media type", info.id);
    let mut options = BTreeSet::new();
    for option in info.options {
        assert!(options.insert(option.name), "{}: the option {} is listed twice", info.id, option.name);
        assert!(!option.help.is_empty(), "{}: the option {} has no help", info.id, option.name);
    }
    let losses: BTreeSet<_> = info.losses.iter().collect();
    assert_eq!(losses.len(), info.losses.len(), "{} lists a loss twice", info.id);
}
