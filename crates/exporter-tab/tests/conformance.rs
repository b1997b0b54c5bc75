//! The suites that every exporter and input must pass.

use std::sync::OnceLock;

use exporter_core::{
    Bundle, Carry, Codebook, Context, Dataset, EntrySpec, Exporter, FormatInfo, LossCode, Part, Plan,
    Planning, ProfileRequest, Registry, Result,
};
use exporter_tab::{Csv, Tab};
use exporter_testkit::{conformance, sample};
use serde_json::json;

fn exporter(format: &str, options: serde_json::Value) -> Box<dyn Exporter> {
    exporter_tab::register(Registry::new()).exporter(format, options).unwrap()
}

#[test]
fn csv_and_tab_are_sound_formats() {
    conformance::format::<Csv>(&sample::study());
    conformance::format::<Tab>(&sample::study());
}

#[test]
fn delimited_exporters_conform() {
    for data in [sample::study(), sample::empty_study()] {
        conformance::exporter(&*exporter("csv", json!({})), &data);
        conformance::exporter(&*exporter("csv", json!({"values": "labels", "header": "both"})), &data);
        conformance::exporter(&*exporter("tab", json!({"preset": "survey-solutions"})), &data);
        conformance::exporter(&*exporter("tab", json!({"missing": "empty", "empty": "bare"})), &data);
    }
}

/// A bundle whose description declares what any of its parts may lose.
struct Beside(Bundle);

impl Exporter for Beside {
    fn format(&self) -> &'static FormatInfo {
        static INFO: OnceLock<FormatInfo> = OnceLock::new();
        INFO.get_or_init(|| self.0.format().clone().losses(LossCode::ALL))
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        self.0.needs(data, context)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        self.0.entries(codebook)
    }

    fn carries(&self, part: Part) -> Carry {
        self.0.carries(part)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        self.0.plan(data, with, context)
    }
}

#[test]
fn scripts_conform_beside_their_data() {
    for (script, data) in [("stata-script", "tab"), ("spss-script", "tab"), ("r-script", "csv")] {
        let bundle = Bundle::new().with(exporter(data, json!({}))).with(exporter(script, json!({})));
        conformance::exporter(&Beside(bundle), &sample::study());
    }
}

#[test]
fn a_script_without_its_data_says_what_to_do() {
    let alone = exporter("spss-script", json!({}));
    let error = exporter_core::plan(&*alone, &sample::study(), &Context::default(), |_| Ok(())).unwrap_err();
    assert!(error.hint().unwrap().contains("--to tab --to spss-script"), "{error:?}");
    let labels = Bundle::new().with(exporter("tab", json!({"values": "labels"}))).with(alone);
    let error = exporter_core::plan(&labels, &sample::study(), &Context::default(), |_| Ok(())).unwrap_err();
    assert!(error.message().contains("values=labels"), "{error:?}");
}

#[test]
fn files_read_as_sound_datasets() {
    let folder = tempfile::tempdir().unwrap();
    for data in [sample::study(), sample::empty_study()] {
        for format in ["csv", "tab"] {
            let sink = exporter_core::sink::MemorySink::new();
            let written = exporter(format, json!({}));
            exporter_core::export(&*written, &data, Box::new(sink.clone()), &Context::default()).unwrap();
            for (path, bytes) in sink.entries() {
                let path = folder.path().join(path);
                std::fs::write(&path, bytes).unwrap();
                match format {
                    "csv" => conformance::input::<Csv>(&path),
                    _ => conformance::input::<Tab>(&path),
                }
            }
        }
    }
    assert!(!sample::study().codebook().tables.is_empty());
}

#[test]
fn cut_files_are_refused_or_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole.csv");
    std::fs::write(&path, "id,note\n1,\"a \"\"quoted\"\" text\nin two lines\"\n2,plain\n").unwrap();
    assert!(conformance::prefixes::<Csv>(&path, 1) > 0);
}

#[test]
fn what_a_pattern_leaves_out_is_a_loss() {
    use exporter_core::codebook::{Kind, Table, TimeUnit, Variable};
    let when = Kind::DateTime { unit: TimeUnit::Millisecond, zone: None };
    let variables = vec![Variable::new("born", Kind::Date), Variable::new("at", when)];
    let codebook = Codebook::new("s").with_table(Table::new("t", variables));
    let data = exporter_core::dataset::MemoryDataset::new(codebook, vec![vec![]]).unwrap();
    let lost = |options: serde_json::Value| -> Vec<String> {
        let exporter = exporter("csv", options);
        let profile = exporter_core::Profile::default();
        let with = Planning::new(&profile, &[]);
        let plan = exporter.plan(&data, &with, &Context::default()).unwrap();
        let precise = |loss: &&exporter_core::Loss| loss.code == LossCode::TIME_PRECISION;
        plan.changes().losses.iter().filter(precise).filter_map(|loss| loss.variable.clone()).collect()
    };
    assert!(lost(json!({})).is_empty());
    assert!(lost(json!({"dates": "%d.%m.%Y", "datetimes": "%Y%m%d %H:%M:%S%.3f"})).is_empty());
    assert_eq!(lost(json!({"dates": "%d.%m.%y", "datetimes": "%Y-%m-%d %H:%M"})), ["at", "born"]);
    let refused = exporter_tab::register(Registry::new()).exporter("csv", json!({"dates": "%H:%M"}));
    assert!(refused.err().unwrap().to_string().contains("dates=%d.%m.%Y"));
}
