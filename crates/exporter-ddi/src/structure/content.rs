//! Elements in an order: the content model of an element that holds others.

/// Elements that may or must follow one another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Particle {
    what: What,
    /// Whether it must be there.
    is_required: bool,
    /// Whether it may be there several times.
    is_repeated: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// An element; `dc:*` is any of Dublin Core.
    Element(&'static str),
    /// One after another.
    Sequence(Vec<Particle>),
    /// One of these.
    Choice(Vec<Particle>),
}

/// Where children leave their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Position of the child that has no place there; their number where one is missing at the end.
    pub(crate) at: usize,
    /// An element that must be there.
    pub(crate) missing: Option<&'static str>,
}

impl Particle {
    /// Reads `a? (b|c)+ d*`.
    pub(super) fn of(text: &'static str) -> Self {
        Self::sequence(&mut &*text)
    }

    /// Reads to the end, or to the end of an alternative.
    fn sequence(text: &mut &'static str) -> Self {
        let mut parts = Vec::new();
        loop {
            *text = text.trim_start();
            if text.is_empty() || text.starts_with(['|', ')']) {
                break;
            }
            parts.push(Self::one(text));
        }
        Self { what: What::Sequence(parts), is_required: true, is_repeated: false }
    }

    fn one(text: &mut &'static str) -> Self {
        let what = if let Some(rest) = text.strip_prefix('(') {
            *text = rest;
            let mut alternatives = vec![Self::sequence(text)];
            while let Some(rest) = text.strip_prefix('|') {
                *text = rest;
                alternatives.push(Self::sequence(text));
            }
            *text = text.strip_prefix(')').unwrap_or(text);
            What::Choice(alternatives)
        } else if let Some(rest) = text.strip_prefix("dc:*") {
            *text = rest;
            return Self { what: What::Element("dc:*"), is_required: false, is_repeated: true };
        } else {
            let end = text.find([' ', '?', '*', '+', '|', ')']).unwrap_or(text.len());
            let (name, rest) = text.split_at(end);
            *text = rest;
            What::Element(name)
        };
        let (is_required, is_repeated) = match text.chars().next() {
            Some('?') => (false, false),
            Some('*') => (false, true),
            Some('+') => (true, true),
            _ => return Self { what, is_required: true, is_repeated: false },
        };
        *text = text.get(1..).unwrap_or_default();
        Self { what, is_required, is_repeated }
    }

    /// Checks the children of an element, in their order.
    ///
    /// # Errors
    /// The first place where they leave it.
    pub(crate) fn check(&self, children: &[&str]) -> Result<(), Mismatch> {
        match self.take(children, 0)? {
            end if end < children.len() => Err(Mismatch { at: end, missing: None }),
            _ => Ok(()),
        }
    }

    /// Takes as many children as it can from a position; where the rest begins. Content models of DDI are deterministic, so
    /// that the next child decides.
    fn take(&self, children: &[&str], from: usize) -> Result<usize, Mismatch> {
        let (mut at, mut times) = (from, 0_usize);
        while children.get(at).is_some_and(|child| self.begins_with(child))
            && (self.is_repeated || times == 0)
        {
            let end = self.take_once(children, at)?;
            if end == at {
                break;
            }
            (at, times) = (end, times + 1);
        }
        if times == 0 && self.is_required {
            at = self.take_once(children, at)?;
        }
        Ok(at)
    }

    fn take_once(&self, children: &[&str], at: usize) -> Result<usize, Mismatch> {
        match &self.what {
            What::Element(name) => match children.get(at) {
                Some(child) if is_called(child, name) => Ok(at + 1),
                _ => Err(Mismatch { at, missing: Some(name) }),
            },
            What::Sequence(parts) => parts.iter().try_fold(at, |at, part| part.take(children, at)),
            What::Choice(parts) => {
                let begins = |part: &&Particle| children.get(at).is_some_and(|child| part.begins_with(child));
                match parts.iter().find(begins).or_else(|| parts.iter().find(|part| part.is_nullable())) {
                    Some(part) => part.take(children, at),
                    None => Err(Mismatch { at, missing: self.names().first().copied() }),
                }
            }
        }
    }

    fn begins_with(&self, child: &str) -> bool {
        match &self.what {
            What::Element(name) => is_called(child, name),
            What::Choice(parts) => parts.iter().any(|part| part.begins_with(child)),
            What::Sequence(parts) => {
                for part in parts {
                    if part.begins_with(child) {
                        return true;
                    }
                    if !part.is_nullable() {
                        return false;
                    }
                }
                false
            }
        }
    }

    /// Whether nothing at all fits.
    fn is_nullable(&self) -> bool {
        !self.is_required
            || match &self.what {
                What::Element(_) => false,
                What::Sequence(parts) => parts.iter().all(Particle::is_nullable),
                What::Choice(parts) => parts.iter().any(Particle::is_nullable),
            }
    }

    /// Where an element stands in the order; alternatives stand in one place.
    pub(crate) fn position(&self, element: &str) -> Option<usize> {
        match &self.what {
            What::Element(name) => is_called(element, name).then_some(0),
            What::Choice(parts) => parts.iter().find_map(|part| part.position(element)),
            What::Sequence(parts) => {
                let mut before = 0;
                for part in parts {
                    if let Some(position) = part.position(element) {
                        return Some(before + position);
                    }
                    before += part.places();
                }
                None
            }
        }
    }

    /// Whether an element may be there several times; none where it may not be there.
    pub(crate) fn repeats(&self, element: &str) -> Option<bool> {
        let inside = match &self.what {
            What::Element(name) => is_called(element, name).then_some(false),
            What::Sequence(parts) | What::Choice(parts) => {
                parts.iter().find_map(|part| part.repeats(element))
            }
        };
        inside.map(|repeats| repeats || self.is_repeated)
    }

    /// How many places it has in an order.
    fn places(&self) -> usize {
        match &self.what {
            What::Element(_) => 1,
            What::Sequence(parts) => parts.iter().map(Particle::places).sum(),
            What::Choice(parts) => parts.iter().map(Particle::places).max().unwrap_or_default(),
        }
    }

    /// Every element that it names, in order.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        match &self.what {
            What::Element(name) => vec![name],
            What::Sequence(parts) | What::Choice(parts) => parts.iter().flat_map(Particle::names).collect(),
        }
    }
}

fn is_called(child: &str, name: &str) -> bool {
    match name.strip_suffix(":*") {
        Some(prefix) => child.split_once(':').is_some_and(|(of, _)| of == prefix),
        None => child == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_checked_in_their_order() {
        let model = Particle::of("a (b|c)+ d? e* dc:*");
        let check = |children: &str| {
            let children: Vec<_> = children.split(' ').filter(|child| !child.is_empty()).collect();
            model.check(&children).map_err(|wrong| (wrong.at, wrong.missing))
        };
        assert_eq!(check("a b"), Ok(()));
        assert_eq!(check("a c b c d e e dc:title dc:date"), Ok(()));
        assert_eq!(check("a"), Err((1, Some("b"))));
        assert_eq!(check(""), Err((0, Some("a"))));
        assert_eq!(check("b"), Err((0, Some("a"))));
        assert_eq!(check("a b d d"), Err((3, None)));
        assert_eq!(check("a b e d"), Err((3, None)));
        assert_eq!(check("a b x"), Err((2, None)));
    }

    #[test]
    fn alternatives_may_be_sequences() {
        let model = Particle::of("(m*|l* t?)");
        let check = |children: &[&str]| model.check(children).is_ok();
        assert!(check(&[]) && check(&["m", "m"]) && check(&["l", "t"]) && check(&["t"]));
        assert!(!check(&["m", "l"]) && !check(&["t", "l"]));
        assert_eq!(["m", "t", "x"].map(|name| model.repeats(name)), [Some(true), Some(false), None]);
        assert_eq!((model.position("t"), model.position("m"), model.position("x")), (Some(1), Some(0), None));
        let model = Particle::of("(a|b)+ c*");
        assert_eq!(
            (model.position("a"), model.position("b"), model.position("c")),
            (Some(0), Some(0), Some(1))
        );
    }
}
