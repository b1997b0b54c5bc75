//! How strictly files are read, and what is remarked of them.

use std::collections::HashMap;
use std::fmt;

use exporter_xml::Position;

/// What becomes of that which a server of the target version would refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is an error.
    Strict,
    /// It is kept, and remarked.
    #[default]
    Lenient,
}

/// What a server would refuse or change, and is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark {
    /// Where, the first time.
    pub position: Position,
    /// The object, by its place among those of its type, from 0.
    pub index: Option<u64>,
    /// Its identifier, where it has one.
    pub id: Option<String>,
    /// The property.
    pub property: Option<String>,
    /// What is wrong, and what becomes of it.
    pub message: String,
    /// How often the same was found.
    pub count: u64,
    /// Whether something of the file is left out, or another stands for it.
    pub is_loss: bool,
}

impl Remark {
    /// A remark about a whole file, or what stands there.
    pub fn new(position: Position, message: impl Into<String>) -> Self {
        let (index, id, property) = (None, None, None);
        Self { position, index, id, property, message: message.into(), count: 1, is_loss: false }
    }

    /// Says that something of the file is left out, or another stands for it.
    #[must_use]
    pub fn loss(mut self) -> Self {
        self.is_loss = true;
        self
    }

    /// Says which object it is about.
    #[must_use]
    pub fn object(mut self, index: u64, id: Option<&str>) -> Self {
        (self.index, self.id) = (Some(index), id.map(str::to_owned));
        self
    }

    /// Says which property it is about.
    #[must_use]
    pub fn property(mut self, property: impl Into<String>) -> Self {
        self.property = Some(property.into());
        self
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.position)?;
        if let Some(index) = self.index {
            write!(out, ", object {index}")?;
        }
        if let Some(id) = &self.id {
            write!(out, " ({id})")?;
        }
        if let Some(property) = &self.property {
            write!(out, ", {property}")?;
        }
        write!(out, ": {}", self.message)?;
        if self.count > 1 {
            write!(out, " ({} times)", self.count)?;
        }
        Ok(())
    }
}

/// Remarks so far: those of one property and message are one, with its first place.
#[derive(Clone, Debug, Default)]
pub struct Remarks {
    remarks: Vec<Remark>,
    /// Places of those that are kept, by property and message.
    places: HashMap<(Option<String>, String), usize>,
}

/// Different remarks that are kept; the others are counted as one.
const MOST: usize = 1000;

impl Remarks {
    /// Adds a remark.
    pub fn add(&mut self, mut remark: Remark) {
        let key = (remark.property.clone(), remark.message.clone());
        let next = self.remarks.len();
        let at = self.places.get(&key).copied().unwrap_or(next.min(MOST));
        if let Some(known) = self.remarks.get_mut(at) {
            known.count += remark.count;
            return;
        }
        if next < MOST {
            self.places.insert(key, next);
        } else {
            remark.property = None;
            remark.message = "other remarks, of which the first stands here".to_owned();
        }
        self.remarks.push(remark);
    }

    /// The remarks, in the order in which they came first.
    pub fn iter(&self) -> impl Iterator<Item = &Remark> {
        self.remarks.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.remarks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_remark_is_counted() {
        let mut remarks = Remarks::default();
        for line in 2..5 {
            let remark = Remark::new(Position::of_line(line), "no identifier: kept").property("id");
            remarks.add(remark.object(line, Some("a b")));
        }
        let told: Vec<String> = remarks.iter().map(Remark::to_string).collect();
        assert_eq!(told, ["line 2, column 1, object 2 (a b), id: no identifier: kept (3 times)"]);
        for number in 0..5000 {
            remarks.add(Remark::new(Position::of_line(1), format!("{number}")));
        }
        assert_eq!(remarks.iter().count(), MOST + 1);
        assert_eq!(remarks.iter().map(|remark| remark.count).sum::<u64>(), 5003);
    }
}
