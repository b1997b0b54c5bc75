//! Builders: the structs may gain fields, so other crates make them through these.

use super::{
    Agent, Attribute, BoundingBox, Codebook, DisplayFormat, DisplayStyle, Document, DocumentKind, Field,
    Group, GroupKind, Identifier, Kind, Measure, Missing, Parent, Question, RelatedMaterial, Roster,
    RosterSource, Sensitivity, Series, Software, SortKey, Study, StudyVersion, Table, TableKind, Text,
    ValidationRule, ValueLabels, Variable,
};

impl Codebook {
    /// A codebook of a study with this id.
    pub fn new(study_id: impl Into<String>) -> Self {
        Self { study: Study { id: study_id.into(), ..Study::default() }, ..Self::default() }
    }

    /// Adds a table.
    #[must_use]
    pub fn with_table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds or replaces a value-label set.
    #[must_use]
    pub fn with_value_labels(mut self, name: impl Into<String>, labels: ValueLabels) -> Self {
        self.value_labels.insert(name.into(), labels);
        self
    }

    /// Adds a document.
    #[must_use]
    pub fn with_document(mut self, document: Document) -> Self {
        self.documents.push(document);
        self
    }

    /// Sets the languages; the first is the default.
    #[must_use]
    pub fn with_languages<L: Into<String>>(mut self, languages: impl IntoIterator<Item = L>) -> Self {
        self.study.languages = languages.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the study's title.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<Text>) -> Self {
        self.study.title = title.into();
        self
    }
}

impl Table {
    /// A main table with these variables.
    pub fn new(name: impl Into<String>, variables: Vec<Variable>) -> Self {
        Self { name: name.into(), variables, ..Self::default() }
    }

    /// Sets the label.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Text>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets what the table is in its study.
    #[must_use]
    pub fn with_kind(mut self, kind: TableKind) -> Self {
        self.kind = kind;
        self
    }

    /// Sets the variables that identify a row.
    #[must_use]
    pub fn with_key<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.key = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the parent table; pairs are (variable here, variable there).
    #[must_use]
    pub fn with_parent(mut self, table: impl Into<String>, variables: Vec<(String, String)>) -> Self {
        self.parent = Some(Parent::new(table, variables));
        self
    }

    /// Sets how the rows of a roster come about.
    #[must_use]
    pub fn with_roster(mut self, roster: Roster) -> Self {
        self.roster = Some(roster);
        self
    }

    /// Claims an ascending order of the rows.
    #[must_use]
    pub fn with_sort<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.sort = names.into_iter().map(|name| SortKey::Ascending(name.into())).collect();
        self
    }

    /// Adds a group.
    #[must_use]
    pub fn with_group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<Text>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl Variable {
    /// A variable of this name and kind.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind, ..Self::default() }
    }

    /// Sets the label.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Text>) -> Self {
        self.label = label.into();
        self
    }

    /// Uses a value-label set by name.
    #[must_use]
    pub fn with_labels(mut self, set: impl Into<String>) -> Self {
        self.labels = Some(set.into());
        self
    }

    /// Declares a user-missing value or range.
    #[must_use]
    pub fn with_missing(mut self, missing: Missing) -> Self {
        self.missing.push(missing);
        self
    }

    /// Sets the level of measurement.
    #[must_use]
    pub fn with_measure(mut self, measure: Measure) -> Self {
        self.measure = Some(measure);
        self
    }

    /// Sets how values are shown.
    #[must_use]
    pub fn with_format(mut self, format: DisplayFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the question that was asked.
    #[must_use]
    pub fn with_question(mut self, question: Question) -> Self {
        self.question = Some(Box::new(question));
        self
    }

    /// Sets how much the variable says about a person.
    #[must_use]
    pub fn with_sensitivity(mut self, sensitivity: Sensitivity) -> Self {
        self.sensitivity = sensitivity;
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<Text>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a free attribute.
    #[must_use]
    pub fn with_attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), Attribute::One(value.into()));
        self
    }
}

impl DisplayFormat {
    /// Shows values in so many characters, the decimals included.
    #[must_use]
    pub fn with_width(mut self, width: u32) -> Self {
        self.width = Some(width);
        self
    }

    /// Shows so many digits after the decimal mark.
    #[must_use]
    pub fn with_decimals(mut self, decimals: u32) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// Sets the style of numbers.
    #[must_use]
    pub fn with_style(mut self, style: DisplayStyle) -> Self {
        self.style = Some(style);
        self
    }

    /// Adds the exact format in a program's own words.
    #[must_use]
    pub fn with_native(mut self, program: impl Into<String>, format: impl Into<String>) -> Self {
        self.native.insert(program.into(), format.into());
        self
    }
}

impl Field {
    /// A named part of a structure.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind }
    }
}

impl Parent {
    /// A parent table and the pairs of variables by which rows find it.
    pub fn new(table: impl Into<String>, variables: Vec<(String, String)>) -> Self {
        Self { table: table.into(), variables }
    }
}

impl Roster {
    /// A roster whose rows have this source.
    pub fn new(source: RosterSource) -> Self {
        Self { source: Some(source), ..Self::default() }
    }

    /// Sets the variable or group of the parent whose answer makes the rows.
    #[must_use]
    pub fn with_trigger(mut self, trigger: impl Into<String>) -> Self {
        self.trigger = Some(trigger.into());
        self
    }

    /// Sets the group of the parent that it stands in.
    #[must_use]
    pub fn with_section(mut self, section: impl Into<String>) -> Self {
        self.section = Some(section.into());
        self
    }

    /// Sets what it follows there.
    #[must_use]
    pub fn with_after(mut self, after: impl Into<String>) -> Self {
        self.after = Some(after.into());
        self
    }
}

impl Identifier {
    /// An identifier that this agency gave.
    pub fn new(id: impl Into<String>, agency: impl Into<String>) -> Self {
        Self { id: id.into(), agency: Some(agency.into()) }
    }
}

impl Software {
    /// A program of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl BoundingBox {
    /// The box between these degrees of longitude and of latitude.
    pub fn new((west, east): (f64, f64), (south, north): (f64, f64)) -> Self {
        Self { west, east, south, north }
    }
}

impl StudyVersion {
    /// A version with this number or name.
    pub fn new(number: impl Into<String>) -> Self {
        Self { number: number.into(), ..Self::default() }
    }
}

impl Agent {
    /// A person or body of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl Series {
    /// A series of this name.
    pub fn new(name: impl Into<Text>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl RelatedMaterial {
    /// Material of this title.
    pub fn new(title: impl Into<Text>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

impl ValidationRule {
    /// A condition and what is shown when it fails.
    pub fn new(condition: impl Into<String>, message: impl Into<Text>) -> Self {
        Self { condition: condition.into(), message: message.into(), ..Self::default() }
    }
}

impl Question {
    /// A question with this literal text.
    pub fn new(text: impl Into<Text>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl Group {
    /// A group of these members.
    pub fn new<N: Into<String>>(
        name: impl Into<String>,
        kind: GroupKind,
        members: impl IntoIterator<Item = N>,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            members: members.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Sets the label.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Text>) -> Self {
        self.label = label.into();
        self
    }
}

impl Document {
    /// A document that is listed by its place on the web.
    pub fn on_web(
        name: impl Into<String>,
        kind: DocumentKind,
        media_type: impl Into<String>,
        uri: impl Into<String>,
    ) -> Self {
        let (name, media_type) = (name.into(), media_type.into());
        Self { name, kind, media_type, uri: Some(uri.into()), ..Self::default() }
    }

    /// A document held in memory.
    pub fn new(
        name: impl Into<String>,
        kind: DocumentKind,
        media_type: impl Into<String>,
        bytes: Vec<u8>,
    ) -> Self {
        Self { name: name.into(), kind, media_type: media_type.into(), bytes: Some(bytes), ..Self::default() }
    }
}
