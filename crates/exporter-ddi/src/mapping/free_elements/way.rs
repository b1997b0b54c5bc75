//! Ways to elements, as the names of attributes spell them.

use super::nearest;

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step<'a> {
    pub(super) name: &'a str,
    pub(super) which: Which<'a>,
}

/// Which of the elements of this name in their parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Which<'a> {
    /// All of them.
    All,
    /// One of them, from 1.
    Nth(usize),
    /// The category that has this code.
    Code(&'a str),
}

/// A way to what an element says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way<'a> {
    pub(super) steps: Vec<Step<'a>>,
    /// The attribute, where it is not the text.
    pub(super) attribute: Option<&'a str>,
}

/// What stands round the code of a category.
const CODE: &str = "[catValu=";

impl<'a> Way<'a> {
    /// The way from a root that a name spells; none where it spells none.
    pub(super) fn of(root: &str, name: &'a str) -> Option<Self> {
        let is_name = |text: &str| {
            let is_part = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-');
            !text.is_empty() && text.chars().all(is_part)
        };
        let (mut steps, mut rest) = (Vec::new(), name);
        loop {
            let end = rest.find(['[', '/', '@']).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            let (which, behind) = match behind.strip_prefix(CODE) {
                Some(code) => {
                    let is_end = |at: usize| {
                        let next = code.get(at + 1..).unwrap_or_default();
                        next.is_empty() || next.starts_with(['/', '@'])
                    };
                    let end = code.match_indices(']').map(|(at, _)| at).find(|at| is_end(*at))?;
                    (Which::Code(code.get(..end)?), code.get(end + 1..)?)
                }
                None => match behind.strip_prefix('[') {
                    Some(number) => {
                        let (number, behind) = number.split_once(']')?;
                        (Which::Nth(number.parse().ok().filter(|number| *number > 0)?), behind)
                    }
                    None => (Which::All, behind),
                },
            };
            if !is_name(name) {
                return None;
            }
            steps.push(Step { name, which });
            if let Some(attribute) = behind.strip_prefix('@') {
                let is_attribute = is_name(attribute) || attribute == "xml:lang";
                return is_attribute.then(|| Self::from_root(root, steps, Some(attribute)))?;
            }
            match behind.strip_prefix('/') {
                Some(more) => rest = more,
                None => return behind.is_empty().then(|| Self::from_root(root, steps, None))?,
            }
        }
    }

    /// Puts the steps to the first element before those that are spelled.
    fn from_root(root: &str, mut steps: Vec<Step<'a>>, attribute: Option<&'a str>) -> Option<Self> {
        let first = steps.first()?;
        if let (root, [only], Some(_)) = (root, steps.as_slice(), attribute)
            && only.name == root
        {
            return Some(Self { steps: Vec::new(), attribute });
        }
        if let Some(way) = nearest(root).get(first.name) {
            let before = way.iter().take(way.len().saturating_sub(1));
            let before: Vec<Step<'a>> = before.map(|name| Step { name, which: Which::All }).collect();
            steps.splice(0..0, before);
        }
        Some(Self { steps, attribute })
    }
}

/// The shortest spelling of a way from a root.
pub(super) fn shortened(root: &str, way: &str) -> String {
    let (mut at, mut shortest) = (0, 0);
    let nearest = nearest(root);
    let mut names = Vec::new();
    // Behind a number, a code or an attribute nothing is nearest.
    let plain = way.split(['[', '@']).next().unwrap_or_default();
    for name in plain.split('/') {
        names.push(name);
        if nearest.get(name).is_some_and(|known| *known == names) {
            shortest = at;
        }
        at += name.len() + 1;
    }
    way.get(shortest..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_spelled_from_the_nearest_element() {
        for (way, short) in [
            ("citation/prodStmt/grantNo@agency", "grantNo@agency"),
            ("citation/prodStmt/grantNo[2]@agency", "grantNo[2]@agency"),
            ("dataAccs/useStmt/contact@URI", "useStmt/contact@URI"),
            ("dataAccs[2]/useStmt/contact", "dataAccs[2]/useStmt/contact"),
            ("stdyInfo/sumDscr/anlyUnit/concept@vocab", "anlyUnit/concept@vocab"),
        ] {
            assert_eq!(shortened("stdyDscr", way), short);
        }
        let way = Way::of("stdyDscr", "useStmt/contact[2]@URI").unwrap();
        let names: Vec<&str> = way.steps.iter().map(|step| step.name).collect();
        assert_eq!((names.join("/").as_str(), way.attribute), ("dataAccs/useStmt/contact", Some("URI")));
        assert_eq!(way.steps[2].which, Which::Nth(2));
        let way = Way::of("var", "catgry[catValu=1/[2]]/txt").unwrap();
        assert_eq!(way.steps[0].which, Which::Code("1/[2]"));
        for wrong in ["", "a b", "a[0]", "a[", "a[x]", "a@", "a//b", "catgry[catValu=", "a]", "@a"] {
            assert_eq!(Way::of("var", wrong), None, "{wrong}");
        }
    }
}
