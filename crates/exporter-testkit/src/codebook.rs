//! Strategies for whole codebooks: every struct, every field, absent and present.
//!
//! What they make is well formed as JSON but not always valid: names may clash and sets be missing; [`sound`] mends that.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use exporter_core::codebook::{
    Agent, Alignment, Attribute, BoundingBox, Codebook, CollectionPeriod, DeclaredFacts, DisplayFormat,
    DisplayStyle, Document, DocumentKind, Field, Group, GroupKind, Identifier, Kind, LabelSource, Measure,
    Missing, MissingValues, Parent, Period, Question, QuestionKind, QuestionScope, RelatedMaterial, Role,
    Roster, RosterSource, RuleSeverity, Sensitivity, Series, Software, SortKey, Study, StudyVersion, Table,
    TableKind, Text, TimeUnit, ValidationRule, Value, ValueLabel, ValueLabels, Variable,
};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Names and free strings: empty, quoted, control and non-Latin characters included.
pub fn strings() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        4 => "[a-z][a-z0-9_]{0,8}",
        1 => "\\PC{0,8}",
        1 => "[\"\\\\\\x00-\\x1f\u{2028}\u{10348}é]{0,4}",
    ]
}

/// Texts in no, one or several languages.
pub fn texts() -> impl Strategy<Value = Text> + Clone {
    (of(strings()), btree_map("[a-z]{2}(-[A-Z]{2})?", strings(), 0..3)).prop_map(|(plain, tagged)| {
        tagged
            .into_iter()
            .fold(plain.map(Text::new).unwrap_or_default(), |text, (tag, words)| text.with(tag, words))
    })
}

/// Scalars: numbers of any finite size, truth values, texts.
pub fn values() -> impl Strategy<Value = Value> + Clone {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-9i64..100).prop_map(Value::from),
        any::<f64>().prop_filter("JSON holds finite numbers only", |n| n.is_finite()).prop_map(Value::from),
        (-9i32..100).prop_map(|n| Value::from(f64::from(n) / 4.0)),
        strings().prop_map(Value::from),
    ]
}

/// Kinds, nested up to three levels.
pub fn kinds() -> impl Strategy<Value = Kind> + Clone {
    let unit =
        || select(vec![TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond]);
    let zone =
        select(vec![None, Some("UTC".to_owned()), Some("Asia/Kathmandu".into()), Some("-03:00".into())]);
    let periods = vec![Period::Year, Period::Half, Period::Quarter, Period::Month, Period::Week];
    let scalar = prop_oneof![
        Just(Kind::Boolean),
        (select(vec![8u8, 16, 32, 64]), any::<bool>())
            .prop_map(|(bits, signed)| Kind::Integer { bits, signed }),
        select(vec![32u8, 64]).prop_map(|bits| Kind::Float { bits }),
        (1u8..=38)
            .prop_flat_map(|precision| (Just(precision), -38..=precision as i8))
            .prop_map(|(precision, scale)| Kind::Decimal { precision, scale }),
        Just(Kind::Text),
        Just(Kind::Date),
        select(vec![TimeUnit::Microsecond, TimeUnit::Nanosecond]).prop_map(Kind::Time),
        (unit(), zone).prop_map(|(unit, zone)| Kind::DateTime { unit, zone }),
        unit().prop_map(Kind::Duration),
        select(periods).prop_map(Kind::Period),
        Just(Kind::Binary),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        let field = (strings(), inner.clone()).prop_map(|(name, kind)| Field::new(name, kind));
        prop_oneof![
            vec(field, 0..3).prop_map(Kind::Structure),
            inner.clone().prop_map(|item| Kind::List(Box::new(item))),
            (inner.clone(), inner)
                .prop_map(|(key, value)| Kind::Map { key: Box::new(key), value: Box::new(value) }),
        ]
    })
}

fn attributes() -> impl Strategy<Value = BTreeMap<String, Attribute>> {
    let attribute =
        prop_oneof![strings().prop_map(Attribute::One), vec(strings(), 0..3).prop_map(Attribute::Many)];
    btree_map(strings(), attribute, 0..3)
}

/// Missing declarations: single values and ranges closed or open, with and without reason and letter.
pub fn missing() -> impl Strategy<Value = Missing> {
    let end = || values();
    let which = prop_oneof![
        values().prop_map(MissingValues::One),
        (end(), of(end())).prop_map(|(low, high)| MissingValues::Range { low: Some(low), high }),
        end().prop_map(|high| MissingValues::Range { low: None, high: Some(high) }),
    ];
    let letter = prop_oneof![9 => proptest::char::range('a', 'z'), 1 => Just('_')];
    (which, texts(), of(letter)).prop_map(|(values, label, letter)| {
        let mut missing = Missing::new(values).label(label);
        missing.letter = letter;
        missing
    })
}

/// Value-label sets, values possibly repeated.
pub fn value_labels() -> impl Strategy<Value = ValueLabels> {
    let entry = (values(), texts(), of(values())).prop_map(|(value, label, parent)| {
        let mut entry = ValueLabel::new(value, label);
        entry.parent = parent;
        entry
    });
    vec(entry, 0..4).prop_map(ValueLabels::from)
}

fn rules() -> impl Strategy<Value = ValidationRule> {
    let severities = select(vec![RuleSeverity::Warning, RuleSeverity::Error]);
    (strings(), texts(), of(severities)).prop_map(|(condition, message, severity)| {
        let mut rule = ValidationRule::new(condition, message);
        rule.severity = severity;
        rule
    })
}

fn questions() -> impl Strategy<Value = Question> {
    use QuestionKind::*;
    let kinds = vec![
        Single,
        Multiple,
        YesNo,
        Ordered,
        Numeric,
        QuestionKind::Text,
        TextList,
        Gps,
        Geography,
        Date,
        Timestamp,
        Barcode,
        Picture,
        Audio,
        Video,
        File,
    ];
    use QuestionScope::{Headquarters, Hidden, Interviewer, Supervisor};
    let scopes = select(vec![Interviewer, Supervisor, Headquarters, Hidden]);
    let words = (texts(), texts(), texts(), texts());
    let more = (of(strings()), of(strings()), of(scopes), any::<[bool; 3]>());
    (words, of(strings()), vec(rules(), 0..2), of(select(kinds)), of(strings()), more).prop_map(
        |((text, pre_text, post_text, instructions), enablement, validations, kind, source_id, more)| {
            let mut question = Question::new(text);
            question.pre_text = pre_text;
            question.post_text = post_text;
            question.instructions = instructions;
            question.enablement = enablement;
            question.validations = validations;
            question.kind = kind;
            question.source_id = source_id;
            let flags;
            (question.number, question.options_filter, question.scope, flags) = more;
            [question.required, question.identifying, question.critical] = flags;
            question
        },
    )
}

fn formats() -> impl Strategy<Value = DisplayFormat> {
    use DisplayStyle::*;
    let styles = vec![General, Fixed, Grouped, Scientific, Percent, Currency, Padded];
    (of(any::<u32>()), of(0u32..40), of(select(styles)), btree_map("stata|spss", strings(), 0..2)).prop_map(
        |(width, decimals, style, native)| {
            let mut format = DisplayFormat::default();
            (format.width, format.decimals, format.style, format.native) = (width, decimals, style, native);
            format
        },
    )
}

/// Variables with every part absent or present.
pub fn variables() -> impl Strategy<Value = Variable> {
    use Sensitivity::{DirectIdentifier, None as Harmless, Personal};
    let measures = select(vec![Measure::Nominal, Measure::Ordinal, Measure::Scale]);
    let roles = select(vec![Role::Input, Role::Target, Role::Both, Role::None, Role::Partition, Role::Split]);
    let alignments = select(vec![Alignment::Left, Alignment::Centre, Alignment::Right]);
    let facts = (of(any::<u64>()), of(values()), of(values())).prop_map(|(max_bytes, min, max)| {
        let mut facts = DeclaredFacts::default();
        (facts.max_bytes, facts.min, facts.max) = (max_bytes, min, max);
        facts
    });
    let shown = (of(measures), of(roles), of(formats()), of(alignments), of(strings()), vec(missing(), 0..3));
    let view = (of(formats()), of(any::<u32>()));
    let meant = (of(questions()), texts(), texts(), texts(), any::<bool>(), texts(), of(strings()));
    let more = (select(vec![Harmless, Personal, DirectIdentifier]), vec(texts(), 0..2), attributes(), facts);
    let all = (strings(), texts(), kinds(), shown, view, meant, more);
    all.prop_map(|(name, label, kind, shown, view, meant, more)| {
        let mut variable = Variable::new(name, kind).with_label(label);
        (
            variable.measure,
            variable.role,
            variable.format,
            variable.alignment,
            variable.labels,
            variable.missing,
        ) = shown;
        (variable.write_format, variable.column_width) = view;
        let question;
        (
            question,
            variable.universe,
            variable.concept,
            variable.derivation,
            variable.weight,
            variable.unit,
            variable.weighted_by,
        ) = meant;
        variable.question = question.map(Box::new);
        (variable.sensitivity, variable.notes, variable.attributes, variable.facts) = more;
        variable
    })
}

fn groups() -> impl Strategy<Value = Group> {
    let kind = prop_oneof![
        Just(GroupKind::Section),
        values().prop_map(|counted| GroupKind::MultipleDichotomy { counted }),
        Just(GroupKind::MultipleCategory),
        Just(GroupKind::Grid),
        Just(GroupKind::StaticText),
        Just(GroupKind::Set),
    ];
    let sources = select(vec![LabelSource::CountedValues, LabelSource::FirstVariable]);
    let asked = (texts(), texts(), of(strings()), vec(rules(), 0..2), of(questions()));
    let more = (of(sources), of(strings()));
    (strings(), texts(), kind, vec(strings(), 0..3), asked, more).prop_map(
        |(name, label, kind, members, asked, more)| {
            let mut group = Group::new(name, kind, members).with_label(label);
            let question;
            (group.text, group.instructions, group.enablement, group.validations, question) = asked;
            group.question = question.map(Box::new);
            (group.label_source, group.source_id) = more;
            group
        },
    )
}

fn rosters() -> impl Strategy<Value = Roster> {
    use RosterSource::{FixedTitles, List, MultipleChoice, Number};
    let sources = select(vec![FixedTitles, Number, MultipleChoice, List]);
    (of(sources), of(strings()), of(strings()), of(strings())).prop_map(
        |(source, trigger, section, after)| {
            let mut roster = Roster::default();
            (roster.source, roster.trigger, roster.section, roster.after) = (source, trigger, section, after);
            roster
        },
    )
}

/// Tables with every part absent or present.
pub fn tables() -> impl Strategy<Value = Table> {
    use TableKind::*;
    let kinds = select(vec![Main, Roster, System, Paradata, Events, Reference]);
    let parent = (strings(), vec((strings(), strings()), 0..2))
        .prop_map(|(table, variables)| Parent::new(table, variables));
    let sort = prop_oneof![
        strings().prop_map(SortKey::Ascending),
        strings().prop_map(|descending| SortKey::Descending { descending }),
    ];
    let order = (vec(strings(), 0..3), of(parent), vec(sort, 0..3), vec(texts(), 0..2), of(any::<u64>()));
    let more = (of(rosters()), attributes());
    (strings(), texts(), kinds, vec(variables(), 0..3), vec(groups(), 0..2), order, more).prop_map(
        |(name, label, kind, variables, groups, order, more)| {
            let mut table = Table::new(name, variables).with_label(label).with_kind(kind);
            table.groups = groups;
            (table.key, table.parent, table.sort, table.notes, table.rows) = order;
            (table.roster, table.attributes) = more;
            table
        },
    )
}

/// Documents held in memory, named by path or listed by uri.
pub fn documents() -> impl Strategy<Value = Document> {
    use DocumentKind::*;
    let kinds = select(vec![Questionnaire, Translation, Attachment, Report]);
    let path = of("[a-z]{1,4}/[a-z]{1,4}").prop_map(|path| path.map(Into::into));
    let places = (path, of(strings()));
    (strings(), kinds, texts(), strings(), of(strings()), of(vec(any::<u8>(), 0..9)), places).prop_map(
        |(name, kind, title, media_type, language, bytes, (path, uri))| {
            let mut document = Document::new(name, kind, media_type, Vec::new());
            (document.title, document.language, document.bytes, document.path) =
                (title, language, bytes, path);
            document.uri = uri;
            document
        },
    )
}

/// Studies with every part absent or present.
pub fn studies() -> impl Strategy<Value = Study> {
    let agent = || {
        (strings(), vec(of(strings()), 5)).prop_map(|(name, mut parts)| {
            let mut next = || parts.pop().flatten();
            let mut agent = Agent::new(name);
            agent.affiliation = next();
            agent.abbreviation = next();
            agent.role = next();
            agent.email = next();
            agent.uri = next();
            agent
        })
    };
    let agents = vec(vec(agent(), 0..2), 6);
    let version = (strings(), of(strings()), texts()).prop_map(|(number, date, notes)| {
        let mut version = StudyVersion::new(number);
        (version.date, version.notes) = (date, notes);
        version
    });
    let period = || {
        (of(strings()), of(strings()), of(strings())).prop_map(|(start, end, cycle)| {
            let mut period = CollectionPeriod::default();
            (period.start, period.end, period.cycle) = (start, end, cycle);
            period
        })
    };
    let series = (texts(), texts()).prop_map(|(name, description)| {
        let mut series = Series::new(name);
        series.description = description;
        series
    });
    let material = (texts(), of(strings()), of(strings())).prop_map(|(title, uri, relation)| {
        let mut material = RelatedMaterial::new(title);
        (material.uri, material.relation) = (uri, relation);
        material
    });
    let lists = (vec(texts(), 0..2), vec(strings(), 0..2), vec(material, 0..2), vec(texts(), 0..2));
    let parts = (of(version), of(period()), of(series), vec(strings(), 0..3));
    let identifier = (strings(), strings()).prop_map(|(id, agency)| Identifier::new(id, agency));
    let software = (strings(), of(strings()), of(strings())).prop_map(|(name, version, date)| {
        let mut software = Software::new(name);
        (software.version, software.date) = (version, date);
        software
    });
    let degrees = |most: f64| (-most..=most, -most..=most);
    let place = (degrees(180.0), degrees(90.0)).prop_map(|(west, south)| BoundingBox::new(west, south));
    let methods = (vec(texts(), 0..2), vec(texts(), 0..2), vec(texts(), 0..2), vec(software, 0..2));
    let more = (vec(identifier, 0..2), of(place), vec(period(), 0..2), methods, attributes());
    let all = (strings(), vec(texts(), 11), agents, lists, parts, more);
    all.prop_map(|(id, mut words, mut agents, lists, parts, more)| {
        let mut next = || words.pop().unwrap_or_default();
        let mut study = Codebook::new(id).study;
        study.title = next();
        study.summary = next();
        study.geography = next();
        study.universe = next();
        study.analysis_unit = next();
        study.sampling = next();
        study.weighting = next();
        study.licence = next();
        study.access = next();
        study.citation = next();
        study.response_rate = next();
        let mut next = || agents.pop().unwrap_or_default();
        study.authors = next();
        study.producers = next();
        study.funders = next();
        study.distributors = next();
        study.depositors = next();
        study.contacts = next();
        let methods;
        (
            study.identifiers,
            study.bounding_box,
            study.further_collection_periods,
            methods,
            study.attributes,
        ) = more;
        (study.data_kinds, study.collection_modes, study.instruments, study.software) = methods;
        (study.keywords, study.countries, study.related_materials, study.notes) = lists;
        (study.version, study.collection_period, study.series, study.languages) = parts;
        study
    })
}

/// Whole codebooks.
pub fn codebooks() -> impl Strategy<Value = Codebook> {
    (studies(), vec(tables(), 0..3), btree_map(strings(), value_labels(), 0..3), vec(documents(), 0..2))
        .prop_map(|(study, tables, value_labels, documents)| {
            let mut codebook = Codebook::new("");
            (codebook.study, codebook.tables) = (study, tables);
            (codebook.value_labels, codebook.documents) = (value_labels, documents);
            codebook
        })
}

/// Whole codebooks without problems: what is generated, with names that are unique and known, and without what contradicts
/// the rest. Every table has a variable.
pub fn sound() -> impl Strategy<Value = Codebook> {
    codebooks().prop_map(|mut codebook| {
        mend_study(&mut codebook);
        for (at, document) in codebook.documents.iter_mut().enumerate() {
            (document.name, document.language) = (format!("d{at}"), None);
            document.uri = document.uri.take().map(|uri| format!("https://example.org/{}", uri.len()));
            match document.bytes {
                Some(_) => document.path = None,
                None if document.path.is_none() => document.uri = Some("https://example.org".into()),
                None => {}
            }
        }
        let sets = std::mem::take(&mut codebook.value_labels);
        for (at, (_, mut set)) in sets.into_iter().enumerate() {
            let mut seen: Vec<Value> = Vec::new();
            set.entries.retain(|entry| {
                let is_new = seen.iter().all(|known| known.size_cmp(&entry.value) != Some(Ordering::Equal));
                seen.push(entry.value.clone());
                is_new
            });
            codebook.value_labels.insert(format!("s{at}"), set);
        }
        for at in 0..codebook.tables.len() {
            mend_table(&mut codebook, at);
        }
        assert_eq!(codebook.problems(), [], "{codebook:#?}");
        codebook
    })
}

fn mend_study(codebook: &mut Codebook) {
    let study = &mut codebook.study;
    (study.id, study.languages) = ("s".into(), Vec::new());
    let periods = study.collection_period.iter_mut().chain(&mut study.further_collection_periods);
    periods.for_each(|period| period.end = None);
    if let Some(place) = &mut study.bounding_box {
        place.north = place.north.max(place.south);
    }
}

fn mend_table(codebook: &mut Codebook, at: usize) {
    let sets = codebook.value_labels.clone();
    let Some(table) = codebook.tables.get_mut(at) else { return };
    table.name = format!("t{at}");
    if table.variables.is_empty() {
        table.variables.push(Variable::new("", Kind::INTEGER));
    }
    let is_sound = |variable: &Variable| {
        let mut alone = Codebook::new("s").with_table(Table::new("t", vec![variable.clone()]));
        alone.value_labels.clone_from(&sets);
        alone.problems().is_empty()
    };
    for (at, variable) in table.variables.iter_mut().enumerate() {
        variable.name = format!("v{at}");
        variable.facts = DeclaredFacts::default();
        variable.weighted_by = variable.weighted_by.take().map(|_| format!("v{at}"));
        variable.labels = None;
        let missing = std::mem::take(&mut variable.missing);
        if !is_sound(variable) || has_empty_structure(&variable.kind) {
            variable.kind = Kind::INTEGER;
        }
        for missing in missing {
            variable.missing.push(missing);
            if !is_sound(variable) {
                variable.missing.pop();
            }
        }
        for set in sets.keys() {
            let before = variable.labels.replace(set.clone());
            if !is_sound(variable) {
                variable.labels = before;
            }
        }
    }
    table.key = vec!["v0".into()];
    table.sort.truncate(1);
    for key in &mut table.sort {
        let (SortKey::Ascending(name) | SortKey::Descending { descending: name }) = key else { continue };
        *name = "v0".into();
    }
    for (at, group) in table.groups.iter_mut().enumerate() {
        group.name = format!("g{at}");
        group.members = match group.kind {
            GroupKind::StaticText | GroupKind::MultipleDichotomy { .. } => Vec::new(),
            _ if at > 0 => vec!["g0".into(), "v0".into()],
            _ => vec!["v0".into()],
        };
    }
    table.parent = table.parent.take().filter(|_| at > 0).map(|_| Parent::new("t0", Vec::new()));
    if let (Some(roster), Some(_)) = (&mut table.roster, &table.parent) {
        (roster.trigger, roster.section, roster.after) = (Some("v0".into()), None, Some("v0".into()));
    }
}

fn has_empty_structure(kind: &Kind) -> bool {
    match kind {
        Kind::Structure(fields) => {
            fields.is_empty() || fields.iter().any(|field| has_empty_structure(&field.kind))
        }
        Kind::List(item) => has_empty_structure(item),
        Kind::Map { key, value } => has_empty_structure(key) || has_empty_structure(value),
        _ => false,
    }
}
