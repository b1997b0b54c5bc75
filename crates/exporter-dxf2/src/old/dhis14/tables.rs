//! The tables of DHIS 1.4 that DXF 2 has objects for.

use crate::old::table::{List, Members, New, Table, Words};

/// Names of the types of values, and those of DXF 2: what is neither a number nor yes or no is text.
pub(super) const TYPE_NAMES: Words = &[
    ("Number", "INTEGER"),
    ("String", "TEXT"),
    ("YesNo", "BOOLEAN"),
    ("Date", "TEXT"),
    ("Memo", "TEXT"),
    ("Object", "TEXT"),
];
/// Numbers of the types of values in files that do not list them, and those of DXF 2.
const TYPES: Words = &[
    ("3", "INTEGER"),
    ("3", "NUMBER"),
    ("5", "BOOLEAN"),
    ("4", "TEXT"),
    ("2", "LONG_TEXT"),
    ("1", "TEXT"),
    ("2", "TEXT"),
    ("6", "TEXT"),
    ("4", "TEXT"),
];
/// Numbers of the types of values in files that do not list them, and their names.
pub(super) const TYPE_NUMBERS: Words =
    &[("1", "Date"), ("2", "Memo"), ("3", "Number"), ("4", "String"), ("5", "YesNo"), ("6", "Object")];
/// Numbers of the types of periods in files that do not list them.
pub(super) const PERIOD_NUMBERS: Words = &[
    ("1", "Monthly"),
    ("2", "Quarterly"),
    ("3", "Yearly"),
    ("4", "OnChange"),
    ("5", "Survey"),
    ("6", "Daily"),
    ("7", "Weekly"),
    ("8", "SixMonthly"),
    ("9", "TwoYearly"),
];
const OPERATORS: Words = &[("Average", "AVERAGE"), ("Count", "COUNT"), ("Sum", "SUM")];

/// Without an end, and the first day of data in most files.
const NO_END: &str = "2958465";
const FIRST: &str = "34335";

const fn validity(what: &'static str) -> [(&'static str, New); 2] {
    [("ValidFrom", New::Lost(what, FIRST)), ("ValidTo", New::Lost(what, NO_END))]
}

const ALTERNATIVE: New = New::Lost("alternative names", "");
const SELECTED: (&str, New) = ("Selected", New::Fixed("0"));
const USER: (&str, New) = ("LastUserID", New::Fixed("1"));
const UPDATED: (&str, New) = ("LastUpdated", New::Date("lastUpdated"));
const SORT: (&str, New) = ("SortOrder", New::Fixed("1"));
const START_LEVEL: New = New::Lost("levels where aggregation starts", "5");
const TIME_LAG: New = New::Lost("time lags of indicators", "");
const PERIOD_TYPE: (&str, New) =
    ("DataPeriodTypeID", New::Lost("period types of elements and indicators", "1"));

/// Rows of groups that are of indicators go by this name, since their element is that of groups of data elements.
pub(super) const INDICATOR_GROUP: &str = "IndicatorGroup";
pub(super) const GROUP: &str = "DataElementAndIndicatorGroup";
pub(super) const GROUP_ID: &str = "DataElementAndIndicatorGroupID";

const GROUP_COLUMNS: &[(&str, New)] = &[
    ("DataElementAndIndicatorGroupName", New::Text("name")),
    ("DataElementAndIndicatorGroupDescription", New::Broken("description")),
    USER,
    UPDATED,
];

const DATA_ELEMENT: [(&str, New); 2] = validity("validity of data elements");
const INDICATOR: [(&str, New); 2] = validity("validity of indicators");

pub(super) static TABLES: [Table; 6] = [
    Table {
        section: None,
        row: "DataElement",
        plural: "dataElements",
        id: "DataElementID",
        columns: &[
            SORT,
            ("DataElementCode", New::Text("code")),
            ("DataElementName", New::Text("name")),
            ("DataElementShort", New::Text("shortName")),
            ("DataElementDOS", New::Short("shortName", 8)),
            ("DataElementPrompt", New::Else("formName", "name")),
            ("MetaDataElement", New::Lost("marks of metadata elements", "0")),
            ("DataTypeID", New::Listed("valueType", TYPES)),
            PERIOD_TYPE,
            DATA_ELEMENT[0],
            DATA_ELEMENT[1],
            ("DataElementDescription", New::Broken("description")),
            ("Comment", New::Lost("comments of data elements", "")),
            ("Calculated", New::Lost("calculated data elements", "0")),
            ("CalculatedValidFrom", New::Lost("calculated data elements", "")),
            ("CalculatedValidTo", New::Lost("calculated data elements", "")),
            ("SaveCalculated", New::Fixed("0")),
            ("AggregateStartLevel", START_LEVEL),
            ("AggregateOperator", New::Word("aggregationType", OPERATORS)),
            SELECTED,
            USER,
            UPDATED,
            ("DataElementNameAlt1", ALTERNATIVE),
            ("DataElementShortAlt1", ALTERNATIVE),
            ("DataElementNameAlt2", ALTERNATIVE),
            ("DataElementShortAlt2", ALTERNATIVE),
            ("DataElementNameAlt3", ALTERNATIVE),
            ("DataElementShortAlt3", ALTERNATIVE),
        ],
    },
    Table { section: None, row: GROUP, plural: "dataElementGroups", id: GROUP_ID, columns: GROUP_COLUMNS },
    Table {
        section: None,
        row: "IndicatorType",
        plural: "indicatorTypes",
        id: "IndicatorTypeID",
        columns: &[("IndicatorTypeName", New::Text("name")), ("Factor", New::Number("factor"))],
    },
    Table {
        section: None,
        row: "Indicator",
        plural: "indicators",
        id: "IndicatorID",
        columns: &[
            SORT,
            ("IndicatorName", New::Text("name")),
            ("IndicatorShort", New::Text("shortName")),
            ("ShortName", New::Also("shortName")),
            ("IndicatorDOS", New::Short("shortName", 8)),
            INDICATOR[0],
            INDICATOR[1],
            ("IndicatorDescription", New::Broken("description")),
            SELECTED,
            ("IndicatorTypeID", New::Reference("indicatorType", "indicatorTypes")),
            PERIOD_TYPE,
            ("Annualised", New::Truth("annualized")),
            ("IndicatorNumerator", New::Formula("numerator")),
            ("IndicatorNumeratorAggregateStartLevel", START_LEVEL),
            ("IndicatorNumeratorTimeLag", TIME_LAG),
            ("IndicatorNumeratorDescription", New::Broken("numeratorDescription")),
            ("IndicatorDenominator", New::Formula("denominator")),
            ("IndicatorDenominatorAggregateStartLevel", START_LEVEL),
            ("IndicatorDenominatorTimeLag", TIME_LAG),
            ("IndicatorDenominatorDescription", New::Broken("denominatorDescription")),
            USER,
            UPDATED,
        ],
    },
    Table {
        section: None,
        row: INDICATOR_GROUP,
        plural: "indicatorGroups",
        id: GROUP_ID,
        columns: GROUP_COLUMNS,
    },
    Table {
        section: None,
        row: "OrgUnit",
        plural: "organisationUnits",
        id: "OrgUnitID",
        columns: &[
            ("OrgUnitCode", New::Text("code")),
            ("OrgUnitLevel", New::Number("level")),
            ("OrgUnitName", New::Text("name")),
            ("OrgUnitShort", New::Text("shortName")),
            ("ValidFrom", New::Day("openingDate")),
            ("ValidTo", New::Day("closedDate")),
            ("Active", New::Lost("marks of what is not active", "1")),
            ("Comment", New::Broken("comment")),
            SELECTED,
            USER,
            UPDATED,
            ("OrgUnitNameAlt1", ALTERNATIVE),
            ("OrgUnitNameAlt2", ALTERNATIVE),
            ("OrgUnitNameAlt3", ALTERNATIVE),
        ],
    },
];

/// Groups of indicators as they are written: with the element of groups of data elements.
pub(super) static WRITTEN_INDICATOR_GROUPS: Table =
    Table { section: None, row: GROUP, plural: "indicatorGroups", id: GROUP_ID, columns: GROUP_COLUMNS };

const fn members(
    row: &'static str,
    owner: (&'static str, &'static str),
    member: (&'static str, &'static str),
    list: List,
) -> Members {
    Members { section: None, row, owner, member, list, order: None }
}

pub(super) const INDICATOR_MEMBER: &str = "IndicatorGroupMember";
pub(super) const ELEMENT_MEMBER: &str = "DataElementGroupMember";

pub(super) static MEMBERS: [Members; 3] = [
    members(
        ELEMENT_MEMBER,
        (GROUP_ID, "dataElementGroups"),
        ("DataElementID", "dataElements"),
        List::Plain("dataElements"),
    ),
    members(
        INDICATOR_MEMBER,
        (GROUP_ID, "indicatorGroups"),
        ("IndicatorID", "indicators"),
        List::Plain("indicators"),
    ),
    members(
        "OrgHierarchy",
        ("OrgUnitChildID", "organisationUnits"),
        ("OrgUnitParentID", "organisationUnits"),
        List::One("parent"),
    ),
];

/// Rows that say what DXF 2 has in no object of its own: they are read for the others.
pub(super) const LOOKUPS: [&str; 8] = [
    "DataType",
    "DataPeriodType",
    "DataPeriod",
    "UserName",
    // These say nothing that is lost: names of structures, and what users may do in DHIS 1.4.
    "OrgUnitStructure",
    "UserInfoRole",
    "UserRole",
    "DataPeriodMonth",
];
