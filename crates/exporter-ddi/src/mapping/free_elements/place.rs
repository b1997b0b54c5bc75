//! Writes what was kept where it stood.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use exporter_core::codebook::Attribute;

use super::way::{Step, Way, Which};
use super::{has_own_text, taken};
use crate::mapping::note::{is_ours, kind_of};
use crate::mapping::texts::{has_text, words};
use crate::structure::{Content, Structure};
use exporter_xml::{Element, Node};

/// Statistics are those of the rows that are written: what was said of others is not said of them.
const COUNTED: [&str; 2] = ["sumStat", "catStat"];

/// The elements that are told apart by their codes.
const CATEGORY: &str = "catgry";

/// An attribute of a codebook on its way.
struct Kept<'a> {
    name: &'a str,
    way: Way<'a>,
    values: &'a [String],
}

/// Positions of nodes, from the root down.
type Place = Vec<usize>;

/// Where attributes are placed.
struct Placing<'a> {
    root: &'a mut Element,
    known: &'a Known<'a>,
    /// Elements that were made, without those in them, and by number who was placed in them.
    made: BTreeMap<Place, BTreeSet<usize>>,
    /// The first category of each code, among the nodes of the root; none is made or moved.
    categories: Option<HashMap<String, usize>>,
    /// The elements of a name in a parent, among its nodes, for parents and names that were asked for.
    named: HashMap<Place, HashMap<String, Vec<usize>>>,
}

/// What is known of the elements of a root.
pub(crate) struct Known<'a> {
    /// Paths of those that are read as something else than attributes.
    pub(crate) read: &'a [&'a str],
    /// Those of them of which only the first is read: others are written behind it.
    pub(crate) first: &'a [&'a str],
    /// How a code of a category is written, where that is another one.
    pub(crate) code: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) structure: &'static Structure,
}

/// Writes attributes as the elements and attributes that they are called; the names of those that stand there now. What the
/// structure does not allow, and what is read as something else, is left alone.
pub(crate) fn place(
    root: &mut Element,
    attributes: &BTreeMap<String, Attribute>,
    known: &Known<'_>,
) -> BTreeSet<String> {
    let mut all: Vec<Kept<'_>> = Vec::new();
    for (name, attribute) in attributes {
        let values = attribute.values();
        let is_said = !values.is_empty() && values.iter().all(|value| !value.trim().is_empty());
        if let Some(way) = Way::of(&root.name, name).filter(|_| is_said) {
            all.push(Kept { name, way, values });
        }
    }
    // Whole groups before one of them, and then parents before what is in them; each of a group with all that is in it.
    all.sort_by(|one, other| {
        let key = |Kept { way: Way { steps, attribute }, .. }: &Kept<'_>| {
            let is_of_all = steps.iter().all(|step| step.which == Which::All);
            (!is_of_all, if is_of_all { steps.len() } else { 0 }, is_of_all && attribute.is_some())
        };
        let by_way = |one: &Way<'_>, other: &Way<'_>| one.steps.cmp(&other.steps);
        key(one)
            .cmp(&key(other))
            .then_with(|| by_way(&one.way, &other.way))
            .then_with(|| one.way.attribute.cmp(&other.way.attribute))
            .then(one.name.cmp(other.name))
    });
    let (made, categories, named) = (BTreeMap::new(), None, HashMap::new());
    let mut placing = Placing { root, known, made, categories, named };
    let mut placed = BTreeSet::new();
    // Where a text has no place, or is not there, nothing is said of it.
    let mut homeless: Option<&[Step<'_>]> = None;
    for (number, kept) in all.iter().enumerate() {
        let steps = kept.way.steps.as_slice();
        let says_something = |placing: &mut Placing<'_>| {
            !placing.is_missing(steps)
                || all.iter().any(|it| it.way.attribute.is_none() && it.way.steps.starts_with(steps))
        };
        if kept.way.attribute.is_some()
            && (homeless.is_some_and(|text| text == steps) || !says_something(&mut placing))
        {
            continue;
        }
        if placing.kept(number, kept).is_some() {
            placed.insert(number);
        } else if kept.way.attribute.is_none() && placing.is_behind_the_first(steps) {
            homeless = Some(steps);
        }
    }
    placing.remove_incomplete(&mut placed);
    let names = all.iter().enumerate().filter(|(number, _)| placed.contains(number));
    names.map(|(_, kept)| kept.name.to_owned()).collect()
}

impl Placing<'_> {
    /// Places one; none where it has no place.
    fn kept(&mut self, number: usize, kept: &Kept<'_>) -> Option<()> {
        let Way { steps, attribute } = &kept.way;
        if steps.iter().any(|step| COUNTED.contains(&step.name)) {
            return None;
        }
        if !self.are_those_categories(steps, kept.values.len()) {
            return None;
        }
        let is_read = self.is_read(steps) && !self.is_behind_the_first(steps);
        match attribute {
            Some(attribute) => {
                let name = steps.last().map_or(self.root.name.as_ref(), |step| step.name);
                if is_read && taken(name).0.contains(attribute) {
                    return None;
                }
                let rule = self.known.structure.rule(name)?.attribute(attribute)?;
                if !kept.values.iter().all(|value| rule.values.holds(value)) {
                    return None;
                }
                let targets = self.elements(steps, kept.values.len(), number)?;
                let own = targets.iter().zip(kept.values);
                let is_free = own.clone().all(|(place, value)| {
                    at(self.root, place)
                        .is_some_and(|it| it.attribute(attribute).is_none_or(|own| own == value))
                });
                for (place, value) in own.filter(|_| is_free) {
                    let target = at_mut(self.root, place)?;
                    if target.attribute(attribute).is_none() {
                        *target = std::mem::take(target).with(rule.name, value);
                    }
                }
                is_free.then_some(())?;
                targets.iter().for_each(|place| self.note(place, number));
            }
            None => {
                let last = steps.last()?;
                let holds = |value: &String| match &self.known.structure.rule(last.name)?.content {
                    Content::Text(_) => Some(()),
                    Content::Value(kind) => kind.holds(value).then_some(()),
                    Content::Empty | Content::Children(_) => None,
                };
                if is_read && !has_own_text(last.name)
                    || !kept.values.iter().all(|value| holds(value).is_some())
                {
                    return None;
                }
                let targets = self.elements(steps, kept.values.len(), number)?;
                if targets.iter().any(|place| at(self.root, place).is_none_or(has_text)) {
                    return None;
                }
                for (place, value) in targets.iter().zip(kept.values) {
                    let target = at_mut(self.root, place)?;
                    let nodes = std::mem::take(&mut target.children);
                    *target = std::mem::take(target).text(value);
                    target.children.extend(nodes);
                    // The nodes in it stand one further.
                    self.named.remove(place);
                    self.note(place, number);
                }
            }
        }
        Some(())
    }

    /// Whether categories on a way are the ones that were meant: by their codes, or all of them, each with one. Those that are counted
    /// may have lost others before them, such as one without a code.
    fn are_those_categories(&mut self, steps: &[Step<'_>], count: usize) -> bool {
        match steps.first().filter(|step| step.name == CATEGORY).map(|step| step.which) {
            Some(Which::Nth(_)) => false,
            Some(Which::All) => self.named(&[], CATEGORY).len() == count,
            Some(Which::Code(_)) | None => true,
        }
    }

    /// Remembers who was placed in an element that was made.
    fn note(&mut self, place: &[usize], number: usize) {
        if let Some(made) = self.made_round(place) {
            self.made.entry(made.to_owned()).or_default().insert(number);
        }
    }

    /// The element that was made and holds a place, or is it.
    fn made_round<'p>(&self, place: &'p [usize]) -> Option<&'p [usize]> {
        (0..=place.len()).filter_map(|depth| place.get(..depth)).find(|above| self.made.contains_key(*above))
    }

    /// So many elements at the end of a way: those that are there, and those that are missing where they may be made.
    fn elements(&mut self, steps: &[Step<'_>], count: usize, number: usize) -> Option<Vec<Place>> {
        let Some((last, before)) = steps.split_last() else { return (count == 1).then(|| vec![Vec::new()]) };
        let found = self.found(steps);
        // Several texts that are read may be one now, of which nothing is said that one of them said.
        let is_behind = self.is_behind_the_first(steps);
        if matches!(last.which, Which::Nth(_)) && self.is_read(steps) && !self.is_first(steps) {
            let parents = self.found(before);
            if parents.iter().any(|parent| self.named(parent, last.name).len() < 2) {
                return None;
            }
        }
        if found.len() == count {
            return Some(found);
        }
        // A field of the codebook writes these, and another number of them.
        let is_free =
            found.is_empty() && count == 1 && self.is_container(last.name) && !taken(last.name).1.is_empty();
        if self.is_read(steps) && !is_on_the_way(self.known.read, steps) && !is_free && !is_behind {
            return None;
        }
        let parents = match self.found(before) {
            parents if parents.is_empty() => self.elements(before, 1, number)?,
            parents => parents,
        };
        // One in each parent, or all in the first of those that hold nothing but elements.
        let is_container = |place: &Place| at(self.root, place).is_some_and(|it| self.is_container(&it.name));
        let each = match parents.as_slice() {
            [one] => vec![(one.clone(), count)],
            several if several.len() == count && found.is_empty() => {
                several.iter().map(|parent| (parent.clone(), 1)).collect()
            }
            [first, ..] if is_container(first) => vec![(first.clone(), count)],
            _ => return None,
        };
        let mut targets = Vec::new();
        for (parent, count) in each {
            let there = self.named(&parent, last.name).len();
            let wanted = match last.which {
                Which::All => count,
                Which::Nth(number) if count == 1 => number,
                Which::Nth(_) | Which::Code(_) => return None,
            };
            // Of several only the next one can be made: who comes before it is not known else.
            let missing = wanted.checked_sub(there)?;
            // A section has its number whatever those before it say.
            let is_next = missing <= 1 || self.is_first(steps) && self.is_container(last.name);
            if last.which != Which::All && !is_next || !self.admits(&parent, last.name, missing) {
                return None;
            }
            for _ in 0..missing {
                let element = at_mut(self.root, &parent)?;
                element.push(Element::new(last.name.to_owned()));
                let at = element.children.len() - 1;
                if let Some(named) = self.named.get_mut(&parent).and_then(|names| names.get_mut(last.name)) {
                    named.push(at);
                }
                let place = inside(&parent, at);
                if self.made_round(&place).is_none() {
                    self.made.insert(place, BTreeSet::from([number]));
                }
            }
            let before = if last.which == Which::All { 0 } else { wanted - 1 };
            let made = self.named(&parent, last.name).get(before..).unwrap_or_default();
            targets.extend(made.iter().map(|at| inside(&parent, *at)));
        }
        (targets.len() == count).then_some(targets)
    }

    /// Whether elements of a name hold others, and no text.
    fn is_container(&self, name: &str) -> bool {
        matches!(self.known.structure.rule(name).map(|rule| &rule.content), Some(Content::Children(_)))
    }

    /// Elements at the end of a way.
    fn found(&mut self, steps: &[Step<'_>]) -> Vec<Place> {
        let mut found = vec![Place::new()];
        for step in steps {
            let mut each = Vec::new();
            for parent in &found {
                let named = match step.which {
                    Which::Code(code) => self.category(parent, step.name, code).into_iter().collect(),
                    Which::All => self.named(parent, step.name).to_owned(),
                    Which::Nth(number) => {
                        self.named(parent, step.name).get(number - 1).copied().into_iter().collect()
                    }
                };
                each.extend(named.into_iter().map(|at| inside(parent, at)));
            }
            found = each;
        }
        found
    }

    /// The first category of this code in the root, among its nodes.
    fn category(&mut self, parent: &[usize], name: &str, code: &str) -> Option<usize> {
        if name != CATEGORY || !parent.is_empty() {
            return None;
        }
        if self.categories.is_none() {
            let mut codes = HashMap::new();
            for at in self.named(parent, CATEGORY).to_owned() {
                let category = self::at(self.root, &[at]);
                if let Some(value) = category.and_then(|category| category.first("catValu")) {
                    codes.entry(words(value)).or_insert(at);
                }
            }
            self.categories = Some(codes);
        }
        let codes = self.categories.as_ref()?;
        let written = (self.known.code)(code);
        written.and_then(|written| codes.get(&written)).or_else(|| codes.get(code)).copied()
    }

    /// The elements of a name in a parent, among its nodes, without notes of this program.
    fn named(&mut self, parent: &[usize], name: &str) -> &[usize] {
        if self.named.get(parent).is_none_or(|names| !names.contains_key(name)) {
            let nodes = at(self.root, parent).map(|parent| parent.children.as_slice()).unwrap_or_default();
            let is_named = |node: &Node| match node {
                Node::Element(it) => it.name == name && !is_ours(it) && kind_of(it).is_none(),
                Node::Text(_) => false,
            };
            let named = nodes.iter().enumerate().filter(|(_, node)| is_named(node)).map(|(at, _)| at);
            self.named.entry(parent.to_owned()).or_default().insert(name.to_owned(), named.collect());
        }
        self.named.get(parent).and_then(|names| names.get(name)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether so many more elements may stand in a parent.
    fn admits(&self, parent: &[usize], name: &str, more: usize) -> bool {
        let Some(parent) = at(self.root, parent) else { return false };
        match self.known.structure.rule(&parent.name).map(|rule| &rule.content) {
            Some(Content::Text(inside)) => inside.contains(&name),
            Some(Content::Children(particle)) => match particle.repeats(name) {
                Some(true) => true,
                Some(false) => parent.all(name).count() + more <= 1,
                None => false,
            },
            _ => false,
        }
    }

    /// Whether an element is read as something else than an attribute.
    fn is_read(&self, steps: &[Step<'_>]) -> bool {
        let Some((last, before)) = steps.split_last() else { return true };
        let path: Vec<&str> = steps.iter().map(|step| step.name).collect();
        if self.known.read.contains(&path.join("/").as_str()) {
            return true;
        }
        let parent = before.last().filter(|_| self.is_read(before));
        parent.is_some_and(|parent| taken(parent.name).1.contains(&last.name))
    }

    /// Whether a way leads to an element behind the one that is read, or into one: it is not there yet, or was made.
    fn is_behind_the_first(&mut self, steps: &[Step<'_>]) -> bool {
        let mut ways = (1..=steps.len()).filter_map(|depth| steps.get(..depth));
        if !ways.clone().any(|way| self.is_first(way)) {
            return false;
        }
        let is_numbered =
            |way: &[Step<'_>]| way.last().is_some_and(|step| matches!(step.which, Which::Nth(_)));
        ways.any(|way| {
            is_numbered(way) && self.found(way).first().is_none_or(|place| self.made_round(place).is_some())
        })
    }

    /// Whether a text that would be read, or stands behind the one that is, is not there.
    fn is_missing(&mut self, steps: &[Step<'_>]) -> bool {
        if steps.last().is_some_and(|last| self.is_container(last.name)) {
            return false;
        }
        let parent = steps.get(..steps.len().saturating_sub(1)).unwrap_or_default();
        self.is_first(steps) && self.found(steps).is_empty() && !self.is_behind_the_first(parent)
    }

    /// Whether of several elements at a way the first is read.
    fn is_first(&self, steps: &[Step<'_>]) -> bool {
        let path: Vec<&str> = steps.iter().map(|step| step.name).collect();
        self.known.first.contains(&path.join("/").as_str())
    }

    /// Takes out what was made and lacks what it must have.
    fn remove_incomplete(&mut self, placed: &mut BTreeSet<usize>) {
        // From behind, so that the places before stay.
        for (place, numbers) in std::mem::take(&mut self.made).into_iter().rev() {
            let is_used = numbers.iter().any(|number| placed.contains(number));
            let is_complete = |element: &Element| is_complete(element, self.known.structure);
            if is_used && at(self.root, &place).is_some_and(is_complete) {
                continue;
            }
            let Some((last, parent)) = place.split_last() else { continue };
            if let Some(parent) = at_mut(self.root, parent).filter(|parent| *last < parent.children.len()) {
                parent.children.remove(*last);
            }
            placed.retain(|number| !numbers.contains(number));
        }
    }
}

/// Whether something below a way is read.
fn is_on_the_way(read: &[&str], steps: &[Step<'_>]) -> bool {
    let path: Vec<&str> = steps.iter().map(|step| step.name).collect();
    let path = path.join("/");
    read.iter().any(|read| read.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')))
}

/// Whether an element has all that it must have, and so have those in it.
fn is_complete(element: &Element, structure: &Structure) -> bool {
    let Some(rule) = structure.rule(&element.name) else { return false };
    let has_attributes =
        rule.attributes.iter().all(|rule| !rule.is_required || element.attribute(rule.name).is_some());
    let is_whole = match &rule.content {
        Content::Children(particle) => {
            let mut names: Vec<&str> = element.elements().map(|child| child.name.as_ref()).collect();
            names.sort_by_key(|name| structure.position(&element.name, name));
            particle.check(&names).is_ok()
        }
        Content::Value(kind) => kind.holds(&words(element)),
        Content::Text(_) | Content::Empty => true,
    };
    has_attributes && is_whole && element.elements().all(|child| is_complete(child, structure))
}

/// The place of a node in a parent.
fn inside(parent: &[usize], at: usize) -> Place {
    parent.iter().copied().chain([at]).collect()
}

fn at<'e>(root: &'e Element, place: &[usize]) -> Option<&'e Element> {
    place.iter().try_fold(root, |element, at| match element.children.get(*at)? {
        Node::Element(child) => Some(child),
        Node::Text(_) => None,
    })
}

fn at_mut<'e>(root: &'e mut Element, place: &[usize]) -> Option<&'e mut Element> {
    place.iter().try_fold(root, |element, at| match element.children.get_mut(*at)? {
        Node::Element(child) => Some(child),
        Node::Text(_) => None,
    })
}
