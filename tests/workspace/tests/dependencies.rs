//! Arrows point one way: shared crates → core; formats, packaging and stores → core and shared; facade → all; frontends → facade.

use crate::members::{self, Kind, Member, Role, SHARED};

/// Whether a member of this role may name that other member.
fn allowed(role: Role, other: &str, kind: Kind) -> bool {
    if kind == Kind::Development && other == "exporter-testkit" {
        return true;
    }
    match role {
        Role::Core => false,
        Role::Shared => other == "exporter-core",
        // Every input is held against what archives of it hold.
        Role::Testkit => matches!(other, "exporter-core" | "exporter-package"),
        Role::Format => other == "exporter-core" || SHARED.contains(&other),
        Role::Facade => !matches!(other, "exporter-cli" | "exporter-testkit"),
        Role::Frontend => other == "exporter",
        Role::Unpublished => true,
    }
}

fn broken(member: &Member) -> impl Iterator<Item = String> {
    let wrong = member.depends.iter().filter(|(other, kind)| !allowed(member.role(), other, *kind));
    wrong.map(|(other, kind)| {
        format!("{} ({:?}) may not depend on {other} ({kind:?})", member.name, member.role())
    })
}

#[test]
fn arrows_point_one_way() {
    let members = members::all();
    assert!(members.len() > 5, "only {} members were found", members.len());
    let broken: Vec<String> = members.iter().flat_map(broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_wrong_arrow_would_be_found() {
    assert!(!allowed(Role::Format, "exporter-tab", Kind::Normal));
    assert!(!allowed(Role::Shared, "exporter-dta", Kind::Normal));
    assert!(!allowed(Role::Shared, "exporter-spss", Kind::Normal));
    assert!(!allowed(Role::Core, "exporter-stata", Kind::Normal));
    assert!(!allowed(Role::Format, "exporter-tab", Kind::Development));
    assert!(!allowed(Role::Format, "exporter-testkit", Kind::Normal));
    assert!(!allowed(Role::Core, "exporter-tab", Kind::Normal));
    assert!(!allowed(Role::Frontend, "exporter-core", Kind::Normal));
    assert!(!allowed(Role::Facade, "exporter-testkit", Kind::Normal));
}

#[test]
fn what_is_published_is_described_and_the_rest_is_not_published() {
    for member in members::all() {
        let inside = matches!(member.role(), Role::Testkit | Role::Unpublished);
        assert_eq!(member.published, !inside, "{}: `publish` does not suit {:?}", member.name, member.role());
        assert!(member.described, "{} has no description or licence", member.name);
    }
}

#[test]
fn a_crate_is_called_like_its_folder() {
    for member in members::all().iter().filter(|member| member.role() != Role::Unpublished) {
        assert_eq!(member.folder.file_name().unwrap().to_str(), Some(member.name.as_str()));
    }
}
