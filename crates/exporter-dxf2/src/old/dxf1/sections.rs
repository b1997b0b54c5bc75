//! The sections of DXF 1.

use crate::old::table::{List, Members, New, Table, Words};

const TYPES: Words = &[
    ("int", "INTEGER"),
    ("int", "NUMBER"),
    ("bool", "BOOLEAN"),
    ("trueOnly", "TRUE_ONLY"),
    ("date", "DATE"),
    ("username", "USERNAME"),
    ("string", "TEXT"),
    ("string", "LONG_TEXT"),
];
const OPERATORS: Words = &[("average", "AVERAGE"), ("count", "COUNT"), ("sum", "SUM")];
const COMPARISONS: Words = &[
    ("equal_to", "equal_to"),
    ("not_equal_to", "not_equal_to"),
    ("greater_than", "greater_than"),
    ("greater_than_or_equal_to", "greater_than_or_equal_to"),
    ("less_than", "less_than"),
    ("less_than_or_equal_to", "less_than_or_equal_to"),
];
const PERIOD_TYPES: Words = &[
    ("Daily", "Daily"),
    ("Weekly", "Weekly"),
    ("Monthly", "Monthly"),
    ("BiMonthly", "BiMonthly"),
    ("Quarterly", "Quarterly"),
    ("SixMonthly", "SixMonthly"),
    ("Yearly", "Yearly"),
    ("FinancialApril", "FinancialApril"),
    ("FinancialJuly", "FinancialJuly"),
    ("FinancialOct", "FinancialOct"),
];

const NAME: (&str, New) = ("name", New::Text("name"));
const SHORT_NAME: (&str, New) = ("shortName", New::Text("shortName"));
const CODE: (&str, New) = ("code", New::Text("code"));
const DESCRIPTION: (&str, New) = ("description", New::Text("description"));
const ALTERNATIVE: (&str, New) = ("alternativeName", New::Lost("alternative names", ""));
const ACTIVE: (&str, New) = ("active", New::Lost("marks of what is not active", "true"));
const UPDATED: (&str, New) = ("lastUpdated", New::Date("lastUpdated"));

const fn table(section: &'static str, row: &'static str, columns: &'static [(&'static str, New)]) -> Section {
    Section::Table(Table { section: Some(section), row, plural: section, id: "id", columns })
}

const fn members(
    section: &'static str,
    row: &'static str,
    owner: (&'static str, &'static str),
    member: (&'static str, &'static str),
    list: List,
) -> Section {
    Section::Members(Members { section: Some(section), row, owner, member, list, order: None })
}

const fn sorted(section: Section) -> Section {
    match section {
        Section::Members(members) => Section::Members(Members { order: Some("sortOrder"), ..members }),
        Section::Table(_) => section,
    }
}

/// A section of a file.
pub(super) enum Section {
    Table(Table),
    Members(Members),
}

/// The sections in the order in which they stand in a file.
pub(super) static SECTIONS: [Section; 25] = [
    table("concepts", "concept", &[NAME]),
    table("categoryOptions", "categoryOption", &[NAME]),
    table("categories", "category", &[NAME, ("conceptid", New::Reference("concept", "concepts"))]),
    table("categoryCombos", "categoryCombo", &[NAME]),
    table(
        "categoryOptionCombos",
        "categoryOptionCombo",
        &[
            ("categoryCombo", New::Nested("categoryCombo", "categoryCombos")),
            ("categoryOptions", New::NestedList("categoryOptions", "categoryOption", "categoryOptions")),
        ],
    ),
    sorted(members(
        "categoryCategoryOptionAssociations",
        "categoryCategoryOptionAssociation",
        ("category", "categories"),
        ("categoryOption", "categoryOptions"),
        List::Plain("categoryOptions"),
    )),
    sorted(members(
        "categoryComboCategoryAssociations",
        "categoryComboCategoryAssociation",
        ("categoryCombo", "categoryCombos"),
        ("category", "categories"),
        List::Plain("categories"),
    )),
    table(
        "dataElements",
        "dataElement",
        &[
            NAME,
            ALTERNATIVE,
            SHORT_NAME,
            CODE,
            DESCRIPTION,
            ACTIVE,
            ("type", New::Word("valueType", TYPES)),
            ("aggregationOperator", New::Word("aggregationType", OPERATORS)),
            ("categoryCombo", New::Reference("categoryCombo", "categoryCombos")),
            UPDATED,
        ],
    ),
    table("dataElementGroups", "dataElementGroup", &[NAME, UPDATED]),
    members(
        "dataElementGroupMembers",
        "dataElementGroupMember",
        ("dataElementGroup", "dataElementGroups"),
        ("dataElement", "dataElements"),
        List::Plain("dataElements"),
    ),
    table("indicatorTypes", "indicatorType", &[NAME, ("factor", New::Number("factor"))]),
    table(
        "indicators",
        "indicator",
        &[
            NAME,
            ALTERNATIVE,
            SHORT_NAME,
            CODE,
            DESCRIPTION,
            ("annualized", New::Truth("annualized")),
            ("indicatorType", New::Reference("indicatorType", "indicatorTypes")),
            ("numerator", New::Formula("numerator")),
            ("numeratorDescription", New::Text("numeratorDescription")),
            ("numeratorAggregationOperator", New::Lost("aggregation operators of indicators", "sum")),
            ("denominator", New::Formula("denominator")),
            ("denominatorDescription", New::Text("denominatorDescription")),
            ("denominatorAggregationOperator", New::Lost("aggregation operators of indicators", "sum")),
            UPDATED,
        ],
    ),
    table("indicatorGroups", "indicatorGroup", &[NAME, UPDATED]),
    members(
        "indicatorGroupMembers",
        "indicatorGroupMember",
        ("indicatorGroup", "indicatorGroups"),
        ("indicator", "indicators"),
        List::Plain("indicators"),
    ),
    table(
        "dataSets",
        "dataSet",
        &[NAME, SHORT_NAME, CODE, ("periodType", New::Word("periodType", PERIOD_TYPES)), UPDATED],
    ),
    members(
        "dataSetMembers",
        "dataSetMember",
        ("dataSet", "dataSets"),
        ("dataElement", "dataElements"),
        List::Within("dataSetElements", "dataElement"),
    ),
    table(
        "organisationUnits",
        "organisationUnit",
        &[
            NAME,
            SHORT_NAME,
            CODE,
            ("openingDate", New::Date("openingDate")),
            ("closedDate", New::Date("closedDate")),
            ACTIVE,
            ("comment", New::Text("comment")),
            ("geoCode", New::Lost("geographic codes", "")),
            ("feature", New::Lost("features", "")),
            UPDATED,
        ],
    ),
    members(
        "organisationUnitRelationships",
        "organisationUnitRelationship",
        ("child", "organisationUnits"),
        ("parent", "organisationUnits"),
        List::One("parent"),
    ),
    table("organisationUnitGroups", "organisationUnitGroup", &[NAME, UPDATED]),
    members(
        "organisationUnitGroupMembers",
        "organisationUnitGroupMember",
        ("organisationUnitGroup", "organisationUnitGroups"),
        ("organisationUnit", "organisationUnits"),
        List::Plain("organisationUnits"),
    ),
    Section::Table(Table {
        section: Some("groupSets"),
        row: "groupSet",
        plural: "organisationUnitGroupSets",
        id: "id",
        columns: &[
            NAME,
            DESCRIPTION,
            ("compulsory", New::Truth("compulsory")),
            ("exclusive", New::Lost("marks of group sets whose groups exclude one another", "true")),
        ],
    }),
    members(
        "groupSetMembers",
        "groupSetMember",
        ("groupSet", "organisationUnitGroupSets"),
        ("organisationUnitGroup", "organisationUnitGroups"),
        List::Plain("organisationUnitGroups"),
    ),
    // Numbers are given in any file anew, and a level is known by itself.
    Section::Table(Table {
        section: Some("organisationUnitLevels"),
        row: "organisationUnitLevel",
        plural: "organisationUnitLevels",
        id: "level",
        columns: &[("level", New::Number("level")), NAME],
    }),
    members(
        "dataSetSourceAssociations",
        "dataSetSourceAssociation",
        ("dataSet", "dataSets"),
        ("source", "organisationUnits"),
        List::Plain("organisationUnits"),
    ),
    Section::Table(Table {
        section: Some("validationRules"),
        row: "validationRule",
        plural: "validationRules",
        id: "name",
        columns: &[
            NAME,
            DESCRIPTION,
            ("type", New::Lost("types of validation rules", "absolute")),
            ("operator", New::Word("operator", COMPARISONS)),
            ("leftSideExpression", New::Side("leftSide", "expression")),
            ("leftSideDescription", New::Side("leftSide", "description")),
            ("rightSideExpression", New::Side("rightSide", "expression")),
            ("rightSideDescription", New::Side("rightSide", "description")),
        ],
    }),
];

/// The tables of objects.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    SECTIONS.iter().filter_map(|section| if let Section::Table(table) = section { Some(table) } else { None })
}

/// The tables of members.
pub(super) fn all_members() -> impl Iterator<Item = &'static Members> {
    SECTIONS
        .iter()
        .filter_map(|section| if let Section::Members(members) = section { Some(members) } else { None })
}
