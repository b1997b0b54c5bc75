use std::path::{Path, PathBuf};

use exporter_core::sink::MemorySink;
use exporter_core::{Context, ErrorKind, LossCode, LossPolicy};

use super::*;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// A request in which every field is something else than left out.
fn full() -> Request {
    let mut request = Request::new(["a.csv", "/b.csv"])
        .with_excerpt(
            Excerpt::default().with_table("a").with_variable("x").with_condition("x > 1").with_rows(u64::MAX),
        )
        .with_format("csv")
        .with_format(FormatRequest::new("dta").with_option("release", "118"))
        .with_packaging(Packaging::Zip(
            ZipPackaging::default()
                .with_name("a.zip")
                .with_level(0)
                .with_password(SecretRef::File("password.txt".into()))
                .with_encryption(ZipEncryption::LegacyZipCrypto),
        ))
        .with_codebook(false)
        .with_manifest(true)
        .with_losses(LossPolicy::Allow(vec![LossCode::PRECISION]))
        .with_language("fr");
    request.excerpt.keep_orphans = true;
    request.input.format = Some("csv".into());
    request.input.options.insert("delimiter".into(), ";".into());
    request.input.codebook = Some("book.toml".into());
    request.input.allow_outside = true;
    request.input.password = Some(SecretRef::Env("SECRET".into()));
    request
}

/// The smallest request.
fn least() -> Request {
    Request::from_json("{\"request\": 1, \"formats\": []}").unwrap()
}

#[test]
fn requests_come_back_from_their_json() {
    let gzip = Packaging::Gzip(GzipPackaging::default().with_level(9));
    for request in [full(), least(), Request::default(), least().with_packaging(gzip)] {
        let json = request.to_json().unwrap();
        assert!(json.starts_with("{\n  \"request\": 1,") && json.ends_with("}\n"), "{json}");
        assert_eq!(Request::from_json(&json).unwrap(), request);
    }
    assert_eq!(least(), Request::default());
}

#[track_caller]
fn refused(json: &str) -> Error {
    let error = Request::from_json(json).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{json}");
    error
}

#[test]
fn what_json_has_wrong_is_named_with_what_to_write() {
    for (json, field, wanted) in [
        ("{\"request\": 1, \"fromats\": []}", "fromats", "did you mean \"formats\"?"),
        (
            "{\"request\": 1, \"formats\": [{\"fromat\": \"csv\"}]}",
            "formats[0].fromat",
            "did you mean \"format\"?",
        ),
        ("{\"request\": 1, \"excerpt\": {\"row\": 3}}", "excerpt.row", "did you mean \"rows\"?"),
        ("{\"request\": 1, \"excerpt\": {\"rows\": -3}}", "excerpt.rows", "u64"),
        (
            "{\"request\": 1, \"packaging\": {\"zip\": {\"levle\": 3}}}",
            "packaging.zip.levle",
            "did you mean \"level\"?",
        ),
        ("{\"request\": 1, \"packaging\": {\"zap\": {}}}", "packaging", "did you mean \"zip\"?"),
        ("{\"request\": 1, \"losses\": \"denny\"}", "losses", "did you mean \"deny\"?"),
        ("{\"request\": 1, \"input\": {\"paths\": \"a.csv\"}}", "input.paths", "sequence"),
    ] {
        let error = refused(json);
        assert_eq!(error.place().field.as_deref(), Some(field), "{error:?}");
        assert!(format!("{error:?}").contains(wanted), "{error:?}");
        assert!(error.message().contains("line 1 column"), "{error:?}");
    }
    let missing = refused("{\"request\": 1}");
    assert!(missing.message().contains("missing field `formats`"), "{missing:?}");
    assert!(refused("{\"request\": 1,").message().contains("line 1 column"));
    assert!(refused("{\"request\": 1, \"formats\": []} x").message().contains("trailing"));
}

#[test]
fn other_versions_are_refused_before_anything_else() {
    let begin = "begin with {\"request\": 1, …";
    for (json, wanted) in [
        (
            "{\"formats\": [], \"new\": 1, \"request\": 2}",
            "request version 2 is not known; this program reads version 1",
        ),
        ("{\"formats\": []}", "the version of the request is missing"),
        ("{\"request\": \"1\"}", "the version of the request is not a number"),
    ] {
        let error = refused(json);
        assert_eq!((error.message(), error.hint()), (wanted, Some(begin)));
        assert_eq!(error.place().field.as_deref(), Some("request"));
    }
    assert_eq!(refused("[]").hint(), Some(begin));
    // Also where a request is a part of something else.
    let error = serde_json::from_str::<Request>("{\"request\": 2, \"formats\": []}").unwrap_err();
    assert!(error.to_string().contains("version 2 is not known"), "{error}");
}

#[test]
fn relative_paths_are_those_of_a_folder() {
    let request = full().relative_to("/jobs");
    assert_eq!(request.input.paths, [Path::new("/jobs/a.csv"), Path::new("/b.csv")]);
    assert_eq!(request.input.codebook.as_deref(), Some(Path::new("/jobs/book.toml")));
    let secrets: Vec<&SecretRef> = request.secrets().collect();
    assert_eq!(secrets, [&SecretRef::Env("SECRET".into()), &SecretRef::File("/jobs/password.txt".into())]);
}

#[test]
fn a_request_runs_into_a_sink_as_the_engine_does_without() {
    let (registry, context) = (crate::registry(), Context::default().with_threads(1));
    let study = examples().join("households/study.toml");
    let request =
        Request::new([&study]).with_format(FormatRequest::new("csv").with_option("values", "labels"));
    let sink = MemorySink::new();
    let summary = request.with_language("fr").run(&registry, Box::new(sink.clone()), &context).unwrap();
    assert_eq!(summary.entries.len(), 3);

    let data = crate::open(&[study], &InputOptions::default(), &registry, &context).unwrap();
    let csv = registry.exporter("csv", serde_json::json!({ "values": "labels" })).unwrap();
    let direct = MemorySink::new();
    let context = context.with_language("fr");
    exporter_core::export(&*csv, &data, Box::new(direct.clone()), &context).unwrap();
    let mut entries = sink.entries();
    assert!(entries.remove("households.codebook.json").is_some());
    assert_eq!(entries, direct.entries());
    assert!(String::from_utf8_lossy(&entries["members.csv"]).contains("Chef de ménage"));
}

#[test]
fn a_dry_run_names_what_is_written_and_refuses_what_the_export_refuses() {
    let (registry, context) = (crate::registry(), Context::default());
    let request = Request::read(&examples().join("anes96/request.json")).unwrap();
    let plan = request.plan(&registry, &context).unwrap();
    assert_eq!(plan.entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["anes96.zip"]);
    plan.check().unwrap();
    let deny = request.with_losses(LossPolicy::Deny);
    let sink = MemorySink::new();
    let refused = deny.plan(&registry, &context).unwrap().check().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Loss);
    let refused = deny.run(&registry, Box::new(sink.clone()), &context).unwrap_err();
    assert_eq!((refused.kind(), sink.entries().len()), (ErrorKind::Loss, 0));
}

#[test]
fn errors_name_the_field() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty"), "\n").unwrap();
    std::fs::write(folder.path().join("long"), "x".repeat(100)).unwrap();
    let study = examples().join("households/study.toml").display().to_string();
    let request = |changed: serde_json::Value| {
        let mut json = serde_json::json!({
            "request": 1, "input": { "paths": [study] }, "formats": [{ "format": "csv" }]
        });
        json.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        Request::from_json(&json.to_string()).unwrap().relative_to(folder.path())
    };
    for (changed, field) in [
        (serde_json::json!({ "input": { "paths": ["absent.csv"] } }), "input"),
        (serde_json::json!({ "input": { "paths": [] } }), "input.paths"),
        (serde_json::json!({ "input": { "paths": ["empty"], "format": "cvs" } }), "input.format"),
        (
            serde_json::json!({ "input": { "paths": ["empty"], "password": { "env": "X" } } }),
            "input.password",
        ),
        (serde_json::json!({ "excerpt": { "tables": ["members", "pets"] } }), "excerpt.tables[1]"),
        (
            serde_json::json!({ "excerpt": { "conditions": ["age > 1", "agee > 1"] } }),
            "excerpt.conditions[1]",
        ),
        (serde_json::json!({ "excerpt": { "conditions": ["age >"] } }), "excerpt.conditions[0]"),
        (serde_json::json!({ "excerpt": { "variables": ["agee"] } }), "excerpt.variables[0]"),
        (serde_json::json!({ "excerpt": { "variables": ["age"] } }), "excerpt.variables"),
        (serde_json::json!({ "formats": [] }), "formats"),
        (serde_json::json!({ "formats": [{ "format": "csv" }, { "format": "cvs" }] }), "formats[1].format"),
        (
            serde_json::json!({ "formats": [{ "format": "csv", "options": { "valuse": 1 } }] }),
            "formats[0].options",
        ),
        (serde_json::json!({ "packaging": { "gzip": { "level": 10 } } }), "packaging.gzip.level"),
        (
            serde_json::json!({ "packaging": { "zip": { "encryption": "legacy_zip_crypto" } } }),
            "packaging.zip.encryption",
        ),
        (
            serde_json::json!({ "packaging": { "zip": { "password": { "file": "empty" } } } }),
            "packaging.zip.password",
        ),
        (
            serde_json::json!({ "packaging": { "zip": { "password": { "file": "long" } } } }),
            "packaging.zip.password",
        ),
        (
            serde_json::json!({ "packaging": { "zip": { "password": { "env": "NO_SUCH_VARIABLE" } } } }),
            "packaging.zip.password",
        ),
    ] {
        let error = request(changed).plan(&crate::registry(), &Context::default()).unwrap_err();
        assert_eq!(error.place().field.as_deref(), Some(field), "{error:?}");
        assert!(error.to_string().contains(field), "{error}");
    }
}

#[test]
fn data_that_is_open_already_takes_requests_without_inputs() {
    let (registry, context) = (crate::registry(), Context::default());
    let data = Request::new([examples().join("households/study.toml")]).open(&registry, &context).unwrap();
    let request =
        Request::default().with_format("csv").with_excerpt(Excerpt::default().with_table("members"));
    let sink = MemorySink::new();
    let export = request.prepare_for(&data, &registry, &context).unwrap();
    assert_eq!(export.entries().len(), 2);
    export.run(Box::new(sink.clone()), &context).unwrap();
    assert!(sink.entries().contains_key("members.csv") && !sink.entries().contains_key("households.csv"));
    let error = full().prepare_for(&data, &registry, &context).map(|_| ()).unwrap_err();
    assert_eq!((error.kind(), error.place().field.as_deref()), (ErrorKind::Usage, Some("input")));
}

#[test]
fn no_secret_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password.txt"), "correct horse\n").unwrap();
    std::fs::write(folder.path().join("long.txt"), "correct horse ".repeat(10)).unwrap();
    std::fs::write(folder.path().join("latin.txt"), b"correct horse \xe4\n").unwrap();
    let (registry, context) = (crate::registry(), Context::default());
    let request = |file: &str| {
        let zip = ZipPackaging::default().with_password(SecretRef::File(folder.path().join(file)));
        Request::new([examples().join("households/study.toml")])
            .with_format("csv")
            .with_packaging(Packaging::Zip(zip))
    };
    let good = request("password.txt");
    let sink = MemorySink::new();
    let summary = good.run(&registry, Box::new(sink.clone()), &context).unwrap();
    let plan = good.plan(&registry, &context).unwrap();
    // Method 99 is AES (APPNOTE, appendix E): low byte at offset 8 of the first local header.
    assert_eq!(sink.entries()["households.zip"][8..10], [99, 0]);
    let mut shown = vec![good.to_json().unwrap(), format!("{good:?}{summary:?}{plan:?}")];
    for file in ["long.txt", "latin.txt"] {
        let error = request(file).run(&registry, Box::new(MemorySink::new()), &context).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        shown.push(format!("{error:?}"));
    }
    let written =
        "{\"request\": 1, \"formats\": [], \"packaging\": {\"zip\": {\"password\": \"correct horse\"}}}";
    let error = refused(written);
    assert_eq!(error.place().field.as_deref(), Some("packaging.zip.password"));
    assert!(error.message().contains("{\"env\": \"VARIABLE\"}"), "{error:?}");
    shown.push(format!("{error:?}"));
    for text in shown {
        assert!(!text.contains("correct horse"), "{text}");
    }
}

#[cfg(feature = "schema")]
mod schema {
    use super::*;

    /// `EXPORTER_UPDATE_SCHEMA=1 cargo test -p exporter --features schema` writes the file anew.
    #[test]
    fn the_schema_in_the_repository_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/request.schema.json");
        let current = format!("{:#}\n", json_schema());
        if std::env::var_os("EXPORTER_UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == current, "request.schema.json is not what the structs say: write it anew");
    }

    #[test]
    fn requests_conform_to_the_schema_and_others_do_not() {
        let validator = jsonschema::draft202012::new(&json_schema()).unwrap();
        let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let example = std::fs::read_to_string(examples().join("anes96/request.json")).unwrap();
        let read_me = std::fs::read_to_string(examples().join("../README.md")).unwrap();
        let (_, shown) = read_me.split_once("```json\n").unwrap();
        let shown = shown.split_once("```").unwrap().0.to_owned();
        for text in [example, shown, full().to_json().unwrap(), least().to_json().unwrap()] {
            validator.validate(&json(&text)).map_err(|error| format!("{error}: {text}")).unwrap();
            Request::from_json(&text).unwrap();
        }
        for wrong in [
            "{\"request\": 2, \"formats\": []}",
            "{\"formats\": []}",
            "{\"request\": 1, \"formats\": [], \"format\": \"csv\"}",
            "{\"request\": 1, \"formats\": [\"csv\"]}",
            "{\"request\": 1, \"formats\": [], \"packaging\": {\"zip\": {\"password\": \"secret\"}}}",
            "{\"request\": 1, \"formats\": [], \"packaging\": {\"zip\": {\"level\": 10}}}",
        ] {
            assert!(!validator.is_valid(&json(wrong)), "{wrong}");
        }
    }
}
