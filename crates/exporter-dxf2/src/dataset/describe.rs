//! Metadata as the description of data: a dictionary of all that data may have.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::BufReader;

use exporter_core::codebook::{
    Codebook, Kind, Question, Table, Text, TimeUnit, Value as Cell, ValueLabel, ValueLabels, Variable,
};
use exporter_core::{
    Context, Describe, Description, Error, FormatInfo, Input, Loss, LossCode, Recognition, Result, Sample,
    Source,
};

use super::Dxf2Input;
use super::data::{error_of, is_io};
use super::dictionary::{CODE, IDS, set_of};
use crate::data_values::ValueType;
use crate::metadata::{MetadataObject, MetadataReader};
use crate::mode::Mode;
use crate::recognition::ExchangeKind;
use crate::value::{Object, Value};

/// Bytes that an object has at most.
const MOST: usize = 64 << 20;

impl Describe for Dxf2Input {
    const INFO: &'static FormatInfo = <Self as Input>::INFO;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        match ExchangeKind::of_sure(sample.head) {
            Some(ExchangeKind::Metadata) => Recognition::Yes,
            _ => Recognition::No,
        }
    }

    fn describe(source: &Source<'_>, context: &Context) -> Result<Description> {
        let bytes = BufReader::with_capacity(256 << 10, source.cursor());
        let failed = |fault| error_of(fault, &source.name);
        let mut reader = MetadataReader::of_either(bytes, MOST, Mode::Lenient).map_err(failed)?;
        let mut known = Known::default();
        let mut losses = Vec::new();
        let mut count = 0_u64;
        loop {
            match reader.read() {
                Ok(Some(object)) => known.take(&object),
                Ok(None) => break,
                Err(fault) if is_io(&fault) || count == 0 => return Err(failed(fault)),
                Err(fault) => {
                    let action = format!("the file is damaged at {fault}; what follows is not read");
                    losses.push(Loss::new(LossCode::NOT_READ, action).counting("places"));
                    break;
                }
            }
            count += 1;
            if count.is_multiple_of(1024) {
                context.cancel().check()?;
            }
        }
        let codebook = known.codebook(source.stem());
        if codebook.tables.is_empty() {
            let message = "it describes no data: it has neither data elements nor attributes nor names of what data refers to";
            return Err(Error::unsupported(message)
                .with_hint("export dataElements, organisationUnits, options and programs, too"));
        }
        let mut description = Description::new(codebook);
        description.is_dictionary = true;
        description.losses = losses.into_iter().collect();
        Ok(description)
    }
}

/// What is called by a name.
#[derive(Clone)]
struct Named {
    id: String,
    code: Option<String>,
    name: Text,
    /// By attribute of metadata its value, by which files may identify it.
    attributes: Vec<(String, String)>,
}

/// A data element or attribute.
struct Element {
    named: Named,
    form_name: Text,
    value_type: Option<ValueType>,
    option_set: Option<String>,
}

/// An option of a set.
struct Choice {
    set: String,
    code: String,
    name: Text,
    order: i64,
}

/// What was read so far.
#[derive(Default)]
struct Known {
    /// By collection.
    named: BTreeMap<&'static str, Vec<Named>>,
    elements: Vec<Element>,
    attributes: Vec<Element>,
    /// Option sets: identifier, code and the places of their options.
    sets: Vec<(String, Option<String>, HashMap<String, usize>)>,
    options: HashMap<String, Choice>,
    languages: BTreeSet<String>,
}

impl Known {
    fn take(&mut self, object: &MetadataObject) {
        let MetadataObject { kind, object, .. } = object;
        match kind.as_str() {
            "optionSets" => return self.set(object),
            "options" => {
                let set = id_of(object, "optionSet").unwrap_or_default().to_owned();
                return self.option(object, &set);
            }
            _ => {}
        }
        let Some(collection) = COLLECTIONS.iter().find(|known| *known == kind) else { return };
        let Some(named) = self.named(object, "name", "NAME") else { return };
        let elements = match *collection {
            "dataElements" => Some(&mut self.elements),
            "trackedEntityAttributes" => Some(&mut self.attributes),
            _ => None,
        };
        if let Some(elements) = elements {
            let value_type = object.text("valueType").and_then(|word| word.parse().ok());
            let option_set = id_of(object, "optionSet").map(str::to_owned);
            let form_name = text(object, "formName", "FORM_NAME", &mut self.languages);
            elements.push(Element { named: named.clone(), form_name, value_type, option_set });
        }
        self.named.entry(collection).or_default().push(named);
    }

    fn named(&mut self, object: &Object, property: &str, translated: &str) -> Option<Named> {
        let id = object.text("id")?.to_owned();
        let code = object.text("code").filter(|code| !code.is_empty()).map(str::to_owned);
        let name = text(object, property, translated, &mut self.languages);
        let values = object.get("attributeValues").and_then(Value::as_list).unwrap_or_default();
        let attributes = values.iter().filter_map(Value::as_object).filter_map(|value| {
            Some((id_of(value, "attribute")?.to_owned(), value.text("value")?.to_owned()))
        });
        Some(Named { id, code, name, attributes: attributes.collect() })
    }

    fn set(&mut self, object: &Object) {
        let Some(id) = object.text("id") else { return };
        let options = object.get("options").and_then(Value::as_list).unwrap_or_default();
        let mut places = HashMap::new();
        for (place, option) in options.iter().filter_map(Value::as_object).enumerate() {
            // Older exports hold the options in their sets.
            self.option(option, id);
            if let Some(option) = option.text("id") {
                places.insert(option.to_owned(), place);
            }
        }
        self.sets.push((id.to_owned(), object.text("code").map(str::to_owned), places));
    }

    fn option(&mut self, object: &Object, set: &str) {
        let (Some(id), Some(code), Some(_)) = (object.text("id"), object.text("code"), object.text("name"))
        else {
            return;
        };
        let name = text(object, "name", "NAME", &mut self.languages);
        let order = match object.get("sortOrder") {
            Some(Value::Number(digits) | Value::Text(digits)) => digits.parse().unwrap_or(i64::MAX),
            _ => i64::MAX,
        };
        let choice = Choice { set: set.to_owned(), code: code.to_owned(), name, order };
        self.options.entry(id.to_owned()).or_insert(choice);
    }

    fn codebook(self, stem: &str) -> Codebook {
        let mut codebook = Codebook::new(stem);
        if !self.languages.is_empty() {
            // In which language the names are is said nowhere.
            codebook.study.languages =
                std::iter::once("und".to_owned()).chain(self.languages.iter().cloned()).collect();
        }
        for (collection, all) in &self.named {
            let schemes =
                all.iter().flat_map(|named| &named.attributes).map(|(attribute, _)| attribute.as_str());
            let schemes: BTreeSet<&str> = schemes.collect();
            let mut add = |scheme: Option<&str>, key: &dyn Fn(&Named) -> Option<String>| {
                let entries = all.iter().filter_map(|named| Some((key(named)?, named.name.clone())));
                let labels = labels(entries);
                if !labels.is_empty() {
                    codebook.value_labels.insert(set_of(collection, scheme), labels);
                }
            };
            add(None, &|named| Some(named.id.clone()));
            add(Some(CODE), &|named| named.code.clone());
            for scheme in schemes {
                add(Some(scheme), &|named| {
                    let mut values = named.attributes.iter();
                    values.find(|(attribute, _)| attribute == scheme).map(|(_, value)| value.clone())
                });
            }
        }
        let sets = self.option_sets(&mut codebook);
        let mut tables: Vec<Table> = Vec::new();
        let mut table = |name: &str, variables: Vec<Variable>| {
            let at = tables.iter().position(|table| table.name == name).unwrap_or(tables.len());
            if at == tables.len() {
                tables.push(Table::new(name, Vec::new()));
            }
            if let Some(table) = tables.get_mut(at) {
                table.variables.extend(variables);
            }
        };
        for (of, column, collection) in IDS {
            let set = set_of(collection, None);
            if codebook.value_labels.contains_key(&set) {
                table(of, vec![Variable::new(column, Kind::Text).with_labels(set)]);
            }
        }
        let categories = self.named.get("categories").map(Vec::as_slice).unwrap_or_default();
        let of_category = |name: &str, scheme: Option<&str>, named: &Named| {
            let variable = Variable::new(name, Kind::Text).with_label(named.name.clone());
            let set = set_of("categoryOptions", scheme);
            if codebook.value_labels.contains_key(&set) { variable.with_labels(set) } else { variable }
        };
        let by_id = categories.iter().map(|named| of_category(&named.id, None, named));
        let by_code =
            categories.iter().filter_map(|named| Some(of_category(named.code.as_ref()?, Some(CODE), named)));
        table("dataValues", by_id.chain(by_code).collect());
        for (elements, names) in
            [(&self.elements, &["events"][..]), (&self.attributes, &["trackedEntities", "enrollments"])]
        {
            for name in names {
                table(name, variables(elements, &sets, &codebook));
            }
        }
        tables.iter_mut().for_each(once_each);
        tables.retain(|table| !table.variables.is_empty());
        codebook.tables = tables;
        codebook
    }

    /// Adds the labels of option sets; gives by set the name and the kind of its values.
    fn option_sets(&self, codebook: &mut Codebook) -> HashMap<String, String> {
        let mut options: HashMap<&str, Vec<(usize, i64, &Choice)>> = HashMap::new();
        for (id, option) in &self.options {
            let set = self.sets.iter().find(|(_, _, places)| places.contains_key(id));
            let place = set.and_then(|(_, _, places)| places.get(id).copied()).unwrap_or(usize::MAX);
            let of = set.map_or(option.set.as_str(), |(set, ..)| set);
            options.entry(of).or_default().push((place, option.order, option));
        }
        let mut names = HashMap::new();
        for (id, mut options) in options {
            options.sort_by_key(|(place, order, option)| (*place, *order, option.code.clone()));
            let code = self.sets.iter().find(|(set, ..)| set == id).and_then(|(_, code, _)| code.clone());
            let wanted = code.filter(|code| !code.is_empty()).unwrap_or_else(|| id.to_owned());
            let is_free = |name: &String| !codebook.value_labels.contains_key(name);
            let name = Some(wanted).filter(is_free).unwrap_or_else(|| id.to_owned());
            let entries =
                options.into_iter().map(|(_, _, option)| (option.code.clone(), option.name.clone()));
            codebook.value_labels.insert(name.clone(), labels(entries));
            names.insert(id.to_owned(), name);
        }
        names
    }
}

/// The collections whose objects data refers to.
const COLLECTIONS: [&str; 11] = [
    "dataElements",
    "organisationUnits",
    "categories",
    "categoryOptions",
    "categoryOptionCombos",
    "dataSets",
    "programs",
    "programStages",
    "trackedEntityTypes",
    "trackedEntityAttributes",
    "relationshipTypes",
];

/// Labels of texts, each once; what has no name has none.
fn labels(entries: impl Iterator<Item = (String, Text)>) -> ValueLabels {
    let mut known = HashSet::new();
    let entries = entries.filter(|(key, name)| !name.is_empty() && known.insert(key.clone()));
    ValueLabels::from(entries.map(|(key, name)| ValueLabel::new(Cell::Text(key), name)).collect::<Vec<_>>())
}

/// Variables of data elements or attributes, by identifiers and by codes.
fn variables(elements: &[Element], sets: &HashMap<String, String>, codebook: &Codebook) -> Vec<Variable> {
    let variable = |name: &str, element: &Element| {
        let set = element.option_set.as_ref().and_then(|set| sets.get(set));
        let kind = kind_of(element.value_type);
        // Codes of options are texts; that they are numbers is for all of them to show.
        let labels = set.and_then(|set| codebook.value_labels.get(set));
        let are_numbers = labels.is_none_or(|labels| {
            labels
                .entries
                .iter()
                .all(|entry| matches!(&entry.value, Cell::Text(code) if super::number::whole(code).is_some()))
        });
        let kind = if kind.is_numeric() && are_numbers || labels.is_none() { kind } else { Kind::Text };
        let label = if element.form_name.is_empty() { &element.named.name } else { &element.form_name };
        let mut variable = Variable::new(name, kind).with_label(label.clone());
        if !element.form_name.is_empty() && element.form_name != element.named.name {
            variable = variable.with_question(Question::new(element.form_name.clone()));
            variable.concept = element.named.name.clone();
        }
        match set {
            Some(set) => variable.with_labels(set),
            None => variable,
        }
    };
    let by_id = elements.iter().map(|element| variable(&element.named.id, element));
    let by_code = elements.iter().filter_map(|element| Some(variable(element.named.code.as_ref()?, element)));
    by_id.chain(by_code).collect()
}

/// Keeps the first of variables of one name.
fn once_each(table: &mut Table) {
    let mut known = HashSet::new();
    table.variables.retain(|variable| !variable.name.is_empty() && known.insert(variable.name.clone()));
}

/// The kind of the values of a type.
fn kind_of(value_type: Option<ValueType>) -> Kind {
    match value_type {
        Some(kind) if kind.is_integer() => Kind::INTEGER,
        Some(kind) if kind.is_numeric() => Kind::FLOAT,
        Some(ValueType::Boolean | ValueType::TrueOnly) => Kind::Boolean,
        Some(ValueType::Date | ValueType::Age) => Kind::Date,
        Some(ValueType::DateTime) => Kind::DateTime { unit: TimeUnit::Millisecond, zone: None },
        _ => Kind::Text,
    }
}

/// The identifier of a reference.
fn id_of<'o>(object: &'o Object, property: &str) -> Option<&'o str> {
    object.get(property)?.as_object()?.text("id")
}

/// A text and its translations.
fn text(object: &Object, property: &str, translated: &str, languages: &mut BTreeSet<String>) -> Text {
    let mut text = Text::new(object.text(property).unwrap_or_default());
    if text.is_empty() {
        return text;
    }
    let translations = object.get("translations").and_then(Value::as_list).unwrap_or_default();
    for translation in translations.iter().filter_map(Value::as_object) {
        let said = (translation.text("property"), translation.text("locale"), translation.text("value"));
        let (Some(of), Some(locale), Some(value)) = said else { continue };
        if of == translated
            && let Some(tag) = tag_of(locale).filter(|_| !value.is_empty())
        {
            text.set(&tag, value);
            languages.insert(tag);
        }
    }
    text
}

/// The BCP 47 tag of a locale of Java such as `pt_BR` or `uz_UZ_Cyrl`.
fn tag_of(locale: &str) -> Option<String> {
    let parts: Vec<&str> = locale.split(['_', '-']).collect();
    let is_part =
        |part: &&str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !parts.iter().all(is_part) || locale == "und" {
        return None;
    }
    Some(match parts.as_slice() {
        [language, country, script] if script.len() == 4 => format!("{language}-{script}-{country}"),
        parts => parts.join("-"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{"dataElements":[
        {"id":"f7n9E0hX8qk","code":"DE_1","name":"Cases","formName":"How many cases?","valueType":"NUMBER",
         "translations":[{"property":"NAME","locale":"pt_BR","value":"Casos"},{"property":"FORM_NAME","locale":"fr","value":"Combien ?"}]},
        {"id":"Ix2HsbDMLea","name":"Sex","valueType":"TEXT","optionSet":{"id":"cJ82jd8sd32"}}],
        "optionSets":[{"id":"cJ82jd8sd32","code":"SEX","name":"Sex","options":[{"id":"zOV5tkDsK8w"},{"id":"yOV5tkDsK8w"}]}],
        "options":[{"id":"yOV5tkDsK8w","code":"M","name":"Male","sortOrder":1},{"id":"zOV5tkDsK8w","code":"F","name":"Female","sortOrder":2}],
        "organisationUnits":[{"id":"DiszpKrYNg8","code":"OU","name":"Ngelehun","attributeValues":[{"value":"77","attribute":{"id":"a1"}}]}]}"#;

    #[test]
    fn metadata_is_a_dictionary_of_data() {
        let source = Source::memory("metadata.json", METADATA.as_bytes().to_vec());
        let description = Dxf2Input::describe(&source, &Context::default()).unwrap();
        assert!(description.is_dictionary);
        let codebook = description.codebook;
        assert_eq!(codebook.problems(), []);
        assert_eq!(codebook.study.languages, ["und", "fr", "pt-BR"]);
        let (_, events) = codebook.table("events").unwrap();
        let names: Vec<&str> = events.variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["orgUnit", "dataElement", "f7n9E0hX8qk", "Ix2HsbDMLea", "DE_1"]);
        let (_, cases) = events.variable("f7n9E0hX8qk").unwrap();
        assert_eq!(
            (cases.label.untagged(), cases.label.tagged_as("fr")),
            (Some("How many cases?"), Some("Combien ?"))
        );
        assert_eq!((&cases.kind, cases.concept.tagged_as("pt-BR")), (&Kind::FLOAT, Some("Casos")));
        assert_eq!(events.variable("Ix2HsbDMLea").unwrap().1.labels.as_deref(), Some("SEX"));
        let shown = |set: &str| {
            let entries = codebook.value_labels[set].entries.iter();
            entries
                .map(|entry| format!("{}={}", entry.value, entry.label.untagged().unwrap()))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown("SEX"), ["F=Female", "M=Male"]);
        assert_eq!(shown("organisationUnits"), ["DiszpKrYNg8=Ngelehun"]);
        assert_eq!(shown("organisationUnits_code"), ["OU=Ngelehun"]);
        assert_eq!(shown("organisationUnits_a1"), ["77=Ngelehun"]);
        let none = Source::memory("x.json", br#"{"dashboards":[{"id":"DiszpKrYNg8"}]}"#.to_vec());
        assert!(
            Dxf2Input::describe(&none, &Context::default())
                .unwrap_err()
                .to_string()
                .contains("describes no data")
        );
    }

    #[test]
    fn locales_become_tags() {
        assert_eq!(
            ["fr", "pt_BR", "uz_UZ_Cyrl"].map(|locale| tag_of(locale).unwrap()),
            ["fr", "pt-BR", "uz-Cyrl-UZ"]
        );
        assert_eq!(["", "a b", "und"].map(tag_of), [None, None, None]);
    }
}
