//! Strategies for whole codebooks: every struct, every field, absent and present.
//!
//! What they make is well formed as JSON but not always valid: names may clash and sets be missing.

use exporter_core::codebook::{
    Agent, Alignment, Attribute, Codebook, CollectionPeriod, DeclaredFacts, DisplayFormat, DisplayStyle,
    Document, DocumentKind, Field, Group, GroupKind, Kind, Measure, Missing, MissingValues, Parent, Period,
    Question, QuestionKind, RelatedMaterial, Role, Sensitivity, Series, SortKey, Study, StudyVersion, Table,
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

/// Missing declarations: single values and ranges closed or open, with and without reason and letter.
pub fn missing() -> impl Strategy<Value = Missing> {
    let end = || values();
    let which = prop_oneof![
        values().prop_map(MissingValues::One),
        (end(), of(end())).prop_map(|(low, high)| MissingValues::Range { low: Some(low), high }),
        end().prop_map(|high| MissingValues::Range { low: None, high: Some(high) }),
    ];
    (which, texts(), of(proptest::char::range('a', 'z'))).prop_map(|(values, label, letter)| {
        let mut missing = Missing::new(values).label(label);
        missing.letter = letter;
        missing
    })
}

/// Value-label sets, values possibly repeated.
pub fn value_labels() -> impl Strategy<Value = ValueLabels> {
    let entry = (values(), texts()).prop_map(|(value, label)| ValueLabel::new(value, label));
    vec(entry, 0..4).prop_map(ValueLabels::from)
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
    let rule = (strings(), texts()).prop_map(|(condition, message)| ValidationRule::new(condition, message));
    let words = (texts(), texts(), texts(), texts());
    (words, of(strings()), vec(rule, 0..2), of(select(kinds)), of(strings())).prop_map(
        |((text, pre_text, post_text, instructions), enablement, validations, kind, source_id)| {
            let mut question = Question::new(text);
            question.pre_text = pre_text;
            question.post_text = post_text;
            question.instructions = instructions;
            question.enablement = enablement;
            question.validations = validations;
            question.kind = kind;
            question.source_id = source_id;
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
    let attribute =
        prop_oneof![strings().prop_map(Attribute::One), vec(strings(), 0..3).prop_map(Attribute::Many)];
    let facts = (of(any::<u64>()), of(values()), of(values())).prop_map(|(max_bytes, min, max)| {
        let mut facts = DeclaredFacts::default();
        (facts.max_bytes, facts.min, facts.max) = (max_bytes, min, max);
        facts
    });
    let shown = (of(measures), of(roles), of(formats()), of(alignments), of(strings()), vec(missing(), 0..3));
    let meant = (of(questions()), texts(), texts(), texts(), any::<bool>());
    let more = (
        select(vec![Harmless, Personal, DirectIdentifier]),
        vec(texts(), 0..2),
        btree_map(strings(), attribute, 0..3),
        facts,
    );
    (strings(), texts(), kinds(), shown, meant, more).prop_map(|(name, label, kind, shown, meant, more)| {
        let mut variable = Variable::new(name, kind).with_label(label);
        (
            variable.measure,
            variable.role,
            variable.format,
            variable.alignment,
            variable.labels,
            variable.missing,
        ) = shown;
        let question;
        (question, variable.universe, variable.concept, variable.derivation, variable.weight) = meant;
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
    ];
    (strings(), texts(), kind, vec(strings(), 0..3))
        .prop_map(|(name, label, kind, members)| Group::new(name, kind, members).with_label(label))
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
    (strings(), texts(), kinds, vec(variables(), 0..3), vec(groups(), 0..2), order).prop_map(
        |(name, label, kind, variables, groups, order)| {
            let mut table = Table::new(name, variables).with_label(label).with_kind(kind);
            table.groups = groups;
            (table.key, table.parent, table.sort, table.notes, table.rows) = order;
            table
        },
    )
}

/// Documents held in memory or named by path.
pub fn documents() -> impl Strategy<Value = Document> {
    use DocumentKind::*;
    let kinds = select(vec![Questionnaire, Translation, Attachment, Report]);
    let path = of("[a-z]{1,4}/[a-z]{1,4}").prop_map(|path| path.map(Into::into));
    (strings(), kinds, texts(), strings(), of(strings()), of(vec(any::<u8>(), 0..9)), path).prop_map(
        |(name, kind, title, media_type, language, bytes, path)| {
            let mut document = Document::new(name, kind, media_type, Vec::new());
            (document.title, document.language, document.bytes, document.path) =
                (title, language, bytes, path);
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
    let agents = (vec(agent(), 0..2), vec(agent(), 0..2), vec(agent(), 0..2));
    let version = (strings(), of(strings()), texts()).prop_map(|(number, date, notes)| {
        let mut version = StudyVersion::new(number);
        (version.date, version.notes) = (date, notes);
        version
    });
    let period = (of(strings()), of(strings())).prop_map(|(start, end)| {
        let mut period = CollectionPeriod::default();
        (period.start, period.end) = (start, end);
        period
    });
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
    let parts = (of(version), of(period), of(series), vec(strings(), 0..3));
    (strings(), vec(texts(), 10), agents, lists, parts).prop_map(|(id, mut words, agents, lists, parts)| {
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
        (study.producers, study.funders, study.contacts) = agents;
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
